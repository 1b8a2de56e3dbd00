"""Taking over what a process held when it ended: what its journal tells is written down, the rest goes again."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from kit.faults import FAULTS
from kit.glances import Glance
from notifications import journal, recording, ringing
from notifications.models import Attempt, Delivery
from notifications.recording import Result
from notifications.schedules import MOST_ATTEMPTS
from notifications.vocabulary import Lane, State

log = logging.getLogger(__name__)

VANISHED = "Whoever sent it ended before it could say how it went."
BATCH = 500
ABANDONED = Glance(Delivery.objects.abandoned)


def take_over(now: datetime) -> int:
    """Let nothing stay in dead hands. Returns how many letters were taken over."""
    gone = journal.orphans()
    if gone:
        # Nobody waits for the lease of a process that is known to be dead.
        Delivery.objects.filter(state=State.SENDING, holder__in=gone).update(lease_until=now - timedelta(seconds=1))
    taken = _take(now) if ABANDONED.finds(now) else 0
    for name in gone:
        if not Delivery.objects.filter(state=State.SENDING, holder=name).exists():
            journal.remove(name)
    return taken


@transaction.atomic(durable=True)
def _take(now: datetime) -> int:
    abandoned = Delivery.objects.abandoned(now).select_for_update(skip_locked=True).order_by("lease_until")[:BATCH]
    by_holder: dict[str, list[Delivery]] = {}
    for letter in abandoned:
        by_holder.setdefault(letter.holder, []).append(letter)
    for holder, letters in by_holder.items():
        try:
            with transaction.atomic():
                _sort_out(letters, journal.read(holder) if holder else None, now)
        except FAULTS:
            log.exception("The journal %s cannot be written down; what it held goes again, and may come twice", holder)
            _sort_out(letters, None, now)
    return sum(len(letters) for letters in by_holder.values())


def _sort_out(letters: Sequence[Delivery], past: journal.Past | None, now: datetime) -> None:
    """By the journal, if it is here: what ended is written down, what was never begun waits again."""
    ended, waiting, doubtful = [], [], []
    for letter in letters:
        held = (letter.pk, letter.fence)
        if past and held in past.ended:
            outcome = recording.from_journal(past.ended[held])
            ended.append(Result(letter.pk, letter.fence, letter.attempts, outcome))
        elif past and past.is_whole and held not in past.begun:
            waiting.append(letter.pk)
        else:
            doubtful.append(letter)
    recording.record_within(ended)
    _ring_elsewhere(letters, {one.pk for one in ended if one.outcome.state in ringing.FAILED}, now)
    Delivery.objects.filter(pk__in=waiting).update(state=State.WAITING, lease_until=None, attempts=F("attempts") - 1)
    _doubt(doubtful, now)


def _ring_elsewhere(letters: Sequence[Delivery], failed: set[int], now: datetime) -> None:
    """What their sender would have seen to."""
    for letter in letters:
        if letter.lane == Lane.PAGE and letter.pk in failed:
            ringing.elsewhere(letter.notice_id, letter.recipient, now)


def _doubt(letters: Sequence[Delivery], now: datetime) -> None:
    """On their way when their sender ended: they go again, and may arrive twice. What always ends it is parked."""
    Attempt.objects.bulk_create(
        Attempt(delivery=letter, number=letter.attempts, started_at=now, ended_at=now, succeeded=False, detail=VANISHED)
        for letter in letters
    )
    worn_out = [letter.pk for letter in letters if letter.attempts >= MOST_ATTEMPTS]
    again = [letter.pk for letter in letters if letter.attempts < MOST_ATTEMPTS]
    Delivery.objects.filter(pk__in=again).update(state=State.WAITING, lease_until=None, maybe_doubled=True)
    Delivery.objects.filter(pk__in=worn_out).update(
        state=State.PARKED, lease_until=None, maybe_doubled=True, settled_at=now, error=VANISHED
    )
