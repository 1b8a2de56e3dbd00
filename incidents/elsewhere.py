"""Who of those that coordinate is on another grave incident at the same time (domain E9). A question."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from incidents.models import Engagement, Incident
from incidents.obligations import GRAVE
from incidents.vocabulary import OPEN_PHASES
from roles.catalogue import Role
from roles.models import User

# Whoever holds one of these twice does neither well; a second person is asked.
COORDINATING = (Role.LEAD, Role.INCIDENT_MANAGER, Role.COMMUNICATIONS)


def of(incident: Incident, user: User, engagements: Sequence[Engagement]) -> Mapping[UUID, list[Incident]]:
    """By person: the other open S1 and S2 that they coordinate, as far as the viewer may see them; the oldest first."""
    people = {one.person_id for one in engagements if one.role in COORDINATING and one.counts}
    if not (people and incident.is_open and incident.severity in GRAVE):
        return {}
    others = Engagement.objects.visible_to(user).active().exclude(incident=incident)
    held = others.filter(
        person__in=people,
        role__in=COORDINATING,
        incident__phase__in=OPEN_PHASES,
        incident__severity__in=GRAVE,
        incident__is_imported=False,
    )
    found: dict[UUID, list[Incident]] = {}
    for one in held.select_related("incident").order_by("incident__declared_at"):
        theirs = found.setdefault(one.person_id, [])
        theirs += [one.incident] if one.incident not in theirs else []
    return found
