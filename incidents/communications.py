"""What is said outside about an incident: the decision to, bulletins, and the holding text."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from incidents import approvals, cadence, drafts, obligations, public_clock, shortform, timeline
from incidents.approvals import Standing
from incidents.models import Draft, Event, Incident, PublicLink
from incidents.statements import Words, check_ours, check_text, check_words, has_open_links, newest
from incidents.vocabulary import Audience, Duty, Kind, Phase, Posture, Way
from kit import clock
from kit.rules import RuleBroken, check, require
from roles.models import User
from statuspage import publishing
from statuspage.models import Bulletin
from statuspage.vocabulary import UNRESOLVED, State

STEER, SPEAK = "incidents.steer_incident", "incidents.speak_publicly"

__all__ = ["Words", "check_words", "decide_posture", "hold", "publish", "say", "set_holding"]


@transaction.atomic(durable=True)
def decide_posture(incident: Incident, posture: Posture, *, actor: User, reason: str = "") -> Incident:
    """Decide whether the public is told. “Not required” needs its reason and stops the clock (BG3-1)."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, STEER, incident)
    check_ours(incident, "posture")
    check(posture != Posture.UNDECIDED, "undecided", "Decide one way or the other.", field="posture")
    check(
        posture == Posture.POST or reason.strip(), "no_reason", "Say why the public need not be told.", field="reason"
    )
    told = has_open_links(incident)
    check(
        posture == Posture.POST or not told,
        "told_already",
        "The public was told already; resolve that first.",
        field="posture",
    )
    now = clock.now()
    incident.posture, incident.posture_reason = posture, reason.strip()
    obligations.satisfy(incident, Duty.POSTURE, now=now, by=actor)
    timeline.record(incident, Kind.POSTURE, actor=actor, at=now, body=reason.strip(), data={"posture": posture})
    if posture == Posture.POST:
        public_clock.decided(incident, now=now)
    else:
        obligations.cancel(incident, Duty.PUBLIC_UPDATE, now=now, audience=Audience.PUBLIC)
    return incident


@transaction.atomic(durable=True)
def publish(
    incident: Incident,
    words: Words,
    *,
    actor: User,
    draft: UUID | None = None,
    idempotency_key: str | None = None,
    unasked: str = "",
) -> Bulletin:
    """Say it to the public at once. Refused until it is decided that the public is told (SUP1-3).

    Where somebody must look at it first they did, or have not answered for so long that `unasked` says why it goes
    out all the same. The same idempotency key from the same person gives the bulletin that is out already (E29).
    """
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, SPEAK, incident)
    known = _published_before(incident, actor, idempotency_key)
    if known:
        return known
    now = clock.now()
    check_words(incident, words, now)
    standing = approvals.check(incident, words, actor=actor, now=now, unasked=unasked)
    if draft:
        _use_draft(incident, draft, words, now)
    return _say(incident, words, actor=actor, now=now, standing=standing, idempotency_key=idempotency_key)


def _published_before(incident: Incident, actor: User, key: str | None) -> Bulletin | None:
    if not key:
        return None
    said = Event.objects.filter(incident=incident, kind=Kind.BULLETIN, actor=actor, data__idempotency_key=key).first()
    return Bulletin.objects.get(public_id=said.data["bulletin"]) if said else None


def say(incident: Incident, words: Words, *, actor: User, now: datetime, unasked: str = "") -> Bulletin:
    """The same within the transaction of a command that holds the incident and has asked leave."""
    check_words(incident, words, now)
    standing = approvals.check(incident, words, actor=actor, now=now, unasked=unasked)
    return _say(incident, words, actor=actor, now=now, standing=standing)


def _use_draft(incident: Incident, draft: UUID, words: Words, now: datetime) -> None:
    kept = Draft.objects.filter(pk=draft, incident=incident).first()
    if kept is None or kept.published_at or kept.discarded_at:
        raise RuleBroken("draft_gone", "This draft was published or discarded meanwhile. Look at the page first.")
    check(
        kept.based_on == newest(words.public_incident),
        "page_changed",
        "Another bulletin came out since this draft was begun. Read it, and save the draft again.",
    )
    kept.published_at = now
    kept.save()


def _say(
    incident: Incident,
    words: Words,
    *,
    actor: User | None,
    now: datetime,
    standing: Standing,
    idempotency_key: str | None = None,
) -> Bulletin:
    """Publish, tie it to the incident, move the clock, write it down. The caller holds the lock."""
    bulletin = _publish(words, actor, now)
    link, _ = PublicLink.objects.get_or_create(incident=incident, public_incident=bulletin.public_incident)
    if bulletin.state not in UNRESOLVED and link.holding_left:
        link.holding_left = 0
        link.save()
    data = {
        "bulletin": bulletin.public_id,
        "public_incident": bulletin.public_incident.public_id,
        "state": bulletin.state,
        "holding": standing.way == Way.HOLDING,
        "short": _short(bulletin, words),
    } | _by_whose_word(standing)
    data |= {"idempotency_key": idempotency_key} if idempotency_key else {}
    drafts.call_off(incident, now=now)
    if standing.approval:
        Draft.objects.filter(approvals=standing.approval, published_at=None).update(published_at=now)
    timeline.record(incident, Kind.BULLETIN, actor=actor, at=now, body=bulletin.body, data=data)
    public_clock.published(incident, bulletin, now=now, by=actor)
    _watch(incident, words, actor=actor, now=now)
    return bulletin


def _publish(words: Words, actor: User | None, now: datetime) -> Bulletin:
    said = publishing.Statement(
        state=words.state,
        body=words.body.strip(),
        statuses=words.statuses,
        next_update_at=words.next_update_at,
        name=words.name.strip(),
    )
    author = actor.pk if actor else None
    return publishing.publish(said, page=words.page, public_incident=words.public_incident, author=author, at=now)


def _short(bulletin: Bulletin, words: Words) -> str:
    """The short form with its link: as somebody wrote it, else made of the text (SUP1-4)."""
    public = bulletin.public_incident
    link = f"{public.page.url}/incidents/{public.public_id}"
    return shortform.with_link(words.short, link) if words.short.strip() else shortform.of(bulletin.body, link)


def _watch(incident: Incident, words: Words, *, actor: User | None, now: datetime) -> None:
    """Readers are told that we watch, and for how long; so is the room, where it does not watch yet (SUP2-2)."""
    if words.watch is None or incident.phase != Phase.MITIGATION or incident.is_monitoring:
        return
    incident.is_monitoring, incident.monitoring_until = True, now + timedelta(minutes=words.watch)
    data = {"until": incident.monitoring_until.isoformat()}
    timeline.record(incident, Kind.MONITORING, actor=actor, at=now, data=data)


def _by_whose_word(standing: Standing) -> dict[str, object]:
    """What the entry says of it; whoever was asked and did not answer is told (SUP4-3)."""
    if standing.way == Way.APPROVED and standing.approval:
        return {"way": Way.APPROVED, "name": str(standing.approval.answered_by)}
    if standing.way == Way.UNANSWERED:
        people = [str(standing.approver.pk)] if standing.approver else []
        return {"way": Way.UNANSWERED, "name": str(standing.approver), "people": people, "because": standing.sentence}
    return {"way": standing.way}


@transaction.atomic(durable=True)
def set_holding(link: PublicLink, text: str, *, actor: User, times: int = cadence.HOLDING_INTERVALS) -> PublicLink:
    """Let workers publish an approved text at the due time, at most four times; no text switches it off."""
    incident = Incident.objects.visible_to(actor).lock(link.incident_id)
    require(actor, SPEAK, incident)
    link = PublicLink.objects.get(pk=link.pk, incident=incident)
    most = cadence.HOLDING_INTERVALS
    check(0 <= times <= most, "too_many_times", f"A holding text is published at most {most} times.", field="times")
    check(not (text.strip() and approvals.is_sensitive(incident)), "two_people", approvals.SENSITIVE, field="text")
    check_text(text)
    link.holding_text, link.holding_by = text.strip(), actor
    link.holding_left = times if text.strip() else 0
    link.save()
    timeline.record(
        incident,
        Kind.HOLDING,
        actor=actor,
        at=clock.now(),
        body=link.holding_text,
        data={"times": link.holding_left},
    )
    return link


def hold(incident: Incident, public_id: str, *, now: datetime) -> bool:
    """At the due time: publish the holding text if a person switched it on. False where it is off."""
    link = (
        PublicLink.objects.select_related("public_incident")
        .filter(incident=incident, public_incident__public_id=public_id, holding_left__gt=0)
        .first()
    )
    if link is None or not link.holding_text or link.public_incident.state not in UNRESOLVED:
        return False
    link.holding_left -= 1
    link.save()
    words = Words(state=State(link.public_incident.state), body=link.holding_text, public_incident=link.public_incident)
    _say(incident, words, actor=None, now=now, standing=Standing(Way.HOLDING, ""))
    return True
