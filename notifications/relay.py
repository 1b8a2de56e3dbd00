"""Turning what is untold into letters, in transactions that also delete what was untold.

Killed at any point it leaves either the untold rows or all their letters. Two relays never take the same row, and
the entries of one incident are relayed in their order, so that its letters are numbered in it. Entries are taken
many at a time, a handful of statements for all of them; a bulletin with a large audience a chunk of recipients at a
time, each in a transaction of its own that the next one goes on from.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from incidents.models import Untold as UntoldEvent
from kit import rows
from kit.faults import FAULTS, said
from kit.glances import Glance
from notifications import spreading, writing
from notifications.gathering import Gathered
from notifications.models import Notice, Stuck
from notifications.writing import Written
from roles import organisation
from statuspage.models import Bulletin
from statuspage.models import Untold as UntoldBulletin

log = logging.getLogger(__name__)

BATCH = 200
# So many recipients of a bulletin are written in one transaction.
CHUNK = 5000
# One relay gives large audiences no more time than this; what is left comes with the next tick, after the pages.
BUDGET_SECONDS = 0.5


@dataclass
class Relayed:
    """What one relay did: rows told, letters written, rows parked, and whose rooms show it."""

    told: int = 0
    letters: int = 0
    stuck: int = 0
    incidents: set[UUID] = field(default_factory=set)


UNTOLD_EVENTS = Glance(lambda _: UntoldEvent.objects.order_by("pk"))
UNTOLD_BULLETINS = Glance(lambda _: UntoldBulletin.objects.order_by("pk"))


def relay(now: datetime, *, most: int = BATCH) -> Relayed:
    """Relay up to `most` untold entries, then bulletins. A broken one is parked and the others go on."""
    done = Relayed()
    if UNTOLD_EVENTS.finds(now):
        untold = list(UntoldEvent.objects.order_by("pk").values_list("pk", flat=True)[:most])
        with organisation.remembered():
            _relay_entries(untold, now, done)
    if UNTOLD_BULLETINS.finds(now):
        _relay_bulletins(now, most, done)
    return done


def _relay_entries(pks: Sequence[int], now: datetime, done: Relayed) -> None:
    """All in one transaction; where a row spoils that, each in its own, and the broken ones are parked."""
    try:
        _together(pks, now, done)
    except FAULTS:
        log.exception("An untold entry could not be turned into letters; each is tried by itself")
        for pk in pks:
            _try(_alone, _park_event, pk, now, done)


def _alone(pk: int, now: datetime, done: Relayed) -> None:
    _together([pk], now, done)


@transaction.atomic(durable=True)
def _together(pks: Sequence[int], now: datetime, done: Relayed) -> None:
    taken = _take(pks)
    gathered = Gathered([untold.event for untold in taken])
    written = [one for untold in taken for one in writing.about_event(untold.event, now, gathered)]
    _save(written)
    UntoldEvent.objects.filter(pk__in=[untold.pk for untold in taken]).delete()
    done.told += len(taken)
    _count(written, done)


def _take(pks: Sequence[int]) -> list[UntoldEvent]:
    """The rows that nobody else has, in order; those of an incident up to the first that somebody has."""
    free = list(
        UntoldEvent.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("event__incident__cadence", "event__actor")
        .defer("event__incident__cadence__body")
        .filter(pk__in=pks)
        .order_by("pk")
    )
    mine = {untold.pk for untold in free}
    # Whoever holds an older one of the same incident numbers its letters first.
    older = UntoldEvent.objects.filter(event__incident__in={untold.event.incident_id for untold in free})
    held: dict[UUID, int] = dict(older.exclude(pk__in=mine).order_by("-pk").values_list("event__incident", "pk"))
    return [untold for untold in free if untold.pk < held.get(untold.event.incident_id, untold.pk + 1)]


def _save(written: Iterable[Written]) -> None:
    made = list(written)
    rows.insert([one.notice for one in made])
    rows.insert([letter for one in made for letter in one.deliveries])


def _count(written: Iterable[Written], done: Relayed) -> None:
    for one in written:
        done.letters += len(one.deliveries)
        if one.notice.incident_id:
            done.incidents.add(one.notice.incident_id)


def _try(
    relay_it: Callable[[int, datetime, Relayed], None],
    park_it: Callable[[int, datetime, str], None],
    pk: int,
    now: datetime,
    done: Relayed,
) -> None:
    try:
        relay_it(pk, now, done)
    except FAULTS as fault:
        log.exception("An untold row could not be turned into letters and is parked")
        park_it(pk, now, said(fault))
        done.stuck += 1


def _relay_bulletins(now: datetime, most: int, done: Relayed) -> None:
    until = time.monotonic() + BUDGET_SECONDS
    while pks := list(UntoldBulletin.objects.order_by("pk").values_list("pk", flat=True)[:most]):
        before = (done.letters, done.told, done.stuck)
        for pk in pks:
            _try(_relay_public, _park_public, pk, now, done)
            if time.monotonic() > until:
                return
        if before == (done.letters, done.told, done.stuck):
            return


@transaction.atomic(durable=True)
def _relay_public(pk: int, now: datetime, done: Relayed) -> None:
    untold = _take_public(pk)
    if untold is None:
        return
    if untold.bulletin and not _write_chunk(untold.bulletin, now, done):
        # More of its audience is to be written; the row stays, and so does its place in the order.
        return
    if untold.subscriber:
        written = list(writing.confirmation(untold.subscriber, now))
        _save(written)
        _count(written, done)
    untold.delete()
    done.told += 1


def _take_public(pk: int) -> UntoldBulletin | None:
    """The row, if nobody else has it and nothing older of its public incident is still untold."""
    older = UntoldBulletin.objects.filter(
        bulletin__public_incident=OuterRef("bulletin__public_incident"), pk__lt=OuterRef("pk")
    )
    return (
        UntoldBulletin.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("bulletin__public_incident__page", "subscriber__page")
        .filter(~Exists(older), pk=pk)
        .first()
    )


def _write_chunk(told: Bulletin, now: datetime, done: Relayed) -> bool:
    """Write the next recipients of a bulletin. True where all are written."""
    begun = Notice.objects.filter(bulletin=told).first()
    notice = begun or writing.about_bulletin(told, now)
    if notice is None:
        return True
    # Those who were written to already know the text as it was frozen.
    notice.bulletin = told
    if begun is None:
        notice.save(force_insert=True)
    chunk = spreading.spread(notice, now, most=CHUNK)
    Notice.objects.filter(pk=notice.pk).update(written_up_to=str(chunk.last or ""))
    done.letters += chunk.letters
    if notice.incident_id:
        done.incidents.add(notice.incident_id)
    return chunk.last is None


@transaction.atomic(durable=True)
def _park_event(pk: int, now: datetime, error: str) -> None:
    untold = UntoldEvent.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if untold:
        Stuck.objects.create(event_id=untold.event_id, error=error, stuck_at=now)
        untold.delete()


@transaction.atomic(durable=True)
def _park_public(pk: int, now: datetime, error: str) -> None:
    untold = UntoldBulletin.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if untold:
        bulletin, subscriber = untold.bulletin_id, untold.subscriber_id
        Stuck.objects.create(bulletin_id=bulletin, subscriber_id=subscriber, error=error, stuck_at=now)
        untold.delete()
