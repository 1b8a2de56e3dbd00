"""Incidents whose way took as long as a story wants, walked with the commands that people have."""

from datetime import datetime, timedelta

from incidents import communications, engagement, lifecycle, times
from incidents.lifecycle import Declaration
from incidents.models import Engagement, Incident, Service
from incidents.vocabulary import Phase, Posture, Severity, Type
from kit import clock
from roles.models import User
from tests.conftest import MORNING
from tests.people import grace, linus

MINUTE = timedelta(minutes=1)


def lead_of(severity: Severity) -> User:
    """Who leads by default: the incident manager of a grave one, else the engineer."""
    return grace() if severity in (Severity.S1, Severity.S2) else linus()


def declared(
    at: datetime,
    *,
    severity: Severity = Severity.S2,
    type: Type = Type.AVAILABILITY,
    felt_since: datetime | None = None,
    seen_at: datetime | None = None,
    services: tuple[Service, ...] = (),
    title: str = "Checkout fails",
    restricted: bool = False,
) -> Incident:
    """Somebody declares at an instant of the past."""
    said = Declaration(
        title=title,
        type=type,
        severity=severity,
        impact_started_at=felt_since,
        detected_at=seen_at,
        services=services,
        is_restricted=restricted,
    )
    with clock.at(at):
        return lifecycle.declare(said, actor=lead_of(severity))


def acknowledged(incident: Incident, at: datetime) -> None:
    """Whoever leads it says “I am on it”."""
    with clock.at(at):
        engagement.acknowledge(incident, actor=lead_of(Severity(incident.severity)))


def over(
    incident: Incident,
    *,
    mitigated_at: datetime,
    resolved_at: datetime | None = None,
    impact_ended_at: datetime | None = None,
) -> Incident:
    """The impact ends, and its lead calls it resolved, a minute later unless told otherwise."""
    lead = lead_of(Severity(incident.severity))
    mitigated(incident, mitigated_at, impact_ended_at=impact_ended_at)
    with clock.at(resolved_at or mitigated_at + MINUTE):
        # After a reopening it is decided anew.
        if Incident.unrestricted.get(pk=incident.pk).posture == Posture.UNDECIDED:
            communications.decide_posture(incident, Posture.NOT_REQUIRED, actor=lead, reason="nobody outside felt it")
        return lifecycle.transition(incident, Phase.POST_INCIDENT, actor=lead)


def mitigated(incident: Incident, at: datetime, *, impact_ended_at: datetime | None = None) -> None:
    """Its lead, who is on it by now at the latest, sees the impact end."""
    lead = lead_of(Severity(incident.severity))
    if not Engagement.objects.filter(incident=incident, person=lead, acknowledged_at__isnull=False).exists():
        acknowledged(incident, at)
    with clock.at(at):
        times.end_impact(incident, impact_ended_at or at, actor=lead)
        lifecycle.transition(incident, Phase.MITIGATION, actor=lead)
        lifecycle.transition(incident, Phase.REMEDIATION, actor=lead)


def mitigated_within(minutes: float, *, start: datetime = MORNING - timedelta(days=2), **said: object) -> Incident:
    """An incident that was felt for so many minutes, declared one minute after it began."""
    incident = declared(start + MINUTE, felt_since=start, **said)  # type: ignore[arg-type]
    return over(incident, mitigated_at=start + minutes * MINUTE)
