"""The words of the public page, spelled as Statuspage clients expect (reference: statuspage contract)."""

from django.db.models import TextChoices


class Status(TextChoices):
    """How a component does."""

    OPERATIONAL = "operational", "Operational"
    UNDER_MAINTENANCE = "under_maintenance", "Under maintenance"
    DEGRADED_PERFORMANCE = "degraded_performance", "Degraded performance"
    PARTIAL_OUTAGE = "partial_outage", "Partial outage"
    MAJOR_OUTAGE = "major_outage", "Major outage"


# From best to worst; the worst of several wins.
WORSE = list(Status)
_STATUSES: dict[str, Status] = {one.value: one for one in Status}


def status_of(word: str) -> Status:
    """The status a word means; a word that nobody knows is taken for the worst, never for the best."""
    return _STATUSES.get(word, Status.MAJOR_OUTAGE)


class State(TextChoices):
    """Where a public incident, or a maintenance, stands."""

    INVESTIGATING = "investigating", "Investigating"
    IDENTIFIED = "identified", "Identified"
    MONITORING = "monitoring", "Monitoring"
    RESOLVED = "resolved", "Resolved"
    POSTMORTEM = "postmortem", "Post-mortem"
    SCHEDULED = "scheduled", "Scheduled"
    IN_PROGRESS = "in_progress", "In progress"
    VERIFYING = "verifying", "Verifying"
    COMPLETED = "completed", "Completed"


UNRESOLVED = (State.INVESTIGATING, State.IDENTIFIED, State.MONITORING)
INCIDENT_STATES = (*UNRESOLVED, State.RESOLVED, State.POSTMORTEM)
MAINTENANCE_STATES = (State.SCHEDULED, State.IN_PROGRESS, State.VERIFYING, State.COMPLETED)
# These bulletins free the components; a post-mortem only adds words to what is over.
ENDING = (State.RESOLVED, State.COMPLETED)
ENDED = (*ENDING, State.POSTMORTEM)
OPEN_STATES = (*UNRESOLVED, State.SCHEDULED, State.IN_PROGRESS, State.VERIFYING)

MEANING = {
    State.INVESTIGATING: "We have found it; its effect or cause is not yet clear.",
    State.IDENTIFIED: "The cause is believed known and a mitigation is agreed.",
    State.MONITORING: "The step is done and we are watching.",
    State.RESOLVED: "It is over and unlikely to return; its components become operational.",
}
MAINTENANCE_MEANING = {
    State.SCHEDULED: "It is announced; nothing has begun.",
    State.IN_PROGRESS: "The work goes on; its components are under maintenance.",
    State.VERIFYING: "The work is done and we are checking it.",
    State.COMPLETED: "It is over; its components become operational.",
}


class Impact(TextChoices):
    """How bad a public incident is, at its worst."""

    NONE = "none", "None"
    MINOR = "minor", "Minor"
    MAJOR = "major", "Major"
    CRITICAL = "critical", "Critical"
    MAINTENANCE = "maintenance", "Maintenance"
