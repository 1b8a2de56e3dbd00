"""Who may see an incident: restricting it, letting a person in, taking them out."""

from datetime import datetime

from django.db import transaction

from incidents import calling, drafts, levelling, obligations, timeline
from incidents.models import Engagement, Incident, Member, Obligation
from incidents.visibility import SILENT
from incidents.vocabulary import Audience, Duty, Kind, Posture, Type, Visibility
from kit import clock
from kit.rules import check, require
from roles.models import User

STEER, GRANT = "incidents.steer_incident", "incidents.grant_access"


@transaction.atomic(durable=True)
def restrict(incident: Incident, *, actor: User, reason: str) -> Incident:
    """Hide it from everybody who takes no part in it, and say nothing more outside by itself (E26).

    The page stays as it is. Letters not yet sent are asked again before they go.
    """
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, STEER, incident)
    check(reason.strip(), "no_reason", "Say why only members may see it.", field="reason")
    check(not incident.is_restricted, "restricted_already", "It is restricted already.")
    now = clock.now()
    incident.visibility = Visibility.RESTRICTED
    _let_insiders_in(incident, actor=actor, now=now)
    _fall_silent(incident, now=now)
    timeline.record(
        incident, Kind.ACCESS, actor=actor, at=now, body=reason.strip(), data={"visibility": incident.visibility}
    )
    return incident


def _let_insiders_in(incident: Incident, *, actor: User, now: datetime) -> None:
    """Whoever is on it, owes something or declared it stays; who only watches or was offered a role does not."""
    there = list(Engagement.objects.present().filter(incident=incident).select_related("person"))
    insiders = {one.person for one in there if one.counts}
    calling.call_off(incident, [one for one in there if one.person not in insiders], now=now, actor=actor)
    owing = Obligation.objects.open().filter(incident=incident, owner__isnull=False).select_related("owner")
    insiders |= {actor, *(owed.owner for owed in owing if owed.owner)}
    if incident.declared_by:
        insiders.add(incident.declared_by)
    members = [
        Member(incident=incident, person=person, granted_by=actor, granted_at=now, reason="took part")
        for person in insiders
    ]
    Member.objects.bulk_create(members, ignore_conflicts=True)


def _fall_silent(incident: Incident, *, now: datetime) -> None:
    """Nothing more goes outside until a person decides again that the public is told."""
    drafts.call_off(incident, now=now)
    drafts.keep_back(incident, "The incident was restricted.", now=now)
    incident.public_links.update(holding_left=0)
    if incident.posture != Posture.NOT_REQUIRED:
        incident.posture, incident.posture_reason = Posture.NOT_REQUIRED, SILENT
    obligations.cancel(incident, Duty.POSTURE, now=now)
    obligations.cancel(incident, Duty.PUBLIC_UPDATE, now=now, audience=Audience.PUBLIC)


@transaction.atomic(durable=True)
def open_up(incident: Incident, *, actor: User, reason: str) -> Incident:
    """Let the organisation see it: a lead of security, with a reason (§2.12). The public is decided on anew."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, GRANT, incident)
    check(reason.strip(), "no_reason", "Say why everybody may see it now.", field="reason")
    check(incident.is_restricted, "open_already", "Everybody may see it already.")
    check(
        incident.type != Type.SECURITY or not incident.is_open,
        "security_stays_restricted",
        "A security incident is restricted while it is open. Change its type first if it is none.",
    )
    now = clock.now()
    incident.visibility = Visibility.ORGANISATION
    if incident.is_open and incident.posture_reason == SILENT:
        incident.posture, incident.posture_reason = Posture.UNDECIDED, ""
        levelling.owe_posture(incident, now=now)
    timeline.record(
        incident, Kind.ACCESS, actor=actor, at=now, body=reason.strip(), data={"visibility": incident.visibility}
    )
    return incident


@transaction.atomic(durable=True)
def grant(incident: Incident, person: User, *, actor: User, reason: str) -> Incident:
    """Let one more person see a restricted incident."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, STEER, incident)
    check(incident.is_restricted, "open_already", "Everybody may see it already.")
    check(reason.strip(), "no_reason", "Say why they need to see it.", field="reason")
    check(person.is_active, "left", f"{person} has left the organisation.", field="person")
    now = clock.now()
    member, is_new = Member.objects.get_or_create(
        incident=incident,
        person=person,
        defaults={"granted_by": actor, "granted_at": now, "reason": reason.strip()},
    )
    check(is_new or member.by_role, "member_already", f"{person} may see it already.", field="person")
    # What a role alone let them see stays now, also without it.
    member.by_role = False
    member.save()
    data = {"granted": str(person.pk), "name": str(person)}
    timeline.record(incident, Kind.ACCESS, actor=actor, at=now, body=reason.strip(), data=data)
    return incident


@transaction.atomic(durable=True)
def revoke(incident: Incident, person: User, *, actor: User) -> Incident:
    """From the next request on they do not see it any more, and hold no role of it."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, STEER, incident)
    check(person.pk != actor.pk, "own_access", "You cannot take your own access; somebody else can.")
    check(incident.is_restricted, "open_already", "Everybody may see it; restrict it first.")
    now = clock.now()
    gone, _ = Member.objects.filter(incident=incident, person=person).delete()
    check(gone, "no_member", f"{person} was not let in.", field="person")
    held = Engagement.objects.present().filter(incident=incident, person=person).select_related("person")
    calling.call_off(incident, list(held), now=now, actor=actor)
    data = {"revoked": str(person.pk), "name": str(person)}
    timeline.record(incident, Kind.ACCESS, actor=actor, at=now, data=data)
    return incident
