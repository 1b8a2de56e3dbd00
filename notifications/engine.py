"""One tick of the voice: turn what is untold into letters, and see that what is due is sent by somebody."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from incidents import stirring
from kit.glances import Glance
from notifications import bell, heartbeats, relay, takeover
from notifications.heartbeats import Kind
from notifications.models import Delivery
from notifications.pool import Hand
from notifications.vocabulary import Lane

# A letter that is due for so long although the bell was rung: the ticker helps, whatever the workers say.
PATIENCE = timedelta(seconds=10)

WAITING = Glance(lambda now: Delivery.objects.waiting(now).in_order().order_by("lane", "due_at"))

general, pages = Hand(), Hand((Lane.PAGE,))


class Sender(StrEnum):
    """Who sends what is due after this tick."""

    NOBODY = "nobody"
    WORKERS = "workers"
    TICKER = "ticker"


@dataclass(frozen=True)
class Counts:
    """What one tick did."""

    told: int
    letters: int
    stuck: int
    sender: Sender


def tick(
    now: datetime, *, send: Callable[[], object] = general.start, send_pages: Callable[[], object] = pages.start
) -> Counts:
    """Relay, then have what is due sent: by a worker where one lives and hears the bell, else by `send`.

    A page waits for nobody: it is sent at once by `send_pages`, unless a worker claims it sooner.
    """
    heartbeats.beat(Kind.TICKER, heartbeats.own_name(), now)
    takeover.take_over(now)
    relayed = relay.relay(now)
    stirring.stir(relayed.incidents)
    return Counts(relayed.told, relayed.letters, relayed.stuck, _have_sent(now, send, send_pages))


def _have_sent(now: datetime, send: Callable[[], object], send_pages: Callable[[], object]) -> Sender:
    lane = Delivery.objects.most_urgent(now) if WAITING.finds(now) else None
    if lane is None:
        return Sender.NOBODY
    if lane == Lane.PAGE:
        send_pages()
    if heartbeats.workers_alive(now) and bell.ring() and not _is_neglected(now):
        return Sender.WORKERS
    send()
    return Sender.TICKER


def _is_neglected(now: datetime) -> bool:
    """The bell rings and nobody comes: the broker lost it, or every worker hangs."""
    oldest = Delivery.objects.oldest_due(now)
    return oldest is not None and now - oldest > PATIENCE


def stop(within: float = 2.0) -> bool:
    """The process ends: let the letter in each hand be finished. True where that was done in time."""
    return all([general.stop(within), pages.stop(within)])
