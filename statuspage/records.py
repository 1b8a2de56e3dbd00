"""What readers were told, put right afterwards: an impact, a slip of the pen, and what was never told at the time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from django.db import transaction

from kit import clock
from kit.rules import check, require
from statuspage import publishing
from statuspage.maintenance import Person
from statuspage.models import Bulletin, Page, PublicIncident
from statuspage.pages import MANAGE
from statuspage.publishing import Statement
from statuspage.vocabulary import Impact, State, Status

# A slip is put right at once and is small; everything else is another bulletin (E36).
EDIT_WITHIN, MOST_CHANGED = timedelta(minutes=10), 20


@dataclass(frozen=True)
class Afterwards:
    """An incident that is over, told when nobody told it at the time; statuses by the component's public id."""

    name: str
    began: str
    ended: str
    began_at: datetime
    ended_at: datetime
    statuses: Mapping[str, Status]


@transaction.atomic(durable=True)
def override_impact(public_incident: PublicIncident, impact: Impact | None, *, actor: Person) -> PublicIncident:
    """Let readers see another impact than the one reckoned; None goes back to that."""
    page = publishing.hold(public_incident.page_id)
    require(actor, MANAGE)
    held = PublicIncident.objects.get(pk=public_incident.pk)
    check(not held.is_maintenance, "maintenance", "A maintenance has no other impact.", field="impact")
    check(impact != Impact.MAINTENANCE, "no_such_impact", "Allowed are none, minor, major, critical.", field="impact")
    held.impact_override = impact or ""
    _changed(held, page, clock.now())
    return held


@transaction.atomic(durable=True)
def put_right(bulletin: Bulletin, body: str, *, actor: Person) -> Bulletin:
    """Correct a slip within ten minutes; it is marked as edited. Nobody is told again."""
    page = publishing.hold(bulletin.public_incident.page_id)
    require(actor, MANAGE)
    held, now = Bulletin.objects.select_related("public_incident").get(pk=bulletin.pk), clock.now()
    check(body.strip(), "no_text", "Write what readers should know.", field="body")
    check(
        may_be_put_right(held, now),
        "too_late",
        "A bulletin is edited within ten minutes; after that, say it in another one.",
        field="body",
    )
    check(
        _changed_characters(held.body, body.strip()) <= MOST_CHANGED,
        "too_much",
        f"An edit changes at most {MOST_CHANGED} characters; say more in another bulletin.",
        field="body",
    )
    held.body, held.updated_at = body.strip(), now
    held.save()
    _changed(held.public_incident, page, now)
    return held


def may_be_put_right(bulletin: Bulletin, now: datetime) -> bool:
    """Whether it is young enough that a slip may still be corrected."""
    return now - bulletin.created_at <= EDIT_WITHIN and not bulletin.public_incident.is_imported


@transaction.atomic(durable=True)
def tell_afterwards(page: Page, said: Afterwards, *, actor: Person) -> PublicIncident:
    """Write down what was over before anybody told it. It counts in the uptime; nobody is written to."""
    page = publishing.hold(page.pk)
    require(actor, MANAGE)
    now = clock.now()
    check(said.began_at < said.ended_at <= now, "bad_times", "It began before it ended, and is over.", field="ended_at")
    check(said.statuses, "no_components", "Name at least one component that was affected.", field="statuses")
    first = Statement(
        State.INVESTIGATING,
        said.began,
        said.statuses,
        name=said.name,
        display_at=said.began_at,
        tells_subscribers=False,
    )
    told = publishing.publish(first, page=page, author=actor.pk, at=now).public_incident
    last = Statement(State.RESOLVED, said.ended, display_at=said.ended_at, tells_subscribers=False)
    publishing.publish(last, public_incident=told, author=actor.pk, at=now)
    return PublicIncident.objects.get(pk=told.pk)


def _changed(held: PublicIncident, page: Page, at: datetime) -> None:
    held.revision += 1
    held.updated_at = at
    held.save()
    publishing.touch(page, at)


def _changed_characters(was: str, new: str) -> int:
    steps = SequenceMatcher(None, was, new, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for kind, i1, i2, j1, j2 in steps if kind != "equal")
