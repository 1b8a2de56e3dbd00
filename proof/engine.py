"""The engine's turns, as the ticker makes them, in the process of the trial and until nothing is due."""

import time
from datetime import datetime

from config import ticker
from incidents.models import Obligation
from incidents.models import Untold as UntoldEvent
from kit import clock
from notifications import delivery, engine
from notifications.models import Delivery
from statuspage.models import Untold as UntoldBulletin

# A killed process's transaction holds its rows for a moment longer than the process.
PATIENCE_SECONDS = 5.0


def turn(now: datetime) -> None:
    """One tick; its letters are sent before it ends."""
    for step in (*ticker.STEPS, *ticker.DRAWING):
        if step is engine.tick:
            engine.tick(now, send=delivery.work, send_pages=lambda: None)
        else:
            step(now)


def settle() -> None:
    """Turn until nothing is due, or for so long that something is wrong, which the checker will see."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        turn(clock.now())
        if not _is_something_due(clock.now()):
            return
        time.sleep(0.01)


def relay_alone() -> None:
    """Letters are written, and nobody sends them yet."""
    engine.tick(clock.now(), send=lambda: None, send_pages=lambda: None)


def _is_something_due(now: datetime) -> bool:
    return (
        UntoldEvent.objects.exists()
        or UntoldBulletin.objects.exists()
        or Delivery.objects.most_urgent(now) is not None
        or Obligation.objects.to_chase(now).exists()
    )
