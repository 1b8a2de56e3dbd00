"""The roles of an incident as the room shows them: who holds each, and what the viewer may do about it. Questions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from incidents import engagement, holders
from incidents.awaited import Next
from incidents.elsewhere import COORDINATING
from incidents.leave import Leave
from incidents.models import Engagement, Incident
from roles.catalogue import SINGLE, Role
from roles.models import User

State = Engagement.State


@dataclass(frozen=True)
class Seat:
    """A role with its holder, or vacant. `actions` names what the viewer may do: take, offer, release."""

    role: Role
    engagement: Engagement | None = None
    leads: bool = False
    is_silent: bool = False
    actions: frozenset[str] = frozenset()
    # Who is called after them, while they do not answer.
    next: Next | None = None
    # The other grave incidents that they coordinate at the same time.
    elsewhere: Sequence[Incident] = ()


@dataclass(frozen=True)
class Viewing:
    """Who looks at whom, and when."""

    incident: Incident
    user: User
    engagements: Sequence[Engagement]
    lead: Engagement | None
    may: Leave
    now: datetime
    next_calls: Mapping[UUID, Next] = field(default_factory=dict)
    elsewhere: Mapping[UUID, Sequence[Incident]] = field(default_factory=dict)

    def seats(self, roles: Iterable[Role]) -> list[Seat]:
        """One for each holder of the roles, and one for each of them that is vacant."""
        found: list[Seat] = []
        for role in roles:
            held = [self._held(one) for one in self.engagements if one.role == role]
            found += held or [Seat(role, actions=self._of_vacant(role))]
        return found

    def _held(self, one: Engagement) -> Seat:
        silent = self.incident.is_live and engagement.is_silent(one, self.now)
        leads = self.lead is not None and one.pk == self.lead.pk
        coming = self.next_calls.get(one.person_id) if one.state == State.PAGED else None
        busy = self.elsewhere.get(one.person_id, ()) if one.role in COORDINATING else ()
        return Seat(Role(one.role), one, leads, silent, self._of_held(one, silent), coming, busy)

    def _of_vacant(self, role: Role) -> frozenset[str]:
        """Whoever responds may take it; the lead only where nobody leads."""
        if not self.incident.is_live:
            return frozenset()
        may_take = self.may.respond and (role != Role.LEAD or self.lead is None)
        return _named(take=may_take, offer=self.may.steer)

    def _of_held(self, one: Engagement, silent: bool) -> frozenset[str]:
        if not self.incident.is_live:
            return frozenset()
        mine = one.person_id == self.user.pk
        return _named(
            take=silent and not mine and self.may.respond and one.role in SINGLE,
            offer=self._may_offer(one, mine),
            release=self.may.steer or (mine and one.state != State.PAGED),
        )

    def _may_offer(self, one: Engagement, mine: bool) -> bool:
        if holders.holder(self.incident, one.role, self.engagements) != one:
            return False
        return self.may.steer or (mine and one.state == State.ACKNOWLEDGED)


def _named(**actions: bool) -> frozenset[str]:
    return frozenset(name for name, holds in actions.items() if holds)


def in_the_room(viewing: Viewing) -> list[Seat]:
    """Those that are held or called for; and the lead, where nobody leads."""
    incident = viewing.incident
    wanted = set(holders.roles_for(incident)) if incident.is_live and incident.severity else set()
    wanted |= {Role(one.role) for one in viewing.engagements}
    if incident.is_live and viewing.lead is None:
        wanted.add(Role.LEAD)
    return viewing.seats(role for role in Role if role in wanted)


def everyone(viewing: Viewing) -> list[Seat]:
    """Every role there is."""
    return viewing.seats(Role)
