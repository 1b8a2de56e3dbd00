"""The cadence: how often whom, which roles at which severity, and the ladder that speaks when it is late (domain §2.6).

Pure: a `Policy` is read from a stored version, instants come in and instants go out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from incidents import ladders
from incidents.ladders import IN_WORKING_HOURS, Ladder
from incidents.vocabulary import Audience, Duty, Severity
from roles.calendar import Calendar
from roles.catalogue import Role
from statuspage.vocabulary import State

HANDBOOK = "handbook"
SMALL_TEAM = "small_team"
LONG_MODE_AFTER = timedelta(hours=2)
LONGEST_PROMISE = timedelta(minutes=60)
HOLDING_INTERVALS = 4
SNOOZE = timedelta(minutes=5)
# What goes outside can be taken back for so long; its letters wait a second more, for a click that is on its way.
TAKE_BACK = timedelta(seconds=5)
LETTERS_WAIT = TAKE_BACK + timedelta(seconds=1)


Minutes = int | None


@dataclass(frozen=True)
class Policy:
    """One version of the cadence. Intervals are minutes by severity; None is no clock."""

    version: int
    preset: str
    public: Mapping[State, Mapping[Severity, Minutes]]
    first_public: Mapping[Severity, Minutes]
    stakeholders: Mapping[Severity, Minutes]
    executives: Mapping[Severity, Minutes]
    posture: Mapping[Severity, Minutes]
    acknowledge: int
    identify: int
    relevel: int
    ladders: Mapping[Duty, Mapping[Severity, Ladder]]
    roles: Mapping[Severity, tuple[Role, ...]]
    # Who stands in where nobody is on call for a role: a small team has few rotations.
    combined: Mapping[Role, Role]
    review_days: Mapping[Severity, Minutes]

    def interval(self, state: str, severity: str) -> timedelta | None:
        """Between two bulletins in a state; None where nothing is owed."""
        minutes = self.public.get(State(state), {}).get(Severity(severity))
        return timedelta(minutes=minutes) if minutes else None

    def notice_interval(self, audience: str, severity: str) -> timedelta | None:
        table = {Audience.STAKEHOLDERS: self.stakeholders, Audience.EXECUTIVES: self.executives}[Audience(audience)]
        minutes = table.get(Severity(severity))
        return timedelta(minutes=minutes) if minutes else None


def after(start: datetime, span: timedelta, severity: str, calendar: Calendar) -> datetime:
    """When a clock started at `start` comes due: elapsed time for S1 and S2, working time for S3 and S4."""
    return calendar.add(start, span) if severity in IN_WORKING_HOURS else start + span


def public_due(
    policy: Policy, *, severity: str, state: str, posted_at: datetime, promised_at: datetime | None, calendar: Calendar
) -> datetime | None:
    """When the next bulletin is due after one: as promised, else after the interval of its state and severity."""
    interval = policy.interval(state, severity)
    if interval is None and (promised_at is None or state == State.RESOLVED):
        return None
    if promised_at is not None:
        return promised_at
    assert interval is not None
    return after(posted_at, interval, severity, calendar)


def never_later(old: datetime | None, new: datetime | None, now: datetime) -> datetime | None:
    """What an escalation makes of a due time: at once at the earliest, the old one at the latest (SUP3-3)."""
    if new is None or old is None:
        return old or new
    return min(old, max(now, new))


def ladder(policy: Policy, duty: str, severity: str) -> Ladder:
    """The rungs of a duty at a severity; none for what the workers send by themselves."""
    return policy.ladders.get(Duty(duty), {}).get(Severity(severity), ())


_HANDBOOK = Policy(
    version=1,
    preset=HANDBOOK,
    public={
        State.INVESTIGATING: {Severity.S1: 10, Severity.S2: 15, Severity.S3: 15, Severity.S4: 15},
        State.IDENTIFIED: {Severity.S1: 10, Severity.S2: 30, Severity.S3: 30, Severity.S4: 30},
        State.MONITORING: {Severity.S1: 30, Severity.S2: 60, Severity.S3: 60, Severity.S4: 60},
    },
    first_public={Severity.S1: 5, Severity.S2: 10, Severity.S3: 15, Severity.S4: 15},
    stakeholders={Severity.S1: 30, Severity.S2: 60, Severity.S3: 240, Severity.S4: None},
    executives={Severity.S1: 30, Severity.S2: 60, Severity.S3: None, Severity.S4: None},
    posture={Severity.S1: 15, Severity.S2: 15, Severity.S3: None, Severity.S4: None},
    acknowledge=15,
    identify=30,
    relevel=30,
    ladders=ladders.DEFAULT,
    roles={
        Severity.S1: (Role.ENGINEER, Role.INCIDENT_MANAGER, Role.COMMUNICATIONS, Role.EXECUTIVE_LIAISON),
        Severity.S2: (Role.ENGINEER, Role.INCIDENT_MANAGER, Role.COMMUNICATIONS),
        Severity.S3: (Role.ENGINEER,),
        Severity.S4: (Role.ENGINEER,),
    },
    combined={},
    review_days={Severity.S1: 5, Severity.S2: 5, Severity.S3: None, Severity.S4: None},
)

PRESETS: dict[str, Policy] = {
    HANDBOOK: _HANDBOOK,
    SMALL_TEAM: replace(
        _HANDBOOK,
        preset=SMALL_TEAM,
        public={
            State.INVESTIGATING: {Severity.S1: 20, Severity.S2: 30, Severity.S3: None, Severity.S4: None},
            State.IDENTIFIED: {Severity.S1: 30, Severity.S2: 60, Severity.S3: None, Severity.S4: None},
            State.MONITORING: {Severity.S1: 60, Severity.S2: 120, Severity.S3: None, Severity.S4: None},
        },
        first_public={Severity.S1: 5, Severity.S2: 10, Severity.S3: None, Severity.S4: None},
        combined={
            Role.EXECUTIVE_LIAISON: Role.INCIDENT_MANAGER,
            Role.COMMUNICATIONS: Role.INCIDENT_MANAGER,
            Role.INCIDENT_MANAGER: Role.ENGINEER,
            Role.SECURITY_ENGINEER: Role.ENGINEER,
        },
    ),
}
PRESET_NAMES = {
    HANDBOOK: "Handbook: for organisations with people on duty for each role",
    SMALL_TEAM: "Small team: for up to eight people, half as often",
}

# What an administrator edits, by the name of the field: tables by severity and single numbers.
TABLES = ("first_public", "stakeholders", "executives", "posture")
DAYS = "review_days"
PUBLIC_STATES = (State.INVESTIGATING, State.IDENTIFIED, State.MONITORING)
NUMBERS = ("acknowledge", "identify", "relevel")


def to_json(policy: Policy) -> dict[str, Any]:
    """What is stored of a version: all of it, so that a running incident keeps what it was declared under."""
    body: dict[str, Any] = {name: dict(getattr(policy, name)) for name in (*TABLES, DAYS)}
    body["public"] = {state.value: dict(row) for state, row in policy.public.items()}
    body["roles"] = {severity.value: [role.value for role in roles] for severity, roles in policy.roles.items()}
    body["combined"] = {role.value: other.value for role, other in policy.combined.items()}
    body["ladders"] = {
        duty.value: {severity.value: ladders.to_json(steps) for severity, steps in by_severity.items()}
        for duty, by_severity in policy.ladders.items()
    }
    return body | {name: getattr(policy, name) for name in NUMBERS}


def from_json(version: int, preset: str, body: Mapping[str, Any]) -> Policy:
    """A policy from what `to_json` stored. Raises `KeyError` or `ValueError` for what is none."""
    tables: dict[str, Any] = {name: _by_severity(body[name]) for name in (*TABLES, DAYS)}
    return replace(
        PRESETS[preset],
        version=version,
        public={State(state): _by_severity(row) for state, row in body["public"].items()},
        roles={Severity(key): tuple(Role(role) for role in roles) for key, roles in body["roles"].items()},
        combined={Role(role): Role(other) for role, other in body["combined"].items()},
        ladders={
            Duty(duty): {Severity(key): ladders.from_json(steps) for key, steps in by_severity.items()}
            for duty, by_severity in body["ladders"].items()
        },
        **tables,
        **{name: body[name] for name in NUMBERS},
    )


def _by_severity(row: Mapping[str, Minutes]) -> dict[Severity, Minutes]:
    return {Severity(key): value for key, value in row.items()}
