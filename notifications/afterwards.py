"""What follows from the outcomes of letters beside the letters themselves."""

from collections.abc import Sequence
from datetime import datetime

from notifications import asking, breakers, endpoints, ringing
from notifications.breakers import Heard
from notifications.letters import Letter
from notifications.recording import Outcome
from notifications.vocabulary import Lane, State

Written = Sequence[tuple[Letter, Outcome]]


def see_to(written: Written, now: datetime) -> None:
    """A page that failed rings elsewhere, endpoints that are gone are switched off, and breakers hear of it."""
    for letter, outcome in written:
        if letter.lane == Lane.PAGE:
            _ring(letter, outcome, now)
        if outcome.is_gone:
            endpoints.gone(letter, outcome.detail, now=now)
    heard = [one for letter, outcome in written for one in _heard(letter, outcome)]
    if heard:
        breakers.hear(heard, now)


def _ring(letter: Letter, outcome: Outcome, now: datetime) -> None:
    if outcome.state in ringing.FAILED:
        ringing.elsewhere(letter.notice_id, letter.recipient, now)
    elif outcome.detail == asking.NO_CONTACT:
        ringing.anew(letter, now)


def _heard(letter: Letter, outcome: Outcome) -> list[Heard]:
    """A letter that arrived speaks well of its host; of failures those that say nothing about the letter count.

    Webhooks of one host are different people's: all their failures to be reached count, and any success ends that.
    """
    host = (letter.channel, letter.host)
    if outcome.state == State.SENT:
        return [Heard(host, is_well=True)]
    return [Heard(host, is_well=False, reason=outcome.detail)] if outcome.is_hosts else []
