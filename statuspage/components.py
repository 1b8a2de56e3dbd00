"""Components and groups: added, described, put in order and retired by operators. Their status is not set here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from kit import clock
from kit.lines import check_line
from kit.rules import Actor, check, require
from statuspage import publishing
from statuspage.models import Component, Page, PublicIncident
from statuspage.pages import MANAGE
from statuspage.vocabulary import Status


@dataclass(frozen=True)
class Part:
    """What operators decide about a component; a group is never in another."""

    name: str
    description: str = ""
    group: Component | None = None
    is_group: bool = False
    showcase: bool = True
    only_show_if_degraded: bool = False
    # From when on its uptime is measured; without it, from today.
    start_date: date | None = None


@transaction.atomic(durable=True)
def add(page: Page, part: Part, *, actor: Actor) -> Component:
    """A new component or group, operational, at the end of its group or of the page."""
    page = publishing.hold(page.pk)
    require(actor, MANAGE)
    now = clock.now()
    made = Component(page=page, is_group=part.is_group, status=Status.OPERATIONAL, created_at=now, updated_at=now)
    made.position = Component.objects.filter(page=page).count() + 1
    made.start_date = now.astimezone(page.zone).date()
    _describe(made, part)
    _number(page)
    publishing.touch(page, now)
    return made


@transaction.atomic(durable=True)
def change(component: Component, part: Part, *, actor: Actor) -> Component:
    """Rename, describe, or move to another group. What bulletins have said keeps the name of then (E37)."""
    page = publishing.hold(component.page_id)
    require(actor, MANAGE)
    held = Component.objects.get(pk=component.pk)
    check(held.retired_at is None, "retired", "This component is retired.")
    now = clock.now()
    held.updated_at = now
    if part.group != held.group:
        held.position = Component.objects.filter(page=page).count() + 1
    _describe(held, part)
    _number(page)
    publishing.touch(page, now)
    return held


@transaction.atomic(durable=True)
def move(component: Component, by: int, *, actor: Actor) -> Component:
    """Put it before (-1) or behind (1) its neighbour; nothing happens at the end."""
    page = publishing.hold(component.page_id)
    require(actor, MANAGE)
    check(component.retired_at is None, "retired", "This component is retired.")
    siblings = list(Component.objects.current().filter(page=page, group=component.group_id))
    here = [one.pk for one in siblings].index(component.pk)
    there = min(max(here + by, 0), len(siblings) - 1)
    siblings.insert(there, siblings.pop(here))
    for place, sibling in enumerate(siblings):
        # In between, so that the whole page can be numbered again.
        Component.objects.filter(pk=sibling.pk).update(position=place)
    _number(page)
    publishing.touch(page, clock.now())
    return Component.objects.get(pk=component.pk)


@transaction.atomic(durable=True)
def retire(component: Component, *, actor: Actor) -> Component:
    """Take it off the page; old incidents go on naming it. Refused while an open one does (E37)."""
    page = publishing.hold(component.page_id)
    require(actor, MANAGE)
    held = Component.objects.get(pk=component.pk)
    naming_it = PublicIncident.objects.current().filter(bulletins__affected__component=held).first()
    check(naming_it is None, "in_use", f"“{naming_it}” is open and names it; it can be retired when that is over.")
    check(
        not Component.objects.current().filter(group=held).exists(),
        "not_empty",
        "This group still has components; retire them or move them elsewhere first.",
    )
    held.retired_at = held.updated_at = clock.now()
    held.group = None
    held.save()
    publishing.touch(page, held.retired_at)
    return held


def _describe(component: Component, part: Part) -> None:
    name = part.name.strip()
    check(len(name) <= 120, "bad_name", "Give it a name of at most 120 characters.", field="name")
    check_line(name, "bad_name", "Give it a name of at most 120 characters.", field="name")
    check(len(part.description.strip()) <= 240, "too_long", "At most 240 characters.", field="description")
    same = Component.objects.current().filter(page=component.page, name__iexact=name, group=part.group)
    check(not same.exclude(pk=component.pk).exists(), "name_taken", "Another component has this name.", field="name")
    _check_group(component, part.group)
    component.name, component.description, component.group = name, part.description.strip(), part.group
    component.showcase, component.only_show_if_degraded = part.showcase, part.only_show_if_degraded
    component.start_date = part.start_date or component.start_date
    component.save()


def _check_group(component: Component, group: Component | None) -> None:
    fits = group is None or (
        group.is_group and group.page_id == component.page_id and not component.is_group and group.retired_at is None
    )
    check(fits, "bad_group", "Choose a group of this page; a group cannot stand in another.", field="group")


def _number(page: Page) -> None:
    """Positions count through the whole page, a group's components right behind it: clients sort by them alone."""
    current = list(Component.objects.current().filter(page=page))
    order: list[Component] = []
    for one in _beneath(None, current):
        order += [one, *_beneath(one.pk, current)]
    for position, component in enumerate(order, start=1):
        if component.position != position:
            Component.objects.filter(pk=component.pk).update(position=position)


def _beneath(group: int | None, current: Sequence[Component]) -> list[Component]:
    return [one for one in current if one.group_id == group]
