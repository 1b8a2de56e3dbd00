"""Who is called next while a page stays unanswered, and when. Questions only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from incidents import holders, obligations
from incidents.ladders import OTHERS, Ladder
from incidents.models import Engagement, Incident, Obligation
from incidents.vocabulary import Duty
from roles.catalogue import Role
from roles.models import User


@dataclass(frozen=True)
class Next:
    """“Lea is next at 14:05”: whom the next step of the ladder calls, and when it speaks."""

    who: str
    at: datetime


@dataclass(frozen=True)
class Awaiting:
    """The pages of an incident that nobody has answered yet."""

    incident: Incident
    engagements: Sequence[Engagement]
    owed: Sequence[Obligation]
    now: datetime

    def next_calls(self) -> dict[UUID, Next]:
        """By the person who is asked and silent: who comes after them. Whoever has no further step is left out."""
        asked = {str(one.pk): one for one in self.engagements if one.state == Engagement.State.PAGED}
        found: dict[UUID, Next] = {}
        for clock in self.owed:
            one = asked.get(clock.subject) if clock.duty == Duty.ACKNOWLEDGEMENT else None
            coming = self._coming(clock, one) if one and one.person_id else None
            if one and coming:
                found[one.person_id] = coming
        return found

    def _coming(self, clock: Obligation, asked: Engagement) -> Next | None:
        """The first step ahead that reaches somebody else; one that reaches nobody lets the next speak at once."""
        steps = obligations.rungs(self.incident, clock)
        for step in steps[clock.rung :]:
            names = dict.fromkeys(name for told in step.tells for name in self._names(told, asked))
            if names:
                return Next(" and ".join(names), obligations.speaks_at(self.incident, clock, step.after))
        return self._again(clock, steps)

    def _again(self, clock: Obligation, steps: Ladder) -> Next | None:
        """A last step that repeats goes on speaking."""
        if not steps or not steps[-1].repeats or clock.next_at is None:
            return None
        return Next("everybody, again,", clock.next_at)

    def _names(self, told: str, asked: Engagement) -> list[str]:
        if told in OTHERS:
            return [OTHERS[told]]
        role = holders.leading_role(self.incident) if told == Role.LEAD else Role(told)
        held = [one.person for one in self.engagements if one.role == role and one.counts]
        people: list[User | None] = [*held] or [self._on_call[role]]
        return [str(person) for person in people if person is not None and person.pk != asked.person_id]

    @cached_property
    def _on_call(self) -> Mapping[Role, User | None]:
        """Whoever is on call for each role, for all of them at once."""
        return {seat.role: seat.person for seat in holders.who_would(self.incident, Role, self.now)}
