"""What a hand does with one letter: send it, note it in the journal, and say what came of it. Asks no database."""

import logging
import random
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kit.faults import FAULTS, said
from notifications.answers import Refused, Temporary
from notifications.channels import TRANSPORTS
from notifications.claims import Claim
from notifications.crew import Lines
from notifications.journal import Journal
from notifications.letters import Letter
from notifications.parcels import Parcel, Route
from notifications.recording import Outcome
from notifications.schedules import MOST_ATTEMPTS, wait_after
from notifications.vocabulary import Channel, State

log = logging.getLogger(__name__)

# What a lease must still hold beyond the time a transport may take.
MARGIN = timedelta(seconds=5)
# Should the hand itself break, the letter goes again.
BROKEN, AGAIN_AFTER = "The hand that sent it broke.", timedelta(minutes=1)


@dataclass
class Watch:
    """The instant of the start, walking on by this process's own clock; costs no statement a letter."""

    started: datetime
    at: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        return self.started + timedelta(seconds=time.monotonic() - self.at)


@dataclass(frozen=True, eq=False)
class Job:
    """A claimed letter, packed, on its way to a hand."""

    claim: Claim
    parcel: Parcel
    route: Route

    @property
    def letter(self) -> Letter:
        return self.claim.letter


def send(job: Job, lines: Lines, watch: Watch, journal: Journal) -> Outcome | None:
    """Send it; None where begun now it might outlast its lease, and somebody else would send it as well."""
    started = watch.now()
    if job.claim.until - started < TRANSPORTS[Channel(job.letter.channel)].takes + MARGIN:
        return None
    journal.begin(job.claim.held)
    outcome = _try(job, lines, watch, started)
    journal.end(job.claim.held, outcome.ended())
    return outcome


def broken(letter: Letter, watch: Watch) -> Outcome:
    """What is said of a letter whose hand broke in a way that nobody foresaw; what always breaks it is parked."""
    now, is_last = watch.now(), letter.attempts >= MOST_ATTEMPTS
    state, due_at = (State.PARKED, None) if is_last else (State.WAITING, now + AGAIN_AFTER)
    return Outcome(state, BROKEN, now, now, due_at=due_at, maybe_doubled=True)


def _try(job: Job, lines: Lines, watch: Watch, started: datetime) -> Outcome:
    try:
        answer = lines.send(Channel(job.letter.channel), job.route, job.parcel)
        return Outcome(State.SENT, answer, started, watch.now())
    except Temporary as error:
        return _later(job.letter, error, started, watch.now())
    except Refused as error:
        return Outcome(State.PARKED, str(error), started, watch.now(), is_gone=error.is_gone)
    except FAULTS as fault:
        log.exception("A letter of ours is broken and is parked")
        return Outcome(State.PARKED, said(fault), started, watch.now())


def _later(letter: Letter, error: Temporary, started: datetime, now: datetime) -> Outcome:
    wait = wait_after(letter.channel, letter.attempts, asked=error.after, chance=random.random())  # noqa: S311
    state, due_at = (State.WAITING, now + wait) if wait is not None else (State.PARKED, None)
    sentence = str(error) if wait is not None else f"Given up after {letter.attempts} attempts. {error}"
    return Outcome(
        state, sentence, started, now, due_at=due_at, maybe_doubled=error.maybe_taken, is_hosts=error.is_ours
    )
