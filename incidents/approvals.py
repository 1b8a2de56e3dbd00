"""Whether somebody else must find a bulletin right before it goes out, who that is, and whether they did.

Domain SUP-4 with the humane defaults of §2.6: asked is only where a second person who may say so is there; of a
restricted or security incident always two people know the text.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents import holders, statements, wordings
from incidents.models import Approval, Engagement, Incident
from incidents.statements import Words
from incidents.vocabulary import Severity, Type, Way
from kit.rules import RuleBroken
from roles.catalogue import Role
from roles.models import User
from statuspage.models import AffectedComponent, PublicIncident
from statuspage.vocabulary import State, Status

# So long one waits for an answer before one may publish without it (SUP4-3).
PATIENCE = {Severity.S1: timedelta(minutes=5)}
OTHERWISE = timedelta(minutes=10)
SENSITIVE = "Two people look at everything that is said outside of a restricted or security incident."


@dataclass(frozen=True)
class Standing:
    """Where a bulletin stands: how it may go out now (`way`), or what it waits for."""

    way: Way | None
    sentence: str
    approval: Approval | None = None
    # Who is asked, or was.
    approver: User | None = None
    role: str = ""
    # From when it may go without an answer, with a reason; None where it never may.
    unasked_from: datetime | None = None


def digest(words: Words) -> str:
    """The exact words: state, text, statuses, and of the first bulletin its title and page. SHA-256 in hex."""
    first = words.public_incident is None
    facts = [
        words.state.value,
        words.body.replace("\r\n", "\n").strip(),
        sorted((public_id, str(status)) for public_id, status in words.statuses.items()),
        [words.name.strip(), words.page.slug if words.page else ""] if first else [],
    ]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def of(incident: Incident, words: Words, *, actor: User, now: datetime) -> Standing:
    """How these words of this person may go out."""
    sensitive, far = is_sensitive(incident), statements.is_far(incident, words, now)
    if not sensitive and not far:
        free = _needs_nobody(words)
        if free:
            return free
    approval = _approved(incident, words, actor, far)
    if approval:
        return Standing(Way.APPROVED, f"{approval.answered_by} found these very words right.", approval)
    second = approver(incident, actor)
    if second is None and not sensitive:
        return Standing(Way.OWN, "Nobody else is there to look at it; your own word counts, and is marked so.")
    return _waits(incident, words, second, now, sensitive)


def is_sensitive(incident: Incident) -> bool:
    return incident.is_restricted or incident.type == Type.SECURITY


def _needs_nobody(words: Words) -> Standing | None:
    """A routine update, and a first bulletin in the approved wording (domain §2.7)."""
    public = words.public_incident
    if public is not None and public.state == words.state and not _changes_a_component(public, words):
        return Standing(Way.ROUTINE, "State and components stay as they are; nobody has to look at it first.")
    wording = wordings.every()[wordings.INVESTIGATING].text
    if public is None and words.state == State.INVESTIGATING and wordings.keeps_to(wording, words.body):
        return Standing(Way.BEFOREHAND, "It keeps to the wording that was approved beforehand.")
    return None


def _changes_a_component(public: PublicIncident, words: Words) -> bool:
    """Whether readers are told of another scope, or of another harm, than this incident's bulletins last told them."""
    told = AffectedComponent.objects.filter(bulletin__public_incident=public)
    in_order = told.order_by("bulletin__display_at", "bulletin__pk")
    last = dict(in_order.values_list("component__public_id", "new_status"))
    return any(last.get(public_id, Status.OPERATIONAL) != status for public_id, status in words.statuses.items())


def _approved(incident: Incident, words: Words, actor: User, far: bool) -> Approval | None:
    """Somebody else's word on the very text; a promise beyond the hour must be the one they saw."""
    found = Approval.objects.filter(incident=incident, answer=Approval.Answer.RIGHT, digest=digest(words))
    if far:
        found = found.filter(promise=words.next_update_at)
    return found.exclude(answered_by=actor).select_related("answered_by").order_by("-answered_at").first()


def approver(incident: Incident, writer: User) -> Engagement | None:
    """The second person who may say so: the incident manager who answered, else the engineer (SUP-4).

    None where that is the writer: the manager's own words need nobody above them.
    """
    answered = [one for one in holders.active(incident) if one.acknowledged_at]
    for role in deciding(incident):
        found = holders.holder(incident, role, answered)
        if found:
            return None if found.person_id == writer.pk else found
    return None


def deciding(incident: Incident) -> tuple[Role, ...]:
    """Who has a say in what is said outside, in this order."""
    engineer = Role.SECURITY_ENGINEER if incident.type == Type.SECURITY else Role.ENGINEER
    return (Role.INCIDENT_MANAGER, engineer)


def patience(incident: Incident) -> timedelta:
    return PATIENCE.get(Severity(incident.severity), OTHERWISE) if incident.severity else OTHERWISE


def waiting(incident: Incident) -> Approval | None:
    """The one that is asked and not answered."""
    found = Approval.objects.filter(incident=incident, answer=Approval.Answer.OPEN)
    return found.select_related("approver", "asked_by", "draft").first()


def _waits(incident: Incident, words: Words, second: Engagement | None, now: datetime, sensitive: bool) -> Standing:
    asked = waiting(incident)
    if asked is None or asked.digest != digest(words):
        return _not_asked(second, sensitive)
    may_from = asked.asked_at + patience(incident) if incident.severity_confirmed_at and not sensitive else None
    if may_from and now >= may_from:
        sentence = f"{asked.approver} was asked and has not answered. You may publish it without, and say why."
    elif may_from:
        minutes = int(patience(incident).total_seconds() // 60)
        sentence = f"{asked.approver} was asked. Without an answer within {minutes} minutes you may publish it."
    else:
        sentence = f"{asked.approver} was asked, and it waits for the answer."
        sentence += "" if not sensitive else f" {SENSITIVE}"
    return Standing(None, sentence, asked, asked.approver, asked.role, may_from)


def _not_asked(second: Engagement | None, sensitive: bool) -> Standing:
    if second is None:
        return Standing(None, SENSITIVE)
    role = Role(second.role)
    sentence = f"{second.person} ({role.label.lower()}) looks at it first."
    return Standing(None, sentence, approver=second.person, role=role)


def check(incident: Incident, words: Words, *, actor: User, now: datetime, unasked: str = "") -> Standing:
    """The way by which it goes out. Raises `RuleBroken` where it must be looked at first."""
    standing = of(incident, words, actor=actor, now=now)
    if standing.way is None and unasked.strip() and standing.unasked_from and now >= standing.unasked_from:
        return Standing(Way.UNANSWERED, unasked.strip(), standing.approval, standing.approver, standing.role)
    if standing.way is None:
        raise RuleBroken("approval_needed", standing.sentence)
    return standing
