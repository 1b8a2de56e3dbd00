"""Claiming letters: one conditional UPDATE gives a batch to one holder, for as long as its lease lasts.

The fence counts the claims of a row. Whoever records an outcome names the fence they hold, so that a holder who
slept through its lease changes nothing. There is no lower bound in time: what is due stays due.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Q

from notifications import letters
from notifications.ledger import DeliveryQuerySet
from notifications.letters import Letter
from notifications.models import Delivery
from notifications.vocabulary import Lane, State

LEASE = timedelta(seconds=60)
# So many of a lane are claimed at once at most. Whoever sends fast claims more, whoever sends slowly fewer, so that
# all of them are begun within the lease.
BATCHES = {Lane.PAGE: 10, Lane.NOTICE: 500, Lane.BULLETIN: 500}
ALL_LANES = tuple(Lane)


@dataclass(frozen=True)
class Claim:
    """A letter held under its fence until the lease ends."""

    letter: Letter
    until: datetime

    @property
    def held(self) -> tuple[int, int]:
        """What journals call it."""
        return self.letter.pk, self.letter.fence


def claim(
    now: datetime,
    *,
    holder: str = "",
    lanes: Sequence[Lane] = ALL_LANES,
    most: int | None = None,
    resting: Sequence[tuple[str, str]] = (),
) -> list[Claim]:
    """Hold what is due, the most urgent lane first; of the first lane in which something is due, a batch.

    `resting` are hosts that are left alone for a while, by channel; a page is worth the try all the same.
    """
    for lane in lanes:
        due = Delivery.objects.waiting(now).filter(lane=lane)
        if lane != Lane.PAGE:
            due = _without(due, resting)
        due = due.in_order().order_by("due_at", "pk")
        claims = hold(due, now, holder=holder, most=min(most or BATCHES[lane], BATCHES[lane]))
        if claims:
            return claims
    return []


def _without(due: DeliveryQuerySet, resting: Sequence[tuple[str, str]]) -> DeliveryQuerySet:
    for channel, host in resting:
        due = due.exclude(channel=channel, host=host)
    return due


def hold(due: DeliveryQuerySet, now: datetime, *, holder: str, most: int) -> list[Claim]:
    """One UPDATE … RETURNING. On PostgreSQL rows that others are claiming are skipped; SQLite has one writer."""
    sql, parameters = due.values("id")[:most].query.sql_with_params()
    skip = " FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    until = now + LEASE
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH due AS ({sql}{skip}) UPDATE notifications_delivery "  # noqa: S608 - built by the ORM
            "SET state = %s, lease_until = %s, holder = %s, fence = fence + 1, attempts = attempts + 1 "
            f"WHERE id IN (SELECT id FROM due) RETURNING {', '.join(letters.NAMES)}",
            [*parameters, State.SENDING.value, connection.ops.adapt_datetimefield_value(until), holder],
        )
        rows = cursor.fetchall()
    return [Claim(one, until) for one in letters.returned(rows)] if rows else []


def hand_back(claims: Sequence[Claim]) -> None:
    """Not begun: whoever claims next may have them at once, and it counts as no attempt."""
    if not claims:
        return
    mine = Q()
    for fence in {held.letter.fence for held in claims}:
        mine |= Q(fence=fence, pk__in=[held.letter.pk for held in claims if held.letter.fence == fence])
    held = Delivery.objects.filter(mine, state=State.SENDING)
    held.update(state=State.WAITING, lease_until=None, attempts=F("attempts") - 1)
