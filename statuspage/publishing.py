"""Publishing: a bulletin and what follows from it; the only place where a component's status changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import F

from kit.lines import check_line
from kit.rules import RuleBroken, check
from statuspage import rollup, snapshot
from statuspage.models import AffectedComponent, Bulletin, Component, Page, PublicIncident, Untold
from statuspage.vocabulary import ENDED, ENDING, INCIDENT_STATES, UNRESOLVED, State, Status

LONGEST_NAME = 200


@dataclass(frozen=True)
class Statement:
    """What is to be said: `statuses` maps a component's public id to its new status."""

    state: State
    body: str
    statuses: Mapping[str, Status] = field(default_factory=dict)
    next_update_at: datetime | None = None
    name: str = ""
    # When it holds for readers, where that is not now.
    display_at: datetime | None = None
    tells_subscribers: bool = True
    # It is news although the state stays (a reminder, another time, a correction).
    is_news: bool = False


def publish(
    said: Statement,
    *,
    page: Page | None = None,
    public_incident: PublicIncident | None = None,
    author: UUID | None,
    at: datetime,
) -> Bulletin:
    """Say it: opens a public incident on `page`, or adds to the one given. Joins the caller's transaction.

    Raises `RuleBroken` for a state that is none of a public incident's, words that are missing or too
    long, a component that is not on the page, an imported public incident, a post-mortem before the end,
    and a `display_at` ahead of now or before the bulletin before it.
    """
    check(
        said.state in INCIDENT_STATES,
        "no_such_state",
        f"Allowed are {', '.join(INCIDENT_STATES)}.",
        field="state",
    )
    check(said.body.strip(), "no_text", "Write what readers should know.", field="body")
    held = hold(public_incident.page_id if public_incident else _named(page).pk)
    target = _again(public_incident, said) if public_incident else _open(held, said, at)
    _check_order(target, said, at)
    return say(target, said, author=author, at=at)


def hold(page_pk: int) -> Page:
    """Lock the page for the rest of the transaction.

    Whoever changes what a page says holds it: two incidents that resolve at once would otherwise each see
    the other still open, and both would leave their common component as it was.
    """
    return Page.objects.select_for_update(of=("self",)).get(pk=page_pk)


def say(target: PublicIncident, said: Statement, *, author: UUID | None, at: datetime) -> Bulletin:
    """Add a bulletin to a public incident or maintenance whose page the caller holds, with all that follows."""
    components = _components(target.page_id, said)
    bulletin = Bulletin.objects.create(
        public_incident=target,
        state=said.state,
        body=said.body.strip(),
        display_at=said.display_at or at,
        created_at=at,
        updated_at=at,
        next_update_at=said.next_update_at,
        tells_subscribers=said.tells_subscribers,
        is_news=said.is_news,
        author_id=author,
    )
    _affect(bulletin, components, at)
    _advance(target, bulletin, at)
    Untold.objects.create(kind=Untold.Kind.BULLETIN, bulletin=bulletin, created_at=at)
    touch(target.page, at)
    return bulletin


def touch(page: Page, at: datetime) -> None:
    """The page says something else from this commit on: count its version and render it right after."""
    Page.objects.filter(pk=page.pk).update(version=F("version") + 1, updated_at=at)
    # Robust: what was published is published, even where its rendering fails; the ticker renders it then.
    transaction.on_commit(partial(snapshot.render, page.pk), robust=True)


def _named(page: Page | None) -> Page:
    if page is None:
        raise RuleBroken("no_page", "Say on which status page.", field="page")
    return page


def _again(public_incident: PublicIncident, said: Statement) -> PublicIncident:
    target = PublicIncident.objects.select_related("page").get(pk=public_incident.pk)
    check(not target.is_imported, "imported", "An imported public incident is history; nothing is added to it.")
    check(not target.is_maintenance, "maintenance", "A maintenance goes its own way; use its own steps.")
    if said.state == State.POSTMORTEM:
        check(target.state in ENDED, "not_over", "A post-mortem comes after the incident is resolved.", field="state")
        check(not said.statuses, "is_over", "It is over; a post-mortem changes no component.", field="statuses")
    return target


def _open(page: Page, said: Statement, at: datetime) -> PublicIncident:
    name = said.name.strip()
    check_line(name, "no_name", "Give it a title: in simple terms, what is the issue?", field="name")
    check(len(name) <= LONGEST_NAME, "name_too_long", f"At most {LONGEST_NAME} characters.", field="name")
    check(said.state != State.POSTMORTEM, "not_over", "An incident does not begin with its post-mortem.", field="state")
    return PublicIncident.objects.create(
        page=page, name=name, state=said.state, started_at=said.display_at or at, created_at=at, updated_at=at
    )


def _check_order(target: PublicIncident, said: Statement, at: datetime) -> None:
    """Readers see bulletins by when they hold, and the newest says how things stand: nothing slips in below it."""
    if said.display_at is None:
        return
    check(said.display_at <= at, "not_yet", "A bulletin cannot hold from a time ahead.", field="display_at")
    newest = target.bulletins.first()
    check(
        newest is None or newest.display_at <= said.display_at,
        "out_of_order",
        "A bulletin cannot hold from before the one that is out already.",
        field="display_at",
    )


def _components(page_pk: int, said: Statement) -> dict[Component, Status]:
    found = Component.objects.leaves().filter(page=page_pk, public_id__in=said.statuses)
    known = {component.public_id: component for component in found}
    strangers = set(said.statuses) - set(known)
    check(not strangers, "no_such_component", f"Not on this page: {', '.join(sorted(strangers))}.", field="statuses")
    return {known[public_id]: Status(status) for public_id, status in said.statuses.items()}


def _affect(bulletin: Bulletin, given: Mapping[Component, Status], at: datetime) -> None:
    """Set the statuses a bulletin gives; one that ends it clears what no other open incident holds (E9, SUP2-2)."""
    target = bulletin.public_incident
    changes = dict(given)
    if bulletin.state in ENDING:
        changes = {component: _held_by_others(target, component) for component in (*_touched(target), *given)}
    for component, status in changes.items():
        is_announced = bulletin.state == State.SCHEDULED
        AffectedComponent.objects.create(
            bulletin=bulletin,
            component=component,
            name=component.name,
            old_status=component.status,
            new_status=component.status if is_announced else status,
        )
        # What is announced has not begun, and changes nothing.
        if is_announced:
            continue
        shown = rollup.worst([status, _held_by_others(target, component)])
        if shown != component.status:
            component.status, component.updated_at = shown, at
            component.save()


def _touched(public_incident: PublicIncident) -> list[Component]:
    """Every component a bulletin of this incident has named."""
    return list(Component.objects.filter(affected_by__bulletin__public_incident=public_incident).distinct())


def _held_by_others(public_incident: PublicIncident, component: Component) -> Status:
    """The worst that other open incidents and maintenances of the page last said of the component."""
    others = PublicIncident.objects.current().filter(page=public_incident.page_id).exclude(pk=public_incident.pk)
    naming_it = others.filter(bulletins__affected__component=component).distinct()
    return rollup.worst(_last_said(other, component) for other in naming_it)


def _last_said(public_incident: PublicIncident, component: Component) -> str:
    last = (
        AffectedComponent.objects.filter(bulletin__public_incident=public_incident, component=component)
        .exclude(bulletin__state=State.SCHEDULED)
        .order_by("-bulletin__display_at", "-bulletin__pk")
        .first()
    )
    return last.new_status if last else Status.OPERATIONAL


def _advance(target: PublicIncident, bulletin: Bulletin, at: datetime) -> None:
    target.state = bulletin.state
    target.next_update_at = bulletin.next_update_at if bulletin.state in UNRESOLVED else None
    target.updated_at = at
    target.revision += 1
    if bulletin.state in (State.MONITORING, State.VERIFYING) and target.monitoring_at is None:
        target.monitoring_at = bulletin.display_at
    if bulletin.state not in ENDED:
        target.resolved_at = None
    elif target.resolved_at is None:
        target.resolved_at = bulletin.display_at
    # What stays of a component after the end is the doing of others, and not this one's impact.
    if bulletin.state not in ENDED:
        said = [affected.new_status for affected in bulletin.affected.all()]
        target.impact = rollup.worst_impact([target.impact, rollup.impact_of(said)])
    target.save()
