"""Asking somebody whether a bulletin is right, and their answer: bound to the exact text (domain SUP-4). Commands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from incidents import approvals, calling, drafts, holders, obligations, statements, timeline
from incidents.models import Approval, Engagement, Event, Incident, Obligation
from incidents.statements import Words
from incidents.vocabulary import Duty, Kind, Posture
from kit import clock, secrets
from kit.rules import RuleBroken, check, require
from roles.catalogue import Role
from roles.models import User

RESPOND, STEER = "incidents.respond_incident", "incidents.steer_incident"
Answer = Approval.Answer
LASTS = timedelta(days=1)
# What is asked where nothing was written yet: whether the public is told at all.
DECIDE = "posture"


@dataclass(frozen=True)
class Said:
    """An answer: right or not, bound to the words that were shown; `text` is how the approver would have it."""

    is_right: bool
    shown: str
    text: str = ""
    why: str = ""


@transaction.atomic(durable=True)
def ask(
    incident: Incident, words: Words, *, actor: User, draft: UUID, was: Mapping[str, str] | None = None
) -> Approval:
    """“I intend to post this”: the manager, else the engineer, is shown the full text (SUP4-1)."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, RESPOND, incident)
    now = clock.now()
    statements.check_words(incident, words, now)
    open_one = approvals.waiting(incident)
    if open_one and open_one.digest == approvals.digest(words) and open_one.promise == words.next_update_at:
        return open_one
    kept = drafts.write(incident, words, actor=actor, now=now, draft=draft, was=was)
    drafts.call_off(incident, now=now)
    approver, role = _whom(incident, actor, now, "A bulletin waits for somebody to look at it.")
    approval = Approval.objects.create(
        incident=incident, draft=kept, digest=approvals.digest(words), promise=words.next_update_at,
        asked=drafts.of(kept), asked_by=actor, asked_at=now, approver=approver, role=role,
    )  # fmt: skip
    # While it waits the clock points at the approver (domain §2.6).
    obligations.point_at(incident, Duty.PUBLIC_UPDATE, approver)
    _record(incident, approval, "asked", actor=actor, now=now, body=kept.body, role=role)
    return approval


def _whom(incident: Incident, actor: User, now: datetime, reason: str) -> tuple[User, str]:
    """Who is there and answered, else who holds the role, else the lead; then the manager on call is paged, too."""
    second = approvals.approver(incident, actor)
    others = [one for one in holders.active(incident) if one.person_id != actor.pk]
    found = second or _first(incident, others)
    if found:
        return found.person, found.role
    lead = holders.holder(incident, Role.LEAD, others)
    paged = calling.page_on_call(incident, Role.INCIDENT_MANAGER, reason=reason, now=now, actor=actor)
    person = lead.person if lead else paged
    if person is None or person.pk == actor.pk:
        sentence = "Nobody is there who could look at it. Ask for help in the room first."
        raise RuleBroken("nobody_to_ask", sentence)
    return person, Role.LEAD if lead else Role.INCIDENT_MANAGER


def _first(incident: Incident, others: list[Engagement]) -> Engagement | None:
    held = [holders.holder(incident, role, others) for role in approvals.deciding(incident)]
    return next((one for one in held if one), None)


@transaction.atomic(durable=True)
def ask_to_decide(incident: Incident, *, actor: User) -> Event:
    """“Shall the public be told?”: one click asks the manager, else the engineer, who decides that (SUP1-3)."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, RESPOND, incident)
    statements.check_ours(incident, "posture")
    check(incident.posture == Posture.UNDECIDED, "decided", "It is decided already; look at the room.")
    now = clock.now()
    asked = Event.objects.filter(incident=incident, kind=Kind.APPROVAL, data__step=DECIDE)
    twin = asked.filter(recorded_at__gt=now - approvals.patience(incident)).first()
    if twin:
        return twin
    person, role = _whom(incident, actor, now, "It waits to be decided whether the public is told.")
    if not Obligation.objects.open().filter(incident=incident, duty=Duty.POSTURE).exists():
        obligations.owe(incident, Duty.POSTURE, due_at=now + approvals.patience(incident), now=now)
    data = {"step": DECIDE, "person": str(person.pk), "name": str(person), "role": role}
    return timeline.record(incident, Kind.APPROVAL, actor=actor, at=now, data=data)


@transaction.atomic(durable=True)
def answer(approval: Approval, said: Said, *, actor: User) -> Approval:
    """Right as it is, right with other words, or not right yet. Refused where the text changed meanwhile (SUP4-2)."""
    incident = Incident.objects.visible_to(actor).lock(approval.incident_id)
    found = Approval.objects.select_related("draft", "asked_by").get(pk=approval.pk, incident=incident)
    check(may_answer(incident, found, actor), "not_asked", "It is for the incident manager or the engineer to say.")
    check(found.asked_by_id != actor.pk, "own_words", "These are your own words; somebody else must look at them.")
    _check_open(found)
    now, shown = clock.now(), drafts.words_of(found.draft)
    check(
        approvals.digest(shown) == said.shown,
        "words_changed",
        "The text was changed since it was shown to you. Read it as it is now.",
    )
    words = _offered(found, shown, said, incident, now)
    found.answer = Answer.RIGHT if said.is_right else Answer.CHANGE
    found.digest, found.promise, found.said = approvals.digest(words), words.next_update_at, said.why.strip()
    found.answered_by, found.answered_at = actor, now
    found.save()
    obligations.point_at(incident, Duty.PUBLIC_UPDATE, None)
    _record(incident, found, found.answer, actor=actor, now=now, body=found.said)
    return found


def may_answer(incident: Incident, approval: Approval, user: User) -> bool:
    """Whoever was asked; and whoever decides here anyway."""
    if approval.approver_id == user.pk:
        return True
    mine = {one.role for one in holders.active(incident) if one.person_id == user.pk}
    return bool(mine & {Role.LEAD, *approvals.deciding(incident)}) and user.has_perm(STEER, incident)


def _check_open(approval: Approval) -> None:
    answered = approval.answer != Answer.OPEN
    check(not answered, "answered_already", "This was answered already, or is not asked any more.")
    drafts.check_open(approval.draft, approval.incident)


def _offered(approval: Approval, shown: Words, said: Said, incident: Incident, now: datetime) -> Words:
    """The words with the approver's text, which becomes the draft's (a new version, SUP4-2)."""
    text = said.text.replace("\r\n", "\n").strip()
    if not text or text == shown.body:
        return shown
    words = replace(shown, body=text)
    statements.check_length(text)
    statements.check_text(text)
    kept = approval.draft
    kept.body, kept.updated_at = text, now
    kept.save()
    approval.offered = drafts.of(kept)
    return words


def _record(
    incident: Incident, approval: Approval, step: str, *, actor: User, now: datetime, body: str, role: str = ""
) -> None:
    data: dict[str, object] = {"step": step, "approval": str(approval.pk), "draft": str(approval.draft_id)}
    data |= {"changed": True} if approval.offered else {}
    if step == "asked":
        data |= {"person": str(approval.approver_id), "name": str(approval.approver), "role": role}
    timeline.record(incident, Kind.APPROVAL, actor=actor, at=now, body=body, data=data, tell=step == "asked")


def url(approval: UUID | str) -> str:
    """The link by which somebody answers from their phone without signing in: sealed, for a day, once."""
    return settings.SITE_URL + reverse("approve", args=[secrets.seal(f"approval:{approval}")])


def linked(token: str, now: datetime) -> Approval:
    """Whose question a link is. Raises `RuleBroken` for one that is not ours, too old, answered, or restricted."""
    try:
        kind, _, pk = secrets.unseal(token).partition(":")
        found = Approval.objects.select_related("incident", "draft", "approver", "asked_by").get(pk=UUID(pk))
    except (secrets.NotSealed, Approval.DoesNotExist, ValueError) as error:
        raise RuleBroken("bad_link", "This link is not complete, or not ours. Sign in and open the room.") from error
    check(kind == "approval" and found.approver, "bad_link", "This link is not ours. Sign in and open the room.")
    check(now - found.asked_at <= LASTS, "too_old", "This link is older than a day. Sign in and open the room.")
    check(not approvals.is_sensitive(found.incident), "sign_in", "Sign in to read this; it is not shown by a link.")
    _check_open(found)
    return found


def answer_by_link(token: str, said: Said) -> Approval:
    """The button behind the link was pressed by whoever was asked. Twice is refused: the link is for one answer."""
    found = linked(token, clock.now())
    assert found.approver is not None
    check(found.approver.is_active, "left", "This person has left the organisation.")
    return answer(found, said, actor=found.approver)
