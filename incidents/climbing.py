"""Climbing a ladder: which rungs have come due, whom each reaches, and what the timeline says of it (domain §2.6)."""

from dataclasses import dataclass, field
from datetime import datetime

from incidents import calling, holders, obligations, timeline
from incidents.holders import OnCall
from incidents.ladders import EVERYBODY, LEADER, PEERS, How, Rung, rung_at
from incidents.models import Engagement, Incident, Obligation
from incidents.vocabulary import Duty, Kind
from roles import rotations
from roles.catalogue import SINGLE, Role
from roles.models import User


@dataclass
class Spoken:
    """What a look at a ladder found: the latest rung that is due and whom the passed ones reach (ids of people)."""

    how: How
    number: int
    count: int
    people: list[str] = field(default_factory=list)
    paged: list[str] = field(default_factory=list)


def climb(incident: Incident, owed: Obligation, engaged: list[Engagement], now: datetime) -> None:
    """Let what is late speak, if it is time, and set when to look again.

    The caller holds the incident, and saves the obligation and what was added to the timeline.
    """
    passed = _passed(incident, owed, now)
    if not passed:
        owed.next_at = obligations.next_look(owed, incident)
        return
    spoken = _speak(incident, owed, passed, engaged, now)
    owed.rung = spoken.number
    owed.missed += spoken.count - 1
    if spoken.how in (How.ALERT, How.PAGE):
        owed.alerted = sorted({*owed.alerted, *spoken.people, *spoken.paged})
    owed.next_at = obligations.next_look(owed, incident)
    timeline.add(
        incident,
        Kind.OVERDUE if owed.due_at <= now else Kind.NUDGED,
        actor=None,
        at=now,
        data={
            "duty": owed.duty,
            "subject": owed.subject,
            "due_at": owed.due_at.isoformat(),
            "rung": spoken.number,
            "covers": spoken.count,
            "how": spoken.how,
            "people": spoken.people,
            "paged": spoken.paged,
        },
    )


def _passed(incident: Incident, owed: Obligation, now: datetime) -> list[Rung]:
    """The rungs that have come due and not spoken, from the lowest up."""
    steps = obligations.rungs(incident, owed)
    passed: list[Rung] = []
    while (found := rung_at(steps, owed.rung + len(passed))) and obligations.speaks_at(incident, owed, found[1]) <= now:
        passed.append(found[0])
    return passed


def _speak(
    incident: Incident, owed: Obligation, passed: list[Rung], engaged: list[Engagement], now: datetime
) -> Spoken:
    """Reach everybody the passed rungs tell; where their roles are empty, the next rung speaks at once."""
    spoken = Spoken(passed[-1].how, owed.rung + len(passed), len(passed))
    reach = _Reach(incident, owed, engaged, spoken, now)
    reached = [reach.rung(step) for step in passed]
    steps = obligations.rungs(incident, owed)
    while not any(reached) and spoken.number < len(steps):
        step = steps[spoken.number]
        spoken.how, spoken.number = step.how, spoken.number + 1
        reached.append(reach.rung(step))
    return spoken


@dataclass
class _Reach:
    """Adds to what was spoken whom a rung reaches."""

    incident: Incident
    owed: Obligation
    engaged: list[Engagement]
    spoken: Spoken
    now: datetime

    def rung(self, step: Rung) -> bool:
        """False where nobody is there; somebody who was told already still counts as reached."""
        told = {*self.spoken.people, *self.spoken.paged} | (set() if step.repeats else set(self.owed.alerted))
        found = False
        for name in step.tells:
            held = self._held(name)
            if not held and step.how in (How.ALERT, How.PAGE):
                found = self._call(name, step.how) or found
            self.spoken.people += [one for one in held if one not in told and one not in self.spoken.people]
            found = found or bool(held)
        return found

    def _held(self, name: str) -> list[str]:
        """Those who take part and are meant."""
        if name == EVERYBODY:
            return list(dict.fromkeys([str(one.person_id) for one in self.engaged] + self._could()))
        if name in (PEERS, LEADER):
            return []
        role = self._role(name)
        return [str(one.person_id) for one in self.engaged if one.role == role]

    def _could(self) -> list[str]:
        """Where nobody has answered, everybody who could: the owners' teams and all who take turns (E17)."""
        if self.incident.is_restricted or any(one.acknowledged_at for one in self.engaged):
            return []
        return [str(person.pk) for person in holders.who_could(self.incident)]

    def _call(self, name: str, how: How) -> bool:
        """Nobody who takes part is meant: page, or only write to, whoever is on call for it."""
        if name == PEERS:
            return self._page(self._asked_role(), self._peers())
        if name == LEADER:
            return self._page(Role.EXPERT, self._leaders())
        role = self._role(name)
        if how == How.PAGE:
            return self._page_on_call(role)
        found = holders.on_call(self.incident, role, self.now).person
        if found is None or self.incident.is_restricted:
            return False
        self.spoken.people += [str(found.pk)] if str(found.pk) not in self.owed.alerted else []
        return True

    def _page_on_call(self, role: Role) -> bool:
        person = calling.page_on_call(self.incident, role, reason=self._reason(), now=self.now, actor=None)
        self.spoken.paged += [str(person.pk)] if person else []
        return person is not None

    def _page(self, role: Role, people: list[User]) -> bool:
        """Those who watch or are offered something sit already; and of a role with one seat nobody else can."""
        there = list(Engagement.objects.present().filter(incident=self.incident).select_related("person"))
        seats = [OnCall(Role.EXPERT if role in SINGLE else role, person) for person in people]
        called = calling.call(self.incident, seats, reason=self._reason(), now=self.now, actor=None, there=there)
        calling.save(self.incident, called)
        self.spoken.paged += [str(one.person_id) for one in called.engagements]
        return bool(called.engagements)

    def _asked_role(self) -> Role:
        """The role of whoever did not answer."""
        found = next((one.role for one in self.engaged if str(one.pk) == self.owed.subject), "")
        return Role(found or self.owed.subject.partition(":")[2] or holders.leading_role(self.incident))

    def _peers(self) -> list[User]:
        """Everybody else who takes turns in the role that did not answer."""
        asked = {one.person_id for one in self.engaged if one.role == self._asked_role()}
        taking_turns = User.objects.present().filter(turns__rotation__role=self._asked_role()).distinct()
        return [one for one in taking_turns.order_by("name") if one.pk not in asked]

    def _leaders(self) -> list[User]:
        role, engaged = self._asked_role(), {one.person_id for one in self.engaged}
        teams = {rotation.team_id for rotation in rotations.with_people() if rotation.role == role}
        found = User.objects.present().filter(teams_led__in=teams).distinct()
        return [one for one in found.order_by("name") if one.pk not in engaged]

    def _role(self, name: str) -> Role:
        """The lead is whoever leads by default when nobody took the lead."""
        return holders.leading_role(self.incident) if name == Role.LEAD else Role(name)

    def _reason(self) -> str:
        return f"{Duty(self.owed.duty).label} is late"
