"""How long each part of an incident took, for whoever looks back. A question."""

from datetime import datetime, timedelta

from incidents.models import Incident


def of(incident: Incident) -> list[tuple[str, timedelta]]:
    """“Until it was declared”, 12 min: what is known of the way from the start of the impact to its end."""
    windows = list(incident.windows.all())
    started_at = windows[0].started_at if windows else None
    ends = [window.ended_at for window in windows if window.ended_at]
    found = [
        _between("From the start of the impact until it was declared", started_at, incident.declared_at),
        _between("Until somebody acknowledged", incident.declared_at, incident.acknowledged_at),
        _between("The whole impact", started_at, max(ends, default=None)),
        _between("From the declaration until it was resolved", incident.declared_at, incident.resolved_at),
    ]
    return [one for one in found if one]


def _between(label: str, start: datetime | None, end: datetime | None) -> tuple[str, timedelta] | None:
    return (label, end - start) if start and end and end >= start else None
