"""The states one can choose for a bulletin: what each means, what follows, a wording, and the next time. Questions."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from incidents import cadence, ladders, policies, statements, wordings
from incidents.models import Incident
from incidents.vocabulary import Severity
from kit import clock
from statuspage.models import Bulletin
from statuspage.vocabulary import MEANING, State

# The phase inside in which each is said, and what becomes of the components (domain §2.5).
SAID_IN: dict[State, str] = {
    State.INVESTIGATING: "Identification",
    State.IDENTIFIED: "Mitigation: an action is agreed",
    State.MONITORING: "Mitigation: the step is done, and it is watched",
    State.RESOLVED: "Remediation: customers feel nothing any more, and it is unlikely to return",
}
COMPONENTS: dict[State, str] = {
    State.INVESTIGATING: "As bad as the severity suggests: S1 major outage, S2 partial outage, S3 degraded performance",
    State.IDENTIFIED: "As before; changed only with the scope",
    State.MONITORING: "As before, even where it seems fine",
    State.RESOLVED: "Operational, unless another open incident holds them",
}
# So long one watches, where nobody says otherwise.
WATCH = timedelta(minutes=30)


@dataclass(frozen=True)
class Choice:
    """A state one can choose: what it means, what follows from it, a wording, and when the next bulletin is due."""

    state: State
    meaning: str
    consequence: str
    wording: str
    promise: datetime | None


def of(incident: Incident, last: Bulletin | None) -> list[Choice]:
    """Every state, in the order in which they follow on each other."""
    now, kept = clock.shown(), wordings.every()
    found = []
    for state, meaning in MEANING.items():
        wording = filled(kept[wordings.OF_STATE[state]].text, incident, last)
        follows = _consequence(incident, state, now)
        found.append(Choice(state, meaning, follows, wording, promise(incident, state, now)))
    return found


def _consequence(incident: Incident, state: State, now: datetime) -> str:
    """What choosing it brings about, with numbers (SUP-2)."""
    if state == State.RESOLVED:
        return (
            "Its components become operational, unless another open incident holds them. "
            "The clock stops, and subscribers get the last mail."
        )
    stays = "Its components stay as they are until it is over. " if state == State.MONITORING else ""
    if _rests(incident, now):
        return f"{stays}The next one is promised for the coming working day."
    interval = _interval(incident, state, now)
    minutes = int(interval.total_seconds() // 60) if interval else 0
    return stays + (f"The next one is then due in {minutes} min." if interval else "No clock runs after it.")


def promise(incident: Incident, state: State, now: datetime) -> datetime | None:
    """When the next bulletin after one in this state is promised for, unless somebody says otherwise (§2.6, E45).

    By the cadence, on the nearest minute. Outside working hours an S3 or S4 promises the next working morning.
    """
    if not incident.severity or state == State.RESOLVED:
        return None
    if _rests(incident, now):
        return policies.calendar().morning_after(now)
    interval = _interval(incident, state, now)
    if interval is None:
        return None
    # A promise of an hour is the longest one may give; half a minute more would be refused.
    half = timedelta() if interval >= cadence.LONGEST_PROMISE else timedelta(seconds=30)
    due = cadence.after(now, interval, incident.severity, policies.calendar()) + half
    return due.replace(second=0, microsecond=0)


def _rests(incident: Incident, now: datetime) -> bool:
    """Nobody is woken for it."""
    return incident.severity in ladders.IN_WORKING_HOURS and not policies.calendar().is_open(now)


def _interval(incident: Incident, state: State, now: datetime) -> timedelta | None:
    """Once it has gone on for two hours an S1 or S2 promises the hour."""
    if not incident.severity:
        return None
    interval = policies.of(incident).interval(state, incident.severity)
    is_slow = incident.severity in (Severity.S1, Severity.S2) and statements.is_long(incident, now)
    return cadence.LONGEST_PROMISE if interval and is_slow else interval


def filled(wording: str, incident: Incident, last: Bulletin | None) -> str:
    """A wording with what the incident knows; what it does not know stays in braces for whoever writes."""
    windows = list(incident.windows.all())
    ends = [window.ended_at for window in windows if window.ended_at]
    effect = " ".join(incident.affected.split()).rstrip(".")
    now = clock.shown()
    known = {
        "effect": effect[:1].lower() + effect[1:],
        "Effect": effect[:1].upper() + effect[1:],
        "start": _clock(windows[0].started_at) if windows else "",
        "end": _clock(max(ends)) if ends and len(ends) == len(windows) else "",
        "until": _clock(incident.monitoring_until or now + WATCH),
        "last": _clock(last.display_at) if last else "",
        "next": _clock(now + cadence.LONGEST_PROMISE),
    }
    return wordings.fill(wording, known)


def _clock(at: datetime) -> str:
    """“09:12”, with the day where it is not today."""
    utc, today = at.astimezone(UTC), clock.shown().date()
    return f"{utc:%H:%M}" if utc.date() == today else f"{utc.day} {utc:%b}, {utc:%H:%M}"


@dataclass(frozen=True)
class Compared:
    """A state beside the others: what it means to readers, when it is said, and how often it is written then."""

    state: State
    meaning: str
    said_in: str
    components: str
    # Minutes by severity; None where no clock runs.
    minutes: list[tuple[Severity, int | None]]
    wording: str


def compared() -> list[Compared]:
    """All states side by side, under the cadence of new incidents (SUP-2)."""
    policy, kept = policies.read(policies.current()), wordings.every()
    return [
        Compared(
            state,
            meaning,
            SAID_IN[state],
            COMPONENTS[state],
            [(severity, policy.public.get(state, {}).get(severity)) for severity in Severity],
            kept[wordings.OF_STATE[state]].text,
        )
        for state, meaning in MEANING.items()
    ]
