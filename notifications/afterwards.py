"""What follows from the outcomes of letters beside the letters themselves."""

from collections.abc import Sequence
from datetime import datetime

from notifications import breakers, endpoints
from notifications.breakers import Heard
from notifications.letters import Letter
from notifications.models import Delivery
from notifications.recording import Outcome
from notifications.vocabulary import Lane, State

Written = Sequence[tuple[Letter, Outcome]]


def see_to(written: Written, now: datetime) -> None:
    """Breakers hear of it, endpoints that are gone are switched off, and a page that failed rings elsewhere."""
    heard = [one for letter, outcome in written for one in _heard(letter, outcome)]
    if heard:
        breakers.hear(heard, now)
    for letter, outcome in written:
        if outcome.is_gone:
            endpoints.gone(letter, outcome.detail, now=now)
        if letter.lane == Lane.PAGE and outcome.state in (State.WAITING, State.PARKED):
            _ring_elsewhere(letter, now)


def _heard(letter: Letter, outcome: Outcome) -> list[Heard]:
    """A letter that arrived speaks well of its host; of failures those that say nothing about the letter count.

    Webhooks of one host are different people's: all their failures to be reached count, and any success ends that.
    """
    host = (letter.channel, letter.host)
    if outcome.state == State.SENT:
        return [Heard(host, is_well=True)]
    return [Heard(host, is_well=False, reason=outcome.detail)] if outcome.is_hosts else []


def _ring_elsewhere(letter: Letter, now: datetime) -> None:
    """Silence is no answer: their next contact rings at once (E17)."""
    person = f"{letter.kind}:{letter.who}"
    theirs = Delivery.objects.filter(notice=letter.notice_id, recipient__startswith=person, state=State.WAITING)
    coming = theirs.filter(due_at__gt=now, attempts=0).order_by("due_at").first()
    if coming:
        theirs.filter(pk=coming.pk, attempts=0).update(due_at=now)
