"""What now: the next thing this person owes on this incident, and the one button that does it. Questions only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from incidents import holders
from incidents.blockers import Blocker
from incidents.leave import Leave
from incidents.models import Approval, Engagement, Incident, Obligation
from incidents.obligations import SENT_BY_WORKERS
from incidents.phases import ends, next_phase
from incidents.vocabulary import Duty, Phase
from roles.catalogue import Role
from roles.models import User

State = Engagement.State
ORDER = {role.value: place for place, role in enumerate(Role)}


@dataclass(frozen=True)
class Button:
    """A verb: either a form to be posted (`post`) or a place to go to (`go`), both names of addresses.

    `needs` names the permission (`Leave`) without which it is not drawn.
    """

    label: str
    post: str = ""
    go: str = ""
    data: dict[str, str] = field(default_factory=dict)
    anchor: str = ""
    needs: str = "respond"

    @property
    def rest(self) -> str:
        """What follows the address of a place: its query and its anchor."""
        return (f"?{urlencode(self.data)}" if self.data else "") + (f"#{self.anchor}" if self.anchor else "")


@dataclass(frozen=True)
class Now:
    """One sentence, its due time if it has one, and its buttons; `mine` where it is this person who owes it."""

    sentence: str
    due_at: datetime | None = None
    buttons: tuple[Button, ...] = ()
    mine: bool = True
    duty: str = ""
    # Something goes on by itself until then; it is never late.
    until_at: datetime | None = None
    # Somebody is called and has not answered: the ladder goes on meanwhile.
    is_page: bool = False


@dataclass(frozen=True)
class Scene:
    """What there is to judge by: who looks at which incident, who is on it, what is owed, what stands in the way."""

    incident: Incident
    user: User
    engagements: Sequence[Engagement]
    owed: Sequence[Obligation]
    may: Leave
    at: datetime
    blockers: Sequence[Blocker] = ()
    # A bulletin waits for its last seconds; nobody is told to write one.
    is_going_out: bool = False
    # A bulletin waits for somebody to say whether it is right.
    approval: Approval | None = None

    @cached_property
    def mine(self) -> list[Engagement]:
        return [one for one in self.engagements if one.person_id == self.user.pk]

    @cached_property
    def lead(self) -> Engagement | None:
        return holders.lead(self.incident, self.engagements)

    @property
    def leads(self) -> bool:
        return self.lead is not None and self.lead.person_id == self.user.pk

    @cached_property
    def roles(self) -> set[str]:
        """The roles this person answers for; the lead also for what the vacant roles owe."""
        roles = {one.role for one in self.mine if one.counts}
        if self.leads:
            filled = {one.role for one in self.engagements if one.is_active}
            roles |= {Role.LEAD.value} | ({role.value for role in Role} - filled)
        return roles

    def answer_due(self, engagement: Engagement) -> datetime | None:
        """By when a page must be answered."""
        subject = str(engagement.pk)
        found = (one for one in self.owed if one.duty == Duty.ACKNOWLEDGEMENT and one.subject == subject)
        return next((one.due_at for one in found), None)

    def allowed(self, *buttons: Button) -> tuple[Button, ...]:
        return _allowed(self.may, buttons)


DUTY_SENTENCES: dict[str, str] = {
    Duty.CONFIRMATION: "Confirm that it is an {severity}, or correct it.",
    Duty.POSTURE: "Decide whether the public is told.",
    Duty.PUBLIC_UPDATE: "Public update due.",
    Duty.PHASE_TIMER: "Agree on a mitigation, or get more people.",
    Duty.RELEVEL: "The severity was provisional. Look at it again.",
    Duty.REVIEW: "Write the review.",
    Duty.ACTION: "An action of yours is due.",
}

CONFIRM = (Button("Confirm", post="confirm", needs="steer"), Button("Change severity", go="severity", needs="steer"))
WRITE_BULLETIN = Button("Write bulletin", go="bulletin")
WRITE_REVIEW = Button("Write the review", go="review", needs="review")
NOT_REQUIRED = Button("Not required", go="posture", data={"to": "not_required"}, needs="steer")
TAKE_THE_LEAD = Button("Take the lead", post="take", data={"role": Role.LEAD.value})
CAME_BACK = Button("It came back", go="recur", needs="steer")
START_WATCHING = Button("Start watching", go="monitor", needs="steer")
DUTY_BUTTONS: dict[str, tuple[Button, ...]] = {
    Duty.CONFIRMATION: CONFIRM,
    Duty.POSTURE: (Button("Tell the public", post="posture", data={"posture": "post"}, needs="steer"), NOT_REQUIRED),
    Duty.PUBLIC_UPDATE: (WRITE_BULLETIN, Button("Writing, 5 min", post="snooze")),
    Duty.PHASE_TIMER: (
        Button("Ask for help", go="ask"),
        Button("Move to mitigation", go="phase", data={"to": Phase.MITIGATION.value}, needs="steer"),
    ),
    Duty.RELEVEL: CONFIRM,
    Duty.REVIEW: (WRITE_REVIEW,),
    Duty.ACTION: (Button("See the action", go="room", anchor="review"),),
}
# What clears each blocker, by its code.
CLEARING: dict[str, tuple[Button, ...]] = {
    "impact_end_unknown": (Button("Say when it ended", go="impact"),),
    "no_lead": (TAKE_THE_LEAD,),
    "posture_undecided": (Button("Decide", go="posture", needs="steer"),),
    "public_incident_open": (Button("Write the last bulletin", go="bulletin", data={"state": "resolved"}),),
    "public_not_told": (WRITE_BULLETIN, NOT_REQUIRED),
    "review_missing": (WRITE_REVIEW,),
}


def what_now(scene: Scene) -> Now:
    """The first that applies: my page, an offer, my earliest duty, the lead nobody has, my step, what it waits for."""
    return next(_mine(scene), None) or _nobody_leads(scene) or _step(scene) or _waiting(scene)


def mine(scene: Scene) -> list[Now]:
    """Everything this person owes on an incident, the first of each kind first."""
    return list(_mine(scene))


def _mine(scene: Scene) -> Iterator[Now]:
    """Whoever has not answered yet owes that, and nothing else before it."""
    page = _page(scene)
    if page:
        yield page
        return
    yield from _offers(scene)
    yield from _approval(scene)
    yield from _duties(scene)


def _page(scene: Scene) -> Now | None:
    """One answer is for all pages."""
    engagement = next((one for one in scene.mine if one.state == State.PAGED), None)
    if engagement is None:
        return None
    sentence = f"You are asked in as {Role(engagement.role).label.lower()}. Say that you are on it."
    return Now(sentence, scene.answer_due(engagement), (Button("Acknowledge", post="acknowledge"),), is_page=True)


def _offers(scene: Scene) -> Iterator[Now]:
    for engagement in scene.mine:
        if engagement.state == State.OFFERED:
            data = {"role": engagement.role, "person": str(scene.user.pk)}
            buttons = (Button("Accept", post="accept", data=data), Button("No, thanks", post="release", data=data))
            yield Now(f"You are offered the role {Role(engagement.role).label.lower()}.", buttons=buttons)


def _approval(scene: Scene) -> Iterator[Now]:
    """Somebody intends to publish a bulletin and asks this person whether it is right (SUP-4)."""
    asked = scene.approval
    if asked is not None and asked.approver_id == scene.user.pk:
        due = next((one.due_at for one in scene.owed if one.duty == Duty.PUBLIC_UPDATE), None)
        sentence = f"{asked.asked_by or 'Somebody'} intends to publish a bulletin. Is it right?"
        yield Now(sentence, due, (Button("Look at it", go="approval"),))


def _duties(scene: Scene) -> Iterator[Now]:
    for one in scene.owed:
        belongs = one.owner_id == scene.user.pk if one.owner_id else one.owner_role in scene.roles
        # It is on its way out, or waits for somebody who looks at it.
        is_being_done = one.duty == Duty.PUBLIC_UPDATE and (scene.is_going_out or scene.approval is not None)
        if belongs and one.duty in DUTY_SENTENCES and one.duty not in SENT_BY_WORKERS and not is_being_done:
            sentence = _as_role(one, scene.roles) + DUTY_SENTENCES[one.duty].format(severity=scene.incident.severity)
            buttons = DUTY_BUTTONS[one.duty] if one.snoozed_at is None else DUTY_BUTTONS[one.duty][:1]
            yield Now(sentence, one.due_at, scene.allowed(*buttons), duty=str(one.pk))


def _as_role(owed: Obligation, roles: set[str]) -> str:
    """“You are communications manager.” before what it means."""
    if owed.owner_id or owed.owner_role not in roles:
        return ""
    return f"You are {Role(owed.owner_role).label.lower()}. "


def _nobody_leads(scene: Scene) -> Now | None:
    """Whoever may respond may take the lead; it is calm only while somebody who was asked still has time to answer."""
    if scene.lead or not scene.incident.is_live or scene.incident.is_imported or not scene.may.respond:
        return None
    asked, due_at = _unanswered(scene)
    if due_at and due_at > scene.at:
        return Now(f"Nobody leads yet. Waiting for {asked} to answer.", due_at, (TAKE_THE_LEAD,), mine=False)
    return Now("Nobody leads this.", buttons=(TAKE_THE_LEAD,))


def _unanswered(scene: Scene) -> tuple[str, datetime | None]:
    """The names of those who were asked and still owe an answer, and by when the first of them does."""
    paged = sorted((one for one in scene.engagements if one.state == State.PAGED), key=lambda one: ORDER[one.role])
    waiting = [(one, scene.answer_due(one)) for one in paged]
    owing = [(one, due_at) for one, due_at in waiting if due_at]
    names = dict.fromkeys(str(one.person) for one, _ in owing)
    return listed(list(names)), min((due_at for _, due_at in owing), default=None)


def listed(names: Sequence[str]) -> str:
    """“Ada, Grace and Linus”."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def _step(scene: Scene) -> Now | None:
    """As lead: what stands in the way of the next phase, else the way on."""
    onward = next_phase(scene.incident.phase)
    if not scene.leads or onward is None:
        return None
    if scene.incident.is_monitoring and scene.incident.monitoring_until:
        return _watching(scene, onward, scene.incident.monitoring_until)
    if scene.blockers:
        more = (START_WATCHING,) if scene.incident.phase == Phase.MITIGATION else ()
        return Now(scene.blockers[0].sentence, buttons=clearing(scene.may, scene.blockers[0]) + scene.allowed(*more))
    return Now(ends(scene.incident.phase), buttons=scene.allowed(moving(onward)))


def _watching(scene: Scene, onward: Phase, until_at: datetime) -> Now:
    on = clearing(scene.may, scene.blockers[0]) if scene.blockers else scene.allowed(moving(onward))
    buttons = on + scene.allowed(CAME_BACK)
    if until_at > scene.at:
        return Now("Watching whether it returns", until_at=until_at, buttons=buttons, mine=False)
    return Now("The watch is over. If nothing returned, go on.", buttons=buttons)


def clearing(may: Leave, blocker: Blocker) -> tuple[Button, ...]:
    """The buttons that clear a blocker, as far as somebody may press them."""
    return _allowed(may, CLEARING.get(blocker.code, ()))


def _allowed(may: Leave, buttons: Iterable[Button]) -> tuple[Button, ...]:
    return tuple(button for button in buttons if getattr(may, button.needs))


def moving(to: Phase) -> Button:
    labels = {Phase.POST_INCIDENT: "Call it resolved", Phase.CLOSED: "Close it"}
    return Button(labels.get(to, f"Move to {to.label.lower()}"), go="phase", data={"to": to.value}, needs="steer")


OVER = {
    Phase.CLOSED: "This incident is closed.",
    Phase.DECLINED: "This was declined: it is not an incident.",
    Phase.MERGED: "This was merged; the work goes on in the other incident.",
}


def _waiting(scene: Scene) -> Now:
    """Nothing is mine: what the room waits for."""
    incident = scene.incident
    if not incident.is_live or incident.is_imported:
        return Now(OVER.get(Phase(incident.phase), "This is history, imported from elsewhere."), mine=False)
    asked, due_at = _unanswered(scene)
    if asked:
        return Now(f"Waiting for {asked} to answer.", due_at, mine=False)
    if scene.owed:
        first = scene.owed[0]
        return Now(f"Nothing for you to do now. Next: {_next(scene, first)}.", first.due_at, mine=False)
    return Now(f"Nothing for you to do now. {ends(incident.phase)}", mine=False)


def _next(scene: Scene, owed: Obligation) -> str:
    """“public update, by Ada”."""
    errand = Duty(owed.duty).errand
    role = f"the {Role(owed.owner_role).label.lower()}" if owed.owner_role else ""
    who = holders.whom(owed, scene.engagements) or role
    return errand[0].lower() + errand[1:] + (f", by {who}" if who else "")
