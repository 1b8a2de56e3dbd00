"""The ladders: who speaks when something owed is late, step by step (domain §2.3, §2.6). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from incidents.vocabulary import Duty, Severity
from roles.calendar import Calendar
from roles.catalogue import Role

# Severities whose clocks run in working hours only; nobody is woken for them.
IN_WORKING_HOURS = frozenset({Severity.S3, Severity.S4})


class How(StrEnum):
    """How a rung speaks: a nudge and a banner stay in the room, an alert is a letter, a page must be answered."""

    NUDGE = "nudge"
    BANNER = "banner"
    ALERT = "alert"
    PAGE = "page"


# Instead of a role a rung can name: everybody who takes part, and where nobody has answered all who could;
# those who share a rotation with whoever was asked; the leader of their team.
EVERYBODY, PEERS, LEADER = "everybody", "peers", "leader"
OTHERS = {EVERYBODY: "everybody", PEERS: "everybody of their rotation", LEADER: "the leader of their team"}


def name_of(told: str) -> str:
    """“Incident manager”, “everybody”: whom a rung tells, in words."""
    return OTHERS.get(told) or Role(told).label


@dataclass(frozen=True)
class Rung:
    """One step: so long after the due time (negative is before), these are told, in this way."""

    after: timedelta
    tells: tuple[str, ...]
    how: How
    repeats: timedelta | None = None

    @property
    def moment(self) -> str:
        """“3 min before”, “when due”, “3 min late”: when it speaks."""
        minutes = int(self.after.total_seconds() // 60)
        return f"{-minutes} min before" if minutes < 0 else f"{minutes} min late" if minutes else "when due"

    @property
    def words(self) -> str:
        """“page: communications manager”."""
        names = ", ".join(name_of(told).lower() for told in self.tells)
        every = f", and again every {int(self.repeats.total_seconds() // 60)} minutes" if self.repeats else ""
        return f"{self.how}: {names}{every}"


Ladder = tuple[Rung, ...]


def rung(minutes: int, how: How, *tells: str, repeats: int | None = None) -> Rung:
    """A rung by minutes."""
    return Rung(timedelta(minutes=minutes), tells, how, timedelta(minutes=repeats) if repeats else None)


def rung_at(steps: Ladder, number: int) -> tuple[Rung, timedelta] | None:
    """The rung that speaks `number`th (from 0) and its offset from the due time; the last may repeat."""
    if number < len(steps):
        return steps[number], steps[number].after
    if steps and steps[-1].repeats:
        return steps[-1], steps[-1].after + steps[-1].repeats * (number - len(steps) + 1)
    return None


def speaks_at(due_at: datetime, offset: timedelta, severity: str, calendar: Calendar) -> datetime:
    """When a rung speaks: by elapsed time for S1 and S2, by working time after the due time for S3 and S4."""
    if severity in IN_WORKING_HOURS and offset > timedelta():
        return calendar.add(due_at, offset)
    return due_at + offset


_COMMS, _MANAGER, _LIAISON, _LEAD = Role.COMMUNICATIONS, Role.INCIDENT_MANAGER, Role.EXECUTIVE_LIAISON, Role.LEAD
_ACKNOWLEDGEMENT: Ladder = (
    rung(0, How.PAGE, _MANAGER),
    rung(15, How.PAGE, _LIAISON),
    rung(30, How.PAGE, EVERYBODY),
)
# SEOC, all security engineers, their leader, then leadership (domain §2.3).
SECURITY: Ladder = (
    rung(0, How.PAGE, PEERS),
    rung(15, How.PAGE, LEADER),
    rung(30, How.PAGE, _LIAISON),
    rung(45, How.PAGE, EVERYBODY),
)
# A provisional S2 has called the engineer alone; after some silence the others are called, too (§2.6).
PROVISIONAL: Ladder = (rung(0, How.PAGE, _MANAGER, _COMMS), rung(15, How.ALERT, _LEAD))


def _for_all(*steps: Rung) -> dict[Severity, Ladder]:
    return dict.fromkeys(Severity, steps)


def _for_grave(*steps: Rung) -> dict[Severity, Ladder]:
    return {Severity.S1: steps, Severity.S2: steps, Severity.S3: (), Severity.S4: ()}


# By duty and severity. What workers send by themselves has none: they look at it when it is due.
DEFAULT: dict[Duty, Mapping[Severity, Ladder]] = {
    Duty.PUBLIC_UPDATE: {
        Severity.S1: (
            rung(-3, How.NUDGE, _COMMS),
            rung(0, How.BANNER, _COMMS),
            rung(3, How.ALERT, _MANAGER),
            rung(8, How.PAGE, _COMMS),
            rung(15, How.PAGE, _LIAISON),
            rung(30, How.PAGE, EVERYBODY, repeats=30),
        ),
        Severity.S2: (
            rung(-3, How.NUDGE, _COMMS),
            rung(0, How.BANNER, _COMMS),
            rung(5, How.ALERT, _MANAGER),
            rung(15, How.PAGE, _COMMS),
            rung(30, How.PAGE, EVERYBODY),
        ),
        Severity.S3: (rung(0, How.ALERT, _COMMS, _LEAD),),
        Severity.S4: (),
    },
    Duty.ACKNOWLEDGEMENT: {
        Severity.S1: (*_ACKNOWLEDGEMENT[:2], rung(30, How.PAGE, EVERYBODY, repeats=30)),
        Severity.S2: _ACKNOWLEDGEMENT,
        Severity.S3: (rung(0, How.ALERT, _LEAD, _MANAGER),),
        Severity.S4: (),
    },
    Duty.CONFIRMATION: _for_grave(rung(0, How.ALERT, _MANAGER, Role.ENGINEER)),
    Duty.POSTURE: _for_grave(rung(0, How.ALERT, _MANAGER), rung(15, How.PAGE, _MANAGER)),
    Duty.PHASE_TIMER: {**_for_all(rung(0, How.PAGE, _MANAGER)), Severity.S4: ()},
    Duty.RELEVEL: _for_all(rung(0, How.ALERT, _LEAD)),
    Duty.REVIEW: _for_all(rung(0, How.ALERT, _LEAD)),
    Duty.ACTION: _for_all(rung(0, How.ALERT, _LEAD)),
}
# What an administrator edits.
EDITABLE = (Duty.PUBLIC_UPDATE, Duty.ACKNOWLEDGEMENT)


def to_json(steps: Ladder) -> list[dict[str, Any]]:
    """What is stored of a ladder: minutes, how, whom, and every how many minutes the last one repeats."""
    return [
        {
            "after": int(step.after.total_seconds() // 60),
            "how": step.how.value,
            "tells": [str(told) for told in step.tells],
            "repeats": int(step.repeats.total_seconds() // 60) if step.repeats else None,
        }
        for step in steps
    ]


def from_json(body: Sequence[Mapping[str, Any]]) -> Ladder:
    """A ladder from what `to_json` stored. Raises `ValueError` for what no rung can be."""
    steps = tuple(
        rung(int(step["after"]), How(step["how"]), *map(_known, step["tells"]), repeats=step["repeats"])
        for step in body
    )
    if list(steps) != sorted(steps, key=lambda step: step.after):
        raise ValueError("The rungs of a ladder stand in the order in which they speak.")
    return steps


def _known(told: str) -> str:
    return told if told in OTHERS else Role(told).value
