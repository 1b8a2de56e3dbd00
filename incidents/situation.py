"""The situation and our own updates: what is known now, and what is told inside."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from incidents import calling, conflicts, drafts, timeline
from incidents.cadence import TAKE_BACK
from incidents.models import Event, Incident, Service
from incidents.phases import check_not_merged
from incidents.statements import Words
from incidents.vocabulary import Audience, Kind, Type
from kit import clock
from kit.lines import check_line
from kit.rules import check, require
from roles.models import User

RESPOND, STEER = "incidents.respond_incident", "incidents.steer_incident"
LABELS = {
    "title": "Title",
    "what": "What is happening",
    "affected": "Who is affected",
    "doing": "What we do now",
    "call_url": "Call",
    "chat_url": "Chat",
}
FIELDS = tuple(LABELS)
DOUBLE_CLICK = timedelta(seconds=10)


@transaction.atomic(durable=True)
def edit(incident: Incident, new: Mapping[str, str], *, was: Mapping[str, str], actor: User) -> Incident:
    """Change fields of the situation. `was` holds what the writer saw; a field that two changed is refused.

    Fields are compared one by one: edits of different fields by two people both stand.
    """
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, RESPOND, incident)
    check_not_merged(incident.phase)
    unknown = set(new) - set(FIELDS)
    check(not unknown, "unknown_field", f"These cannot be edited here: {', '.join(sorted(unknown))}.")
    mine = conflicts.changed(now={name: getattr(incident, name) for name in FIELDS}, was=was, new=new)
    if "title" in mine:
        check_line(mine["title"], "no_title", "It needs a title.", field="title")
    check(len(mine.get("title", "")) <= 200, "title_too_long", "At most 200 characters.", field="title")
    return _save(incident, mine, actor)


def _save(incident: Incident, mine: Mapping[str, str], actor: User) -> Incident:
    changed = {name: text for name, text in mine.items() if text != getattr(incident, name)}
    if not changed:
        return incident
    now = clock.now()
    for name, text in changed.items():
        setattr(incident, name, text)
    incident.situation_at, incident.situation_by = now, actor
    body = "\n\n".join(f"{LABELS[name]}: {text}" for name, text in changed.items())
    timeline.record(incident, Kind.SITUATION, actor=actor, at=now, body=body, data={"fields": sorted(changed)})
    return incident


@transaction.atomic(durable=True)
def edit_details(
    incident: Incident, *, actor: User, type: Type, services: Sequence[Service], was: Mapping[str, str] | None = None
) -> Incident:
    """Change the type and the affected services. `was` holds what the writer saw (`details`)."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, STEER, incident)
    check_not_merged(incident.phase)
    new = {"type": type.label, "services": _named(services)}
    mine = conflicts.changed(now=details(incident), was=was, new=new)
    if not mine:
        return incident
    if "type" in mine:
        check(
            type != Type.SECURITY or incident.is_restricted,
            "restrict_first",
            "A security incident is seen by members only. Restrict it first, then change its type.",
            field="type",
        )
        incident.type = type
    if "services" in mine:
        incident.services.set(services)
    data = {"type": incident.type, "services": [service.name for service in incident.services.all()]}
    now = clock.now()
    timeline.record(incident, Kind.DETAILS, actor=actor, at=now, data=data)
    if "type" in mine and incident.is_open and not incident.is_imported:
        # Another type may call for somebody else: security has its own engineer.
        calling.engage(incident, now=now, actor=actor)
    return incident


def details(incident: Incident) -> dict[str, str]:
    """Type and services, as people compare them."""
    return {"type": Type(incident.type).label, "services": _named(incident.services.all())}


def _named(services: Iterable[Service]) -> str:
    return ", ".join(sorted(service.name for service in services))


@transaction.atomic(durable=True)
def post(
    incident: Incident,
    text: str,
    *,
    actor: User,
    audiences: Sequence[Audience],
    draft: Words | None = None,
    held: bool = False,
    idempotency_key: str | None = None,
) -> Event:
    """Write an update: a single text, and who shall get it.

    `draft` is what the same text makes for the public; it is kept for whoever publishes it. What is `held` can be
    taken back for a few seconds, for which its letters wait. The same idempotency key from the same person gives the
    update that stands there already, however long ago it was written.
    """
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, RESPOND, incident)
    inside = [audience for audience in audiences if audience != Audience.PUBLIC]
    known = _posted_before(incident, text.strip(), inside, actor, idempotency_key)
    if known:
        return known
    _check(incident, text, inside)
    now = clock.now()
    twin = None if idempotency_key else _twin(incident, text.strip(), actor, now)
    if twin:
        return twin
    data: dict[str, object] = {"audiences": [str(one) for one in inside]}
    data |= {"idempotency_key": idempotency_key} if idempotency_key else {}
    if draft:
        data["draft"] = str(drafts.write(incident, draft, actor=actor, now=now).pk)
    if held and inside:
        data["held_until"] = (now + TAKE_BACK).isoformat()
    return timeline.record(incident, Kind.UPDATED, actor=actor, at=now, body=text.strip(), data=data)


def _check(incident: Incident, text: str, inside: Sequence[Audience]) -> None:
    check_not_merged(incident.phase)
    check(text.strip(), "no_text", "Write something first.", field="text")
    check(
        not {Audience.STAKEHOLDERS, Audience.EXECUTIVES} & set(inside) or incident.severity_confirmed_at,
        "severity_unconfirmed",
        "Stakeholders and executives are told once the severity is confirmed. Confirm it first.",
        field="audiences",
    )


def _posted_before(
    incident: Incident, text: str, inside: Sequence[Audience], actor: User, key: str | None
) -> Event | None:
    """What was written with this key. Raises `RuleBroken` where it said something else, or to others."""
    if not key:
        return None
    same = Event.objects.filter(incident=incident, kind=Kind.UPDATED, actor=actor, data__idempotency_key=key)
    found = same.first()
    # By the digest: the words themselves may have been erased meanwhile.
    says_the_same = found is None or (
        found.body_digest == timeline.digest(text) and set(found.data["audiences"]) == {str(one) for one in inside}
    )
    check(
        says_the_same,
        "key_used",
        "This key has been used for another update already; write with another.",
        field="idempotency_key",
    )
    return found


def _twin(incident: Incident, text: str, actor: User, now: datetime) -> Event | None:
    """The same words by the same person a moment ago: a finger that clicked twice (E29), and took nothing back."""
    same = Event.objects.filter(incident=incident, kind=Kind.UPDATED, actor=actor, body=text)
    found = same.filter(recorded_at__gte=now - DOUBLE_CLICK).order_by("-position").first()
    after = Event.objects.filter(incident=incident, kind=Kind.TAKEN_BACK, actor=actor)
    return None if found and after.filter(data__position=found.position).exists() else found
