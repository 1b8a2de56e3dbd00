"""What goes outside waits a few seconds, in which it can be taken back. Commands, and the question what waits.

The row holds it, not the browser: the ticker publishes what has come due, whoever closed their window meanwhile.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from incidents import approvals, communications, drafts, timeline
from incidents.cadence import TAKE_BACK
from incidents.communications import SPEAK, Words
from incidents.models import Draft, Event, Incident
from incidents.vocabulary import Kind
from kit import clock
from kit.faults import FAULTS
from kit.glances import Glance
from kit.rules import RuleBroken, check, require
from roles.models import User

log = logging.getLogger(__name__)

BATCH = 20
# So long after it went out the room says to its author that it did.
SAID_FOR = timedelta(minutes=1)
# And so long what was taken back lies in the composer again.
KEPT_FOR = timedelta(minutes=10)
BROKEN = RuleBroken("broken", "It could not be published, by a fault of ours that the log tells. Look at it once more.")
TOO_LATE = "It is out already. What was wrong is put right by another one."


@transaction.atomic(durable=True)
def send(
    incident: Incident,
    words: Words,
    *,
    actor: User,
    draft: UUID,
    was: Mapping[str, str] | None = None,
    unasked: str = "",
    at: datetime | None = None,
) -> Draft:
    """Publish it in five seconds, or at a time. What publishing would refuse is refused now; twice the same is one.

    `unasked` says why it goes out although whoever was asked has not answered. Where another bulletin comes out
    before its time it stays a draft (domain §2.6: workers publish what a person approved for that time).
    """
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, SPEAK, incident)
    twin = Draft.objects.filter(pk=draft, incident=incident).first()
    if twin and (twin.publish_at or twin.published_at) and twin.body == words.body.strip():
        return twin
    now = clock.now()
    _check_time(incident, at, now)
    communications.check_words(incident, words, at or now)
    approvals.check(incident, words, actor=actor, now=now, unasked=unasked)
    kept = drafts.write(incident, words, actor=actor, now=now, draft=draft, was=was)
    kept.publish_at, kept.publish_by, kept.refused, kept.unasked = at or now + TAKE_BACK, actor, "", unasked.strip()
    kept.save()
    data = {"draft": str(kept.pk), "publish_at": kept.publish_at.isoformat()}
    timeline.record(incident, Kind.DRAFTED, actor=actor, at=now, data=data, tell=False)
    return kept


def _check_time(incident: Incident, at: datetime | None, now: datetime) -> None:
    if at is None:
        return
    check(at > now + TAKE_BACK, "not_ahead", "That time is over; publish it now.")
    check(not waiting(incident).exists(), "one_waits", "Another bulletin waits to go out. Take that one back first.")


@transaction.atomic(durable=True)
def take_back(draft: Draft, *, actor: User) -> Draft:
    """It does not go out; it is a draft again."""
    incident = Incident.objects.visible_to(actor).lock(draft.incident_id)
    require(actor, SPEAK, incident)
    kept = Draft.objects.get(pk=draft.pk, incident=incident)
    check(kept.publish_at and not kept.published_at, "too_late", TOO_LATE)
    kept.publish_at = kept.publish_by = None
    kept.save()
    data = {"draft": str(kept.pk)}
    timeline.record(incident, Kind.TAKEN_BACK, actor=actor, at=clock.now(), body=kept.body, data=data, tell=False)
    return kept


@transaction.atomic(durable=True)
def publish_now(draft: Draft, *, actor: User) -> Draft:
    """Without waiting any longer; where it went out meanwhile, nothing more is done."""
    incident = Incident.objects.visible_to(actor).lock(draft.incident_id)
    require(actor, SPEAK, incident)
    kept = Draft.objects.get(pk=draft.pk, incident=incident)
    if kept.publish_at and not kept.published_at:
        _go(incident, kept, now=clock.now())
    return kept


def publish_due(now: datetime, *, most: int = BATCH) -> int:
    """Publish what has come due, each in a transaction of its own. Returns how many were looked at."""
    if not DUE.finds(now):
        return 0
    due = list(_due(now).values_list("pk", "incident_id")[:most])
    return sum(_try(pk, incident, now) for pk, incident in due)


def _try(pk: UUID, incident: UUID, now: datetime) -> bool:
    """One that is broken becomes a draft again, and those behind it go."""
    try:
        return _publish_one(pk, incident, now)
    except FAULTS:
        log.exception("A bulletin cannot be published and is a draft again")
        return _publish_one(pk, incident, now, is_broken=True)


def _due(now: datetime) -> QuerySet[Draft]:
    return Draft.objects.filter(publish_at__lte=now, published_at=None, discarded_at=None).order_by("publish_at")


DUE = Glance(_due)


@transaction.atomic(durable=True)
def _publish_one(pk: UUID, incident_pk: UUID, now: datetime, *, is_broken: bool = False) -> bool:
    """False where somebody holds the incident; its turn comes with the next tick."""
    held = Incident.unrestricted.select_for_update(of=("self",), skip_locked=True).filter(pk=incident_pk)
    incident = held.first()
    kept = Draft.objects.filter(pk=pk, publish_at__lte=now, published_at=None).first() if incident else None
    if incident is None or kept is None:
        return False
    if is_broken:
        _refuse(incident, kept, BROKEN, now=now)
    else:
        _go(incident, kept, now=now)
    return True


def _go(incident: Incident, kept: Draft, *, now: datetime) -> None:
    """Publish it; what is refused by now stays a draft, and the room says why."""
    try:
        with transaction.atomic():
            _publish(incident, kept, now=now)
    except RuleBroken as error:
        incident.refresh_from_db()
        _refuse(incident, kept, error, now=now)


def _refuse(incident: Incident, kept: Draft, why: RuleBroken, *, now: datetime) -> None:
    kept.publish_at, kept.published_at, kept.refused = None, None, why.sentence[:300]
    kept.save()
    data = {"draft": str(kept.pk), "because": why.code}
    timeline.record(incident, Kind.TAKEN_BACK, actor=None, at=now, body=why.sentence, data=data, tell=False)


def _publish(incident: Incident, kept: Draft, *, now: datetime) -> None:
    author = kept.publish_by
    if author is None:
        raise RuleBroken("nobody", "Whoever published it has left.")
    # Leave is asked again at the moment it goes.
    require(author, SPEAK, incident)
    kept.published_at = now
    kept.save()
    communications.say(incident, drafts.words_of(kept), actor=author, now=now, unasked=kept.unasked)


@transaction.atomic(durable=True)
def take_back_update(incident: Incident, position: int, *, actor: User) -> Event:
    """An update one has just sent goes to nobody; it stays on the timeline, marked."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, "incidents.respond_incident", incident)
    sent = Event.objects.get(incident=incident, position=position, kind=Kind.UPDATED, actor=actor)
    now = clock.now()
    check(now < held_until(sent), "too_late", TOO_LATE)
    check(position not in taken_back(incident), "taken_back", "It is taken back already.")
    data = {"position": position}
    return timeline.record(incident, Kind.TAKEN_BACK, actor=actor, at=now, data=data, tell=False)


def held_until(event: Event) -> datetime:
    """Until when an update can be taken back; one that was not held could never be."""
    until = event.data.get("held_until")
    return datetime.fromisoformat(until) if until else event.recorded_at


def taken_back(incident: Incident) -> set[int]:
    """The positions of the updates that were taken back."""
    return {position for _, position in all_taken_back([incident.pk])}


def all_taken_back(incidents: Collection[UUID]) -> set[tuple[UUID, int]]:
    """The same for several: incident and position of each update that was taken back."""
    found = Event.objects.filter(incident__in=incidents, kind=Kind.TAKEN_BACK, data__has_key="position")
    return set(found.values_list("incident_id", "data__position"))


def unsent(incident: Incident, user: User) -> str:
    """The text of the update this person has just taken back, if they have written none since."""
    mine = Event.objects.filter(incident=incident, actor=user, kind__in=(Kind.UPDATED, Kind.TAKEN_BACK))
    mine = mine.filter(recorded_at__gt=clock.shown() - KEPT_FOR)
    last = mine.order_by("-position").first()
    if last is None or last.kind != Kind.TAKEN_BACK or "position" not in last.data:
        return ""
    return Event.objects.get(incident=incident, position=last.data["position"]).body


@dataclass(frozen=True)
class Outgoing:
    """What is on its way out, or has just gone: a bulletin (`draft`), or what the viewer did last (`event`)."""

    until_at: datetime
    draft: Draft | None = None
    event: Event | None = None
    is_out: bool = False

    @property
    def is_soon(self) -> bool:
        """It waits for second thoughts only, and not for a time that somebody set."""
        return self.until_at <= clock.shown() + TAKE_BACK

    @property
    def audiences(self) -> list[str]:
        return list(self.event.data.get("audiences", [])) if self.event else []


def waiting(incident: Incident) -> QuerySet[Draft]:
    """Bulletins in their last seconds before they go out."""
    return incident.drafts.filter(publish_at__isnull=False, published_at=None, discarded_at=None)


def of(incident: Incident, user: User, at: datetime) -> list[Outgoing]:
    """Bulletins that wait, for everybody; and what this person has just said, so that they see that it went."""
    found = [Outgoing(one.publish_at or at, draft=one) for one in waiting(incident).select_related("publish_by")]
    mine = _just_said(incident, user, at)
    return found + ([Outgoing(held_until(mine), event=mine, is_out=held_until(mine) <= at)] if mine else [])


def _just_said(incident: Incident, user: User, at: datetime) -> Event | None:
    spoken = (Kind.UPDATED, Kind.BULLETIN, Kind.TAKEN_BACK)
    mine = Event.objects.filter(incident=incident, actor=user, kind__in=spoken, recorded_at__gt=at - SAID_FOR)
    return mine.order_by("-position").first()
