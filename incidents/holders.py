"""Questions about who holds which role on an incident, and who would."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from incidents import policies
from incidents.models import Engagement, Incident, Obligation, Service
from incidents.vocabulary import Severity, Type
from roles import rotations
from roles.catalogue import Role
from roles.models import Rotation, Team, User


@dataclass(frozen=True)
class OnCall:
    """Who would be asked into a role now, and from which rotation until when."""

    role: Role
    person: User | None
    rotation: Rotation | None = None
    until: datetime | None = None


def active(incident: Incident) -> list[Engagement]:
    """The engagements that count, oldest first, with their people."""
    return list(Engagement.objects.active().filter(incident=incident).select_related("person"))


def holder(incident: Incident, role: str, among: Iterable[Engagement] | None = None) -> Engagement | None:
    """Who holds the role, of those who count: of several, the first who acknowledged."""
    held = [one for one in (active(incident) if among is None else among) if one.role == role and one.counts]
    return min(held, key=lambda engagement: engagement.acknowledged_at is None, default=None)


def leading_role(incident: Incident) -> Role:
    """Whose holder leads while nobody took the lead (domain §2.3, §5.3)."""
    if incident.type == Type.SECURITY:
        return Role.SECURITY_ENGINEER
    return Role.INCIDENT_MANAGER if incident.severity in (Severity.S1, Severity.S2) else Role.ENGINEER


def lead(incident: Incident, among: Iterable[Engagement] | None = None) -> Engagement | None:
    """Who leads: whoever took the lead, else the manager, else the first engineer; of those who answered their page.

    Whoever has not answered leads nothing: others must be able to act meanwhile.
    """
    answered = [one for one in (active(incident) if among is None else among) if one.acknowledged_at]
    engineer = Role.SECURITY_ENGINEER if incident.type == Type.SECURITY else Role.ENGINEER
    for role in (Role.LEAD, *dict.fromkeys((leading_role(incident), Role.INCIDENT_MANAGER, engineer))):
        found = holder(incident, role, answered)
        if found:
            return found
    return None


def whom(owed: Obligation, among: Iterable[Engagement]) -> User | None:
    """Whom it waits for: its owner, else who of these engagements holds its role, and for the lead whoever leads."""
    if owed.owner_id:
        return owed.owner
    role = owed.owner_role
    found = lead(owed.incident, among) if role == Role.LEAD else holder(owed.incident, role, among)
    return found.person if found else None


def roles_for(incident: Incident) -> tuple[Role, ...]:
    """The roles its severity calls for now; security calls its own engineer, a provisional S2 only the engineer."""
    wanted = policies.of(incident).roles[Severity(incident.severity)]
    if incident.severity == Severity.S2 and incident.is_provisional:
        wanted = (Role.ENGINEER,)
    own = Role.SECURITY_ENGINEER if incident.type == Type.SECURITY else Role.ENGINEER
    return tuple(dict.fromkeys(own if role == Role.ENGINEER else role for role in wanted))


def missing_roles(incident: Incident) -> list[Role]:
    held = {engagement.role for engagement in active(incident)}
    return [role for role in roles_for(incident) if role not in held]


def on_call(incident: Incident, role: Role, at: datetime) -> OnCall:
    """Who is on call for the role: of the team that owns an affected service first, else of any."""
    return who_would(incident, [role], at)[0]


def who_would(
    incident: Incident, roles: Iterable[Role], at: datetime, services: Iterable[Service] | None = None
) -> list[OnCall]:
    """The same for several roles at once. Where nobody is on call, whoever stands in for the role is asked.

    `services` are those it affects, where the caller knows them already.
    """
    affected = incident.services.all() if services is None else services
    owners = [service.owner_id for service in affected if service.owner_id]
    every, combined = rotations.on_call_now(at), policies.of(incident).combined
    found = []
    for role in roles:
        shift, standing_in = None, role
        tried: set[Role] = set()
        while shift is None and standing_in not in tried:
            shift = rotations.shift_for(standing_in, at, preferred_teams=owners, among=every)
            tried.add(standing_in)
            standing_in = combined.get(standing_in, standing_in)
        found.append(OnCall(role, shift.person, shift.rotation, shift.ends_at) if shift else OnCall(role, None))
    return found


def who_could(incident: Incident) -> list[User]:
    """Everybody who could come, by name: the owners' teams with their leaders, and all who take turns."""
    owners = incident.services.values_list("owner", flat=True)
    could = User.objects.present().filter(Q(turns__isnull=False) | Q(teams__in=owners) | Q(teams_led__in=owners))
    return list(could.distinct().order_by("name", "email"))


def answers_for(team: Team, at: datetime) -> User | None:
    """Who answers when a team is asked: whoever is on call for it, else its leader."""
    shift = rotations.shift_of_team(team, at)
    return shift.person if shift else team.leader
