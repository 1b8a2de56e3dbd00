"""Claiming letters: one conditional UPDATE gives a batch to one holder, for as long as its lease lasts.

The fence counts the claims of a row. Whoever records an outcome names the fence they hold, so that a holder who
slept through its lease changes nothing. There is no lower bound in time: what is due stays due.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Q

from notifications.ledger import DeliveryQuerySet
from notifications.models import Delivery, Notice
from notifications.vocabulary import Lane, State

LEASE = timedelta(seconds=60)
# So many of a lane are claimed at once at most. Whoever sends fast claims more, whoever sends slowly fewer, so that
# all of them are begun within the lease.
BATCHES = {Lane.PAGE: 10, Lane.NOTICE: 500, Lane.BULLETIN: 1000}
ALL_LANES = tuple(Lane)


@dataclass(frozen=True)
class Claim:
    """A letter held under a fence until the lease ends."""

    delivery: Delivery
    fence: int
    until: datetime

    @property
    def held(self) -> tuple[int, int]:
        """What journals call it."""
        return self.delivery.pk, self.fence


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
    held = Delivery.objects.raw(
        f"WITH due AS ({sql}{skip}) UPDATE notifications_delivery "  # noqa: S608 - built by the ORM
        "SET state = %s, lease_until = %s, holder = %s, fence = fence + 1, attempts = attempts + 1 "
        "WHERE id IN (SELECT id FROM due) RETURNING *",
        [*parameters, State.SENDING.value, connection.ops.adapt_datetimefield_value(until), holder],
    )
    return [Claim(one, one.fence, until) for one in whole(held)]


def whole(letters: Iterable[Delivery]) -> list[Delivery]:
    """The letters, most urgent first, each with its notice; a notice of thousands is read once."""
    found = sorted(letters, key=lambda letter: (letter.lane, letter.due_at, letter.pk))
    related = ("event__incident", "incident", "bulletin__public_incident__page", "subscriber__page")
    notices = Notice.objects.select_related(*related).in_bulk({letter.notice_id for letter in found})
    for letter in found:
        letter.notice = notices[letter.notice_id]
    return found


def hand_back(claims: Sequence[Claim]) -> None:
    """Not begun: whoever claims next may have them at once, and it counts as no attempt."""
    if not claims:
        return
    mine = Q()
    for fence in {held.fence for held in claims}:
        mine |= Q(fence=fence, pk__in=[held.delivery.pk for held in claims if held.fence == fence])
    held = Delivery.objects.filter(mine, state=State.SENDING)
    held.update(state=State.WAITING, lease_until=None, attempts=F("attempts") - 1)
