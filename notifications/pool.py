"""The ticker's own hands: they send where no worker does, and pages whoever else may send them, too."""

import contextvars
import threading
from collections.abc import Callable, Sequence

from django.db import connections

from notifications import delivery
from notifications.claims import ALL_LANES
from notifications.vocabulary import Lane


class Hand:
    """A thread that starts when there is something to do and ends when nothing is due.

    It is a daemon: a process that ends takes it along, and what it held is taken over from its journal.
    """

    def __init__(self, lanes: Sequence[Lane] = ALL_LANES, work: Callable[..., int] = delivery.work) -> None:
        self._lanes, self._work = lanes, work
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def start(self) -> bool:
        """Go to work. False where it is at work already, or is to stop."""
        if self._stopping.is_set() or (self._thread is not None and self._thread.is_alive()):
            return False
        # What the caller's clock was shifted by holds in the thread, too.
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._run,), name="letters", daemon=True)
        self._thread.start()
        return True

    def stop(self, within: float) -> bool:
        """Let it finish its letter and give back the rest. True where it did within so many seconds."""
        self._stopping.set()
        if self._thread is None:
            return True
        self._thread.join(within)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._work(stop=self._stopping.is_set, lanes=self._lanes)
        finally:
            connections.close_all()
