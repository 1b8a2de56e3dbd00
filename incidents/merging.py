"""Two that are the same: one goes on with what the other brought, and for a day they can be parted again (E8)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils.module_loading import import_string

from incidents import calling, drafts, engagement, moves, obligations, public_clock, timeline
from incidents.models import Engagement, Event, ImpactWindow, Incident, Member, Obligation, PublicLink
from incidents.phases import check_move
from incidents.severity import is_worse
from incidents.vocabulary import Audience, Duty, Kind, Phase, Posture
from kit import clock
from kit.rules import check, require
from roles.catalogue import Role
from roles.models import User
from statuspage.vocabulary import UNRESOLVED

STEER = "incidents.steer_incident"
State = Engagement.State


@transaction.atomic(durable=True)
def merge(incident: Incident, survivor: Incident, *, actor: User, reason: str = "") -> Incident:
    """It is the same as another one, which goes on with its people, actions and public incident.

    The old reference leads there; what was written stays where it was written.
    """
    first, second = sorted((incident.pk, survivor.pk))
    rows = {pk: Incident.objects.visible_to(actor).lock(pk) for pk in (first, second)}
    incident, survivor = rows[incident.pk], rows[survivor.pk]
    require(actor, STEER, incident)
    require(actor, STEER, survivor)
    _check(incident, survivor)
    check_move(incident.phase, Phase.MERGED)
    now = clock.now()
    data = {"survivor": survivor.reference} | _bring(incident, survivor, now=now, actor=actor)
    incident.merged_into, incident.exit_reason = survivor, reason.strip()
    moves.move(incident, Phase.MERGED, now=now, actor=actor, note=reason, kind=Kind.MERGED, data=data)
    timeline.record(survivor, Kind.MERGED, actor=actor, at=now, body=reason.strip(), data={"child": incident.reference})
    return incident


def _check(incident: Incident, survivor: Incident) -> None:
    check(
        incident.pk != survivor.pk, "merge_with_itself", "An incident cannot be merged into itself.", field="survivor"
    )
    check(
        not (incident.is_imported or survivor.is_imported),
        "imported",
        "An imported incident is history; nothing is merged with it.",
        field="survivor",
    )
    check(
        survivor.is_open, "survivor_is_over", f"{survivor.reference} is over; merge into an open one.", field="survivor"
    )
    hidden, seen = (incident, survivor) if incident.is_restricted else (survivor, incident)
    # The old reference would tell whoever sees one of them of the other.
    check(
        hidden.is_restricted == seen.is_restricted,
        "would_disclose",
        f"{hidden.reference} is restricted and {seen.reference} is not. Restrict that one first, then merge.",
        field="survivor",
    )
    check(
        not is_worse(incident.severity, survivor.severity),
        "survivor_is_milder",
        f"{incident.reference} is {incident.severity} and {survivor.reference} only {survivor.severity}. "
        "Raise that one first, or merge it into this one.",
        field="survivor",
    )
    _check_public(incident, survivor)


def _check_public(incident: Incident, survivor: Incident) -> None:
    """Readers hear of one disturbance in one place."""
    if not _told(incident):
        return
    check(
        not survivor.is_restricted,
        "would_disclose",
        f"The public was told of {incident.reference}, and of {survivor.reference} it hears nothing. "
        "Resolve the public incident first.",
        field="survivor",
    )
    check(
        not _told(survivor),
        "two_public_incidents",
        f"The public was told of both. Resolve the one of {incident.reference} with a bulletin that points to the "
        "other, then merge.",
        field="survivor",
    )


def _told(incident: Incident) -> list[PublicLink]:
    return list(incident.public_links.filter(public_incident__state__in=UNRESOLVED).select_related("public_incident"))


def _bring(incident: Incident, survivor: Incident, *, now: datetime, actor: User) -> dict[str, Any]:
    """Hand over what goes on. Returns what of it goes back when they are parted."""
    survivor.services.add(*incident.services.all())
    # What was found right, or waits for that, was about the other incident; it is asked anew.
    drafts.call_off(incident, now=now)
    incident.drafts.filter(published_at=None, discarded_at=None).update(incident=survivor)
    _bring_people(incident, survivor, now=now, actor=actor)
    return {
        "public_incidents": _bring_public(incident, survivor, now=now),
        **_bring_times(incident, survivor),
        **{name: import_string(path)(incident, survivor) for name, path in settings.MERGE_BRINGS.items()},
    }


def _bring_people(incident: Incident, survivor: Incident, *, now: datetime, actor: User) -> None:
    """Whoever is on it is on the other one, too; whoever has not answered yet is asked no more."""
    if survivor.is_restricted and incident.is_restricted:
        why = f"came with {incident.reference}"
        members = [
            Member(incident=survivor, person=one.person, granted_by=actor, granted_at=now, reason=why)
            for one in incident.members.select_related("person")
        ]
        Member.objects.bulk_create(members, ignore_conflicts=True)
    there = set(Engagement.objects.present().filter(incident=survivor).values_list("person", flat=True))
    here = Engagement.objects.active().filter(incident=incident, state=State.ACKNOWLEDGED).select_related("person")
    for person in dict.fromkeys(one.person for one in here if one.person_id not in there):
        came = engagement.begin(survivor, Role.EXPERT, person, now=now)
        calling.let_in(survivor, [came])
        timeline.add(survivor, Kind.JOINED, actor=person, at=now, data=calling.about(came))


def _bring_public(incident: Incident, survivor: Incident, *, now: datetime) -> list[str]:
    """The open public incident goes on with the survivor, and so does its clock."""
    told = _told(incident)
    for link in told:
        link.incident = survivor
        link.save()
        survivor.posture, survivor.posture_reason = Posture.POST, ""
    if told:
        obligations.satisfy(survivor, Duty.POSTURE, now=now, by=None)
        obligations.cancel(survivor, Duty.PUBLIC_UPDATE, now=now, audience=Audience.PUBLIC, subject=public_clock.FIRST)
        names = [link.public_incident.public_id for link in told]
        Obligation.objects.open().filter(incident=incident, subject__in=names).update(incident=survivor)
    return [link.public_incident.public_id for link in told]


def _bring_times(incident: Incident, survivor: Incident) -> dict[str, Any]:
    """The earliest detection and the earliest start of the impact hold for both."""
    said: dict[str, Any] = {}
    if incident.detected_at and survivor.detected_at and incident.detected_at < survivor.detected_at:
        said["detected_at"] = [survivor.detected_at.isoformat(), incident.detected_at.isoformat()]
        survivor.detected_at = incident.detected_at
    started_at = incident.windows.aggregate(first=Min("started_at"))["first"]
    first = survivor.windows.order_by("started_at").first()
    if started_at and (first is None or started_at < first.started_at):
        said["started_at"] = [first.started_at.isoformat() if first else None, started_at.isoformat()]
        window = first or ImpactWindow(incident=survivor)
        window.started_at = started_at
        window.save()
    return said


def part(incident: Incident, *, now: datetime, actor: User) -> None:
    """They were not the same: what was brought goes back, as far as nobody has changed it since.

    The caller holds the one that was merged, has asked leave, and moves it.
    """
    assert incident.merged_into_id
    survivor = Incident.unrestricted.lock(incident.merged_into_id)
    facts = Event.objects.filter(incident=incident, kind=Kind.MERGED, data__has_key="survivor").latest("position").data
    for public_id in facts["public_incidents"]:
        link = PublicLink.objects.get(public_incident__public_id=public_id)
        link.incident = incident
        link.save()
        obligations.cancel(survivor, Duty.PUBLIC_UPDATE, now=now, audience=Audience.PUBLIC, subject=public_id)
    for name, path in settings.MERGE_BRINGS.items():
        import_string(path)(survivor, incident, facts[name])
    _times_back(survivor, facts)
    incident.merged_into = None
    timeline.record(
        survivor, Kind.MERGED, actor=actor, at=now, data={"child": incident.reference, "parted": True}, tell=False
    )


def _times_back(survivor: Incident, facts: dict[str, Any]) -> None:
    was, brought = facts.get("detected_at", (None, None))
    if brought and survivor.detected_at == datetime.fromisoformat(brought):
        survivor.detected_at = datetime.fromisoformat(was)
    was, brought = facts.get("started_at", (None, None))
    if brought:
        windows = survivor.windows.filter(started_at=datetime.fromisoformat(brought))
        if was:
            windows.update(started_at=datetime.fromisoformat(was))
        else:
            windows.delete()
