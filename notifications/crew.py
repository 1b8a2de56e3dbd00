"""The hands of this process: threads that do nothing but send, and ask no database.

One sends at a time, so that a process that is killed leaves at most one letter in doubt. But a hand that the other
side keeps waiting lets the next one begin: a slow server delays nobody else's letters, and each hand keeps its lines
open from letter to letter.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

from notifications.channels import TRANSPORTS
from notifications.parcels import Parcel, Route, Send
from notifications.vocabulary import Channel

# A hand that has waited so long for an answer lets another begin.
PATIENCE_SECONDS = 0.05
MOST_HANDS, KEPT_FREE = 16, 2
# A hand without work hangs up and ends.
IDLE_SECONDS = 20.0


@dataclass(eq=False)
class Errand:
    """One letter to be sent: `run` is called by a hand, with a way to get a line."""

    run: Callable[["Lines"], None]
    is_urgent: bool = False


@dataclass
class _Turn:
    """Who sends now, for all crews of this process; everything here is guarded by `free`."""

    free: threading.Condition = field(default_factory=threading.Condition)
    began: dict[int, float] = field(default_factory=dict)

    def wait(self) -> float:
        """Seconds until another may begin; 0 where one may now."""
        freshest = max(self.began.values(), default=0.0)
        return max(0.0, freshest + PATIENCE_SECONDS - time.monotonic())


_turn = _Turn()


class Lines:
    """The lines of one hand, opened with the first letter that needs one; a line that was broken opens itself anew."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._known: dict[tuple[object, Route], Send] = {}

    def send(self, channel: Channel, route: Route, parcel: Parcel) -> str:
        """Send it by its channel. Raises `Temporary` or `Refused`."""
        opened: Callable[[Route], AbstractContextManager[Send]] = TRANSPORTS[channel].open
        key = (opened, route)
        if key not in self._known:
            self._known[key] = self._open.enter_context(opened(route))
        return self._known[key](parcel)

    def close(self) -> None:
        self._known.clear()
        self._open.close()


class Crew:
    """Takes errands in order, the urgent ones first."""

    def __init__(self, most: int = MOST_HANDS) -> None:
        self._most = most
        # Each has a queue, so that adding many costs no look at all that wait.
        self._urgent: deque[Errand] = deque()
        self._others: deque[Errand] = deque()
        self._hands: set[threading.Thread] = set()
        self._idle = 0

    def add(self, errands: Iterable[Errand]) -> None:
        """Have these sent, after those that wait; urgent ones before all that are not."""
        with _turn.free:
            for one in errands:
                (self._urgent if one.is_urgent else self._others).append(one)
            self._see_to_hands()
            _turn.free.notify()

    def take_back(self, is_meant: Callable[[Errand], bool] = lambda _: True) -> list[Errand]:
        """What nobody has begun, and is not going to now."""
        with _turn.free:
            waiting = [*self._urgent, *self._others]
            taken = [one for one in waiting if is_meant(one)]
            self._urgent = deque(one for one in self._urgent if not is_meant(one))
            self._others = deque(one for one in self._others if not is_meant(one))
        return taken

    def look(self) -> None:
        """See that there is a hand for what waits, where the others are kept waiting."""
        with _turn.free:
            self._see_to_hands()

    def _see_to_hands(self) -> None:
        self._hands = {hand for hand in self._hands if hand.is_alive()}
        if (self._urgent or self._others) and not self._idle and len(self._hands) < self._most:
            hand = threading.Thread(target=self._work, name="hand", daemon=True)
            self._hands.add(hand)
            hand.start()

    def _work(self) -> None:
        lines = Lines()
        try:
            while errand := self._next():
                errand.run(lines)
        finally:
            with _turn.free:
                # Also where an errand broke this hand.
                _turn.began.pop(threading.get_ident(), None)
            lines.close()

    def _next(self) -> Errand | None:
        """The next errand once it is this hand's turn; None where there was none for long.

        A hand that has just sent something goes on with the next without waking anybody.
        """
        until, me = time.monotonic() + IDLE_SECONDS, threading.get_ident()
        with _turn.free:
            _turn.began.pop(me, None)
            self._idle += 1
            try:
                while (now := time.monotonic()) < until:
                    wait = _turn.wait()
                    waiting = self._waiting()
                    if waiting and not wait:
                        _turn.began[me] = now
                        return waiting.popleft()
                    _turn.free.wait(wait or until - now)
                return None
            finally:
                self._idle -= 1

    def _waiting(self) -> deque[Errand]:
        """The queue that a hand may take from: the last hands are kept free for what is urgent."""
        is_free = len(_turn.began) < self._most - KEPT_FREE
        return self._others if is_free and not self._urgent else self._urgent


# All that this process sends goes through the same hands, and so over the same lines.
OURS = Crew()
