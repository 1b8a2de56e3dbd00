"""Bulletins that are being written: kept for whoever goes on with them, and thrown away. Commands."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from incidents import conflicts, obligations, timeline
from incidents.models import Approval, Draft, Incident
from incidents.statements import Words, check_length, newest
from incidents.vocabulary import Duty, Kind
from kit import clock
from kit.rules import RuleBroken, check, require
from roles.models import User
from statuspage.models import Component, Page
from statuspage.vocabulary import State, Status

RESPOND = "incidents.respond_incident"
LABELS = {
    "name": "Title",
    "state": "State",
    "body": "Text",
    "statuses": "Components",
    "next_update_at": "Next update by",
}


@transaction.atomic(durable=True)
def keep(
    incident: Incident,
    words: Words,
    *,
    actor: User,
    draft: UUID | None = None,
    was: Mapping[str, str] | None = None,
) -> Draft:
    """Keep a bulletin that is being written; anybody who speaks for us can go on with it.

    `was` holds what the writer saw of a draft that others may have saved meanwhile (`spelled`).
    """
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, RESPOND, incident)
    now = clock.now()
    kept = write(incident, words, actor=actor, now=now, draft=draft, was=was)
    timeline.record(incident, Kind.DRAFTED, actor=actor, at=now, data={"draft": str(kept.pk)}, tell=False)
    return kept


def write(
    incident: Incident,
    words: Words,
    *,
    actor: User,
    now: datetime,
    draft: UUID | None = None,
    was: Mapping[str, str] | None = None,
) -> Draft:
    """The row, within the transaction of the command that holds the incident; it records the entry."""
    page = words.page or (words.public_incident.page if words.public_incident else None)
    if page is None:
        raise RuleBroken("no_page", "There is no status page yet; an administrator can make one.", field="page")
    check_length(words.body)
    found = Draft.objects.filter(pk=draft).first() if draft else None
    if found:
        check_open(found, incident)
        _put(found, words, mine=_mine(found, words, was))
    else:
        found = Draft(pk=draft or uuid4(), incident=incident, created_at=now, author=actor)
        _put(found, words, mine=set(LABELS))
    found.page, found.public_incident = page, words.public_incident
    found.based_on = newest(words.public_incident) if words.based_on is None else words.based_on
    found.short, found.watch = words.short.strip(), words.watch
    found.updated_at = now
    found.save()
    return found


def _mine(kept: Draft, words: Words, was: Mapping[str, str] | None) -> set[str]:
    """The fields to be written: all, or those the writer changed where somebody says what they saw."""
    if was is None:
        return set(LABELS)
    now = spelled(kept.name, kept.state, kept.body, kept.statuses, kept.next_update_at)
    new = spelled(words.name, words.state, words.body, words.statuses, words.next_update_at)
    return set(conflicts.changed(now=now, was=was, new=new))


def _put(kept: Draft, words: Words, *, mine: set[str]) -> None:
    values = {
        "name": words.name.strip(),
        "state": words.state,
        "body": words.body.strip(),
        "statuses": dict(words.statuses),
        "next_update_at": words.next_update_at,
    }
    for name in mine:
        setattr(kept, name, values[name])


def spelled(
    name: str, state: str, body: str, statuses: Mapping[str, str], next_update_at: datetime | None
) -> dict[str, str]:
    """A bulletin field by field, as people compare it."""
    names = dict(Component.objects.filter(public_id__in=statuses).values_list("public_id", "name"))
    said = sorted(f"{names.get(one, one)}: {Status(status).label.lower()}" for one, status in statuses.items())
    return {
        "name": name,
        "state": State(state).label,
        "body": body,
        "statuses": ", ".join(said),
        "next_update_at": f"{next_update_at:%Y-%m-%d %H:%M} UTC" if next_update_at else "",
    }


def of(kept: Draft) -> dict[str, str]:
    """A draft as its next writer sees it."""
    return spelled(kept.name, kept.state, kept.body, kept.statuses, kept.next_update_at)


def keep_back(incident: Incident, because: str, *, now: datetime) -> None:
    """What is on its way out stays a draft and says why; the entry is saved with the next that is recorded.

    Nobody has to say any more whether a bulletin is right.
    """
    call_off(incident, now=now)
    for kept in incident.drafts.filter(publish_at__isnull=False, published_at=None, discarded_at=None):
        kept.publish_at, kept.publish_by, kept.refused = None, None, because
        kept.save()
        data = {"draft": str(kept.pk), "because": "kept_back"}
        timeline.add(incident, Kind.TAKEN_BACK, actor=None, at=now, body=because, data=data, tell=False)


def check_open(kept: Draft, incident: Incident) -> None:
    """It can still be written on."""
    gone = kept.incident_id != incident.pk or kept.published_at or kept.discarded_at
    check(not gone, "draft_gone", "This draft was published or thrown away meanwhile. Look at the page first.")
    check(kept.publish_at is None, "going_out", "This draft is going out right now. Take it back to change it.")


def words_of(kept: Draft) -> Words:
    """What would be published."""
    return Words(
        state=State(kept.state),
        body=kept.body,
        statuses={public_id: Status(status) for public_id, status in kept.statuses.items()},
        next_update_at=kept.next_update_at,
        name=kept.name,
        page=Page.objects.get(pk=kept.page_id),
        public_incident=kept.public_incident,
        based_on=kept.based_on,
        short=kept.short,
        watch=kept.watch,
    )


@transaction.atomic(durable=True)
def discard(draft: Draft, *, actor: User) -> Draft:
    """Throw it away; the row stays, and nobody sees it any more."""
    incident = Incident.objects.visible_to(actor).lock(draft.incident_id)
    require(actor, RESPOND, incident)
    kept = Draft.objects.get(pk=draft.pk, incident=incident)
    check_open(kept, incident)
    now = clock.now()
    kept.discarded_at = now
    kept.save()
    if kept.approvals.filter(answer=Approval.Answer.OPEN).exists():
        call_off(incident, now=now)
    data = {"draft": str(kept.pk), "discarded": True}
    timeline.record(incident, Kind.DRAFTED, actor=actor, at=now, body=kept.body, data=data, tell=False)
    return kept


def call_off(incident: Incident, *, now: datetime) -> None:
    """Nobody has to look at it any more; the caller holds the incident."""
    asked = Approval.objects.filter(incident=incident, answer=Approval.Answer.OPEN)
    if asked.update(answer=Approval.Answer.CALLED_OFF, answered_at=now):
        obligations.point_at(incident, Duty.PUBLIC_UPDATE, None)
