"""How often whom at a severity, under the cadence an incident runs under; shown before somebody chooses it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from incidents import policies
from incidents.models import Incident
from incidents.vocabulary import Audience, Posture, Severity
from statuspage.vocabulary import UNRESOLVED, State


@dataclass(frozen=True)
class Intervals:
    """What the cadence asks for at a severity, as spans in words; what is empty has no clock."""

    # “stakeholders every 30 min”.
    notices: list[str]
    public: str
    # Where it is not decided yet whether the public is told: by when it is, and the first bulletin after that.
    decision: str
    first_bulletin: str


def of(incident: Incident, severity: Severity) -> Intervals:
    """The intervals an incident would have at this severity."""
    policy, undecided = policies.of(incident), incident.posture == Posture.UNDECIDED
    notices = [
        (one.label.lower(), policy.notice_interval(one, severity))
        for one in (Audience.STAKEHOLDERS, Audience.EXECUTIVES)
    ]
    tells = incident.posture != Posture.NOT_REQUIRED
    return Intervals(
        notices=[f"{label} every {_spelled(every)}" for label, every in notices if every],
        public=_spelled(policy.interval(_state(incident), severity)) if tells else "",
        decision=_spelled(_minutes(policy.posture, severity)) if undecided else "",
        first_bulletin=_spelled(_minutes(policy.first_public, severity)) if undecided else "",
    )


def _state(incident: Incident) -> str:
    """Where the public incident stands, or would begin."""
    link = incident.public_links.filter(public_incident__state__in=UNRESOLVED).select_related("public_incident").first()
    return link.public_incident.state if link else State.INVESTIGATING


def _minutes(table: Mapping[Severity, int | None], severity: Severity) -> timedelta | None:
    minutes = table.get(severity)
    return timedelta(minutes=minutes) if minutes else None


def _spelled(span: timedelta | None) -> str:
    """“30 min”, “4 h”."""
    if span is None:
        return ""
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h" if minutes > 60 and minutes % 60 == 0 else f"{minutes} min"
