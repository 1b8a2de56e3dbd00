"""What people answer when they are asked into a role, and how roles pass from one to another."""

from datetime import datetime, timedelta

from django.db import transaction

from incidents import answering, cadence, calling, holders, obligations, policies, timeline
from incidents.calling import about
from incidents.models import Engagement, Incident
from incidents.vocabulary import Duty, Kind, Phase, Severity
from kit import clock
from kit.rules import RuleBroken, check, require
from roles.catalogue import SINGLE, Role
from roles.models import Team, User

RESPOND, STEER = "incidents.respond_incident", "incidents.steer_incident"
State = Engagement.State


@transaction.atomic(durable=True)
def acknowledge(incident: Incident, *, actor: User) -> Incident:
    """“I am on it and joining”: answers every page of the actor on this incident."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    now = clock.now()
    answered = answer_all(incident, actor, now=now)
    check(answered, "not_paged", "There is no page of yours to acknowledge here. You can join instead.")
    return incident


@transaction.atomic(durable=True)
def answer(token: str) -> Engagement:
    """The link in a page was followed and the button pressed: whoever it was sent to is on it.

    Twice is as good as once. Raises `RuleBroken` for a link that is wrong or too old, and where the call is over.
    """
    asked = answering.called(token, clock.now())
    incident = Incident.unrestricted.lock(asked.incident_id)
    asked.refresh_from_db()
    check(asked.person.is_active, "left", "This person has left the organisation.")
    check(asked.state != State.RELEASED, "called_off", "You are not needed for this any more; somebody else is on it.")
    now = clock.now()
    answer_all(incident, asked.person, now=now)
    asked.refresh_from_db()
    return asked


def answer_all(incident: Incident, person: User, *, now: datetime) -> int:
    """Answer every page of a person on an incident that the caller holds. Returns how many there were."""
    paged = list(Engagement.objects.filter(incident=incident, person=person, state=State.PAGED))
    for engagement in paged:
        _acknowledge(incident, engagement, now=now)
    return len(paged)


def _acknowledge(incident: Incident, engagement: Engagement, *, now: datetime) -> None:
    engagement.state = State.ACKNOWLEDGED
    engagement.acknowledged_at = engagement.joined_at = now
    engagement.save()
    _answered(incident, engagement, now=now)
    timeline.record(incident, Kind.ACKNOWLEDGED, actor=engagement.person, at=now, data=about(engagement))


def _answered(incident: Incident, engagement: Engagement, *, now: datetime) -> None:
    """Somebody who counts is on it: a shadow never stops an escalation (E18)."""
    if engagement.is_shadow:
        return
    answered = (str(engagement.pk), *map(calling.vacancy, Role))
    obligations.satisfy(incident, Duty.ACKNOWLEDGEMENT, now=now, by=engagement.person, subject=answered)
    if incident.acknowledged_at is None and engagement.person_id:
        incident.acknowledged_at = max(now, incident.declared_at)
        start_identification_timer(incident, now=now)


def leading(incident: Incident, person: User, *, now: datetime) -> Engagement:
    """The lead of what was over when it was declared; not saved."""
    return Engagement(
        incident=incident, role=Role.LEAD, person=person, state=State.ACKNOWLEDGED,
        created_at=now, acknowledged_at=now, joined_at=now,
    )  # fmt: skip


def start_identification_timer(incident: Incident, *, now: datetime) -> None:
    """Identification that takes long calls the incident manager (REL3-1)."""
    if incident.phase != Phase.IDENTIFICATION or incident.severity == Severity.S4:
        return
    span = timedelta(minutes=policies.of(incident).identify)
    due = cadence.after(now, span, incident.severity, policies.calendar())
    obligations.owe(incident, Duty.PHASE_TIMER, due_at=due, now=now, subject=Phase.IDENTIFICATION)


@transaction.atomic(durable=True)
def join(incident: Incident, *, actor: User, as_shadow: bool = False) -> Incident:
    """Take part without a duty of one's own; as a shadow, only watch and learn."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, RESPOND, incident)
    _check_live(incident)
    there = Engagement.objects.present().filter(incident=incident, person=actor)
    check(not there.exists(), "joined_already", "You are part of it already.")
    now = clock.now()
    engagement = begin(incident, Role.EXPERT, actor, now=now, is_shadow=as_shadow)
    timeline.record(incident, Kind.JOINED, actor=actor, at=now, data=about(engagement))
    return incident


@transaction.atomic(durable=True)
def take(incident: Incident, role: Role, *, actor: User) -> Incident:
    """Take a role that nobody holds, or whose holder has not answered in time."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, RESPOND, incident)
    _check_live(incident)
    now = clock.now()
    calling.without_those_who_left(incident, now=now)
    held = holders.holder(incident, role) if role in SINGLE else None
    if held and held.person_id == actor.pk:
        check(held.state == State.PAGED, "held_already", "You hold this role already.")
        _acknowledge(incident, held, now=now)
        return incident
    if held:
        check(is_silent(held, now), "role_held", f"{held.person} holds this role. They can offer it to you.")
        calling.release(incident, held, now=now)
    engagement = begin(incident, role, actor, now=now)
    data = about(engagement) | ({"from": str(held.person)} if held else {})
    timeline.record(incident, Kind.TAKEN, actor=actor, at=now, data=data)
    return incident


def is_silent(engagement: Engagement, now: datetime) -> bool:
    """Paged, and their time to acknowledge is over."""
    minutes = policies.of(engagement.incident).acknowledge
    return engagement.state == State.PAGED and now - engagement.created_at >= timedelta(minutes=minutes)


@transaction.atomic(durable=True)
def offer(incident: Incident, role: Role, to: User, *, actor: User) -> Incident:
    """Offer a role to somebody; it stays where it is until they accept."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    held = holders.holder(incident, role)
    require_holder_or_steer(incident, held, actor)
    _check_live(incident)
    check(to.is_active, "left", f"{to} has left the organisation.", field="to")
    check(not held or held.person_id != to.pk, "held_already", f"{to} holds this role already.", field="to")
    now = clock.now()
    engagement, _ = Engagement.objects.present().get_or_create(
        incident=incident,
        role=role,
        person=to,
        defaults={"state": State.OFFERED, "asked_by": actor, "created_at": now, "reason": f"offered by {actor}"},
    )
    calling.let_in(incident, [engagement])
    timeline.record(incident, Kind.OFFERED, actor=actor, at=now, data=about(engagement))
    return incident


@transaction.atomic(durable=True)
def accept(incident: Incident, role: Role, *, actor: User) -> Incident:
    """Accept an offered role: the old holder is released and the new one holds it, in one step."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    offered = Engagement.objects.filter(incident=incident, role=role, person=actor, state=State.OFFERED).first()
    if offered is None:
        raise RuleBroken("not_offered", "This role has not been offered to you.")
    _check_live(incident)
    now = clock.now()
    calling.without_those_who_left(incident, now=now)
    held = holders.holder(incident, role) if role in SINGLE else None
    if held:
        calling.release(incident, held, now=now)
    offered.state = State.ACKNOWLEDGED
    offered.acknowledged_at = offered.joined_at = now
    offered.save()
    _answered(incident, offered, now=now)
    data = about(offered) | ({"from": str(held.person)} if held else {})
    timeline.record(incident, Kind.ACCEPTED, actor=actor, at=now, data=data)
    return incident


@transaction.atomic(durable=True)
def release(incident: Incident, role: Role, person: User, *, actor: User) -> Incident:
    """Let somebody go from a role: themselves, or whoever steers lets them."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    found = Engagement.objects.present().filter(incident=incident, role=role, person=person).first()
    require_holder_or_steer(incident, found, actor)
    if found is None:
        raise RuleBroken("not_engaged", f"{person} does not hold this role.")
    now = clock.now()
    calling.release(incident, found, now=now)
    timeline.record(incident, Kind.RELEASED, actor=actor, at=now, data=about(found))
    return incident


@transaction.atomic(durable=True)
def ask(incident: Incident, whom: User | Team, text: str, *, actor: User) -> Incident:
    """Ask a named person, or the one on call for a team, to come and help."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, RESPOND, incident)
    _check_live(incident)
    check(text.strip(), "no_ask", "Say in a sentence what you need of them.", field="text")
    now = clock.now()
    person = whom if isinstance(whom, User) else holders.answers_for(whom, now)
    if person is None:
        raise RuleBroken("nobody_to_ask", f"Nobody is on call for {whom}, and it has no leader.", field="whom")
    calling.page(incident, Role.EXPERT, person, reason=text.strip(), now=now, actor=actor)
    return incident


def require_holder_or_steer(incident: Incident, held: Engagement | None, actor: User) -> None:
    """The holder of a role may hand it on; everybody else needs to steer."""
    if not held or held.person_id != actor.pk:
        require(actor, STEER, incident)


def _check_live(incident: Incident) -> None:
    """Nobody is asked into what is over, or was imported as history."""
    live = incident.is_live and not incident.is_imported
    check(live, "over", "This incident is over; nobody is asked in any more.")


def begin(incident: Incident, role: Role, person: User, *, now: datetime, is_shadow: bool = False) -> Engagement:
    """An engagement that needs no page: they are here. An offer of the same role is answered with it."""
    engagement, _ = Engagement.objects.present().update_or_create(
        incident=incident,
        role=role,
        person=person,
        defaults={
            "state": State.ACKNOWLEDGED,
            "is_shadow": is_shadow,
            "acknowledged_at": now,
            "joined_at": now,
        },
        create_defaults={
            "state": State.ACKNOWLEDGED,
            "is_shadow": is_shadow,
            "created_at": now,
            "acknowledged_at": now,
            "joined_at": now,
        },
    )
    _answered(incident, engagement, now=now)
    return engagement
