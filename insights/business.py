"""What is open, in plain words: what is broken, who feels it, since when, what we do (BG2-3). A question."""

from dataclasses import dataclass
from datetime import datetime

from incidents.models import Incident, Obligation
from incidents.vocabulary import Duty, Phase, Severity, Visibility
from roles.models import User

MOST = 100

# How bad it is, and what is done about it, without a word of ours.
GRAVITY = {
    Severity.S1: "Very serious: many customers cannot work",
    Severity.S2: "Serious: some customers cannot work, or something important fails",
    Severity.S3: "Limited: there is a way around it, or few are affected",
    Severity.S4: "Small: hardly anybody notices",
}
DOING = {
    Phase.TRIAGE: "We are looking at whether this is a problem.",
    Phase.IDENTIFICATION: "We are looking for the cause.",
    Phase.MITIGATION: "We are working on ending the effect.",
    Phase.REMEDIATION: "The effect has ended; we are making sure that it stays so.",
}
TELLING = (Duty.STAKEHOLDER_NOTICE, Duty.PUBLIC_UPDATE)


@dataclass(frozen=True)
class Story:
    """One open incident in plain words."""

    title: str
    gravity: str
    what: str
    affected: str
    since: datetime
    doing: str
    next_update_at: datetime | None
    services: list[str]


def stories(user: User) -> list[Story]:
    """The open incidents that everybody may know, the gravest first; three statements.

    Restricted ones are absent, also for those who may see them: this page is shown to others.
    """
    seen = Incident.objects.visible_to(user).open().filter(visibility=Visibility.ORGANISATION)
    found = list(
        seen.exclude(type="drill").order_by("severity", "declared_at").prefetch_related("services", "windows")[:MOST]
    )
    due = _next_updates(found)
    return [_story(incident, due.get(incident.pk)) for incident in found]


def _next_updates(incidents: list[Incident]) -> dict[object, datetime]:
    owed = Obligation.objects.open().filter(incident__in=incidents, duty__in=TELLING).order_by("-due_at")
    return dict(owed.values_list("incident", "due_at"))


def _story(incident: Incident, due: datetime | None) -> Story:
    windows = list(incident.windows.all())
    return Story(
        title=incident.title,
        gravity=GRAVITY[Severity(incident.severity)],
        what="" if incident.what == incident.title else incident.what,
        affected=incident.affected,
        since=windows[0].started_at if windows else incident.declared_at,
        doing=incident.doing or DOING[Phase(incident.phase)],
        next_update_at=due,
        services=[service.name for service in incident.services.all()],
    )
