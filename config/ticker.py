"""The ticker: every 250 ms it looks at what is due and what is untold. Any number may run at once."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime

from django.db import DatabaseError, InterfaceError, close_old_connections, connections

from config import digests
from incidents import chasing, outgoing
from insights import keeping
from kit import clock
from notifications import bounces, engine, watchdog
from statuspage import maintenance, snapshot, takein

log = logging.getLogger(__name__)

EVERY_SECONDS = 0.25
# After the database went away it is asked again so often.
PATIENCE_SECONDS = 1.0

Step = Callable[[datetime], object]
# In this order: what waited goes out, what came due speaks, what was said is told, what was said in an emergency is
# taken in, figures are brought up to date and mailed on Mondays, and the auditor looks.
STEPS: tuple[Step, ...] = (
    outgoing.publish_due,
    chasing.chase,
    maintenance.advance,
    engine.tick,
    takein.take_in,
    keeping.fold,
    digests.send_due,
    bounces.look,
    watchdog.watch,
)
# In a thread of its own: a large page with a long history takes seconds to draw, and no clock may wait for that.
DRAWING: tuple[Step, ...] = (snapshot.render_stale, snapshot.tidy)
# What need not be looked at in every tick, and how many seconds apart it is.
SELDOM: Mapping[Step, float] = {
    maintenance.advance: 1.0,
    keeping.fold: 1.0,
    digests.send_due: 30.0,
    watchdog.watch: 1.0,
}


class Ticker:
    """Ticks until it is told to stop; stops between two ticks, so that nothing is left half done."""

    def __init__(self, steps: tuple[Step, ...] = STEPS, drawing: tuple[Step, ...] = DRAWING) -> None:
        self.steps, self.drawing = steps, drawing
        self.stopping = threading.Event()
        self._again_at: dict[Step, float] = {}

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        with ThreadPoolExecutor(1, "drawing") as beside:
            drawn = beside.submit(self._go_on, self.draw)
            self._go_on(self.tick)
        # What is in hand is finished; the rest lies in the database.
        engine.stop()
        drawn.result()

    def tick(self) -> bool:
        """One tick. False where the database did not answer; the rows are still there when it does again.

        A step that breaks ends this process, which is started again, but only after the others had their
        turn: one bad row must not keep everybody else's letters.
        """
        return self._take_turns(self.steps)

    def draw(self) -> bool:
        """The same for what is drawn."""
        return self._take_turns(self.drawing)

    def _go_on(self, turn: Callable[[], bool]) -> None:
        """One turn after another until it is told to stop; what breaks in one stops the other thread as well."""
        try:
            while not self.stopping.is_set():
                began = time.monotonic()
                rest = EVERY_SECONDS if turn() else PATIENCE_SECONDS
                self.stopping.wait(max(0.0, rest - (time.monotonic() - began)))
        finally:
            self.stopping.set()
            connections.close_all()

    def _take_turns(self, steps: tuple[Step, ...]) -> bool:
        close_old_connections()
        try:
            now = clock.now()
            with ExitStack() as turns:
                for step in reversed([step for step in steps if self._is_time_for(step)]):
                    turns.callback(step, now)
        except (DatabaseError, InterfaceError):
            log.exception("The database did not answer; trying again in %s s", PATIENCE_SECONDS)
            return False
        return True

    def _is_time_for(self, step: Step) -> bool:
        """Whether it is looked at in this tick."""
        if time.monotonic() < self._again_at.get(step, 0.0):
            return False
        self._again_at[step] = time.monotonic() + SELDOM.get(step, 0.0)
        return True
