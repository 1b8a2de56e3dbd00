"""Incidents that are over, so that one can look back."""

from datetime import timedelta
from typing import Any

from incidents import communications, engagement, lifecycle, times
from incidents.models import Incident
from incidents.vocabulary import Phase, Posture, Severity
from kit import clock
from roles.models import User
from tests.incidents.stories import declared
from tests.people import grace, linus


def lead_of(incident: Incident) -> User:
    """Grace leads the grave ones, Linus the others."""
    return grace() if incident.peak_severity in (Severity.S1, Severity.S2) else linus()


def resolved(severity: Severity = Severity.S3, **said: Any) -> Incident:
    """It was felt for half an hour, is resolved, and the public need not hear of it."""
    incident = declared(severity, impact_started_at=clock.now() - timedelta(minutes=30), **said)
    for person in {linus(), lead_of(incident)}:
        engagement.acknowledge(incident, actor=person)
    lead = lead_of(incident)
    if incident.posture == Posture.UNDECIDED:
        communications.decide_posture(incident, Posture.NOT_REQUIRED, actor=lead, reason="nobody outside feels it")
    lifecycle.transition(incident, Phase.MITIGATION, actor=lead)
    times.end_impact(incident, clock.now(), actor=lead)
    lifecycle.transition(incident, Phase.REMEDIATION, actor=lead)
    return lifecycle.transition(incident, Phase.POST_INCIDENT, actor=lead)


def close(incident: Incident) -> Incident:
    return lifecycle.transition(incident, Phase.CLOSED, actor=lead_of(incident))
