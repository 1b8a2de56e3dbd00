"""Scheduled maintenance: announced, moved, begun, checked, completed or cancelled; each step is a bulletin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Protocol

from django.db import transaction

from kit import clock
from kit.lines import check_line
from kit.rules import Actor, check, require
from statuspage import publishing
from statuspage.models import AffectedComponent, Bulletin, Component, Page, PublicIncident
from statuspage.publishing import LONGEST_NAME, Statement
from statuspage.vocabulary import State, Status

MANAGE = "statuspage.manage_maintenance"
LONGEST_BODY = 5000
# Whoever has just been told something need not be reminded, too.
SAID_LATELY = timedelta(minutes=15)
# What a step says when nobody writes anything else.
WORDS = {
    State.IN_PROGRESS: "The maintenance has begun.",
    State.VERIFYING: "The work is done. We are checking that everything is well.",
    State.COMPLETED: "The maintenance is complete.",
}
NEXT = {
    State.SCHEDULED: (State.IN_PROGRESS,),
    State.IN_PROGRESS: (State.VERIFYING, State.COMPLETED),
    State.VERIFYING: (State.IN_PROGRESS, State.COMPLETED),
    State.COMPLETED: (),
}


class Person(Actor, Protocol):
    """Whoever acts is also the author of the bulletin."""

    pk: Any


# What a maintenance may do to a component while it goes on.
EFFECTS = (Status.UNDER_MAINTENANCE, Status.DEGRADED_PERFORMANCE, Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE)
REMIND_BEFORE = timedelta(minutes=60)
LONGEST_REMINDER = timedelta(days=7)


@dataclass(frozen=True)
class Plan:
    """A maintenance as it is announced; `is_automatic` lets the clock begin and complete it.

    `effects` says by a component's public id what happens to it, where that is not “under maintenance”.
    Without `remind_before` nobody is reminded.
    """

    name: str
    body: str
    starts_at: datetime
    ends_at: datetime
    components: Sequence[Component] = ()
    is_automatic: bool = True
    effects: Mapping[str, Status] = field(default_factory=dict)
    remind_before: timedelta | None = REMIND_BEFORE


@transaction.atomic(durable=True)
def schedule(page: Page, plan: Plan, *, actor: Person) -> PublicIncident:
    """Announce a maintenance; subscribers are told at once."""
    page = publishing.hold(page.pk)
    require(actor, MANAGE)
    now = clock.now()
    name = plan.name.strip()
    check_line(name, "no_name", "Say in a few words what is done.", field="name")
    check(len(name) <= LONGEST_NAME, "name_too_long", f"At most {LONGEST_NAME} characters.", field="name")
    _check_window(plan.starts_at, plan.ends_at, now)
    check(plan.starts_at > now, "begun_already", "It must begin at a time ahead.", field="starts_at")
    _check_components(plan)
    made = PublicIncident.objects.create(
        page=page,
        is_maintenance=True,
        name=name,
        state=State.SCHEDULED,
        started_at=now,
        scheduled_for=plan.starts_at,
        scheduled_until=plan.ends_at,
        is_automatic=plan.is_automatic,
        effects={public_id: Status(status) for public_id, status in plan.effects.items()},
        remind_at=_remind_at(plan.starts_at, plan.remind_before, now),
        created_at=now,
        updated_at=now,
    )
    named = {component.public_id: Status.OPERATIONAL for component in plan.components}
    _say(made, State.SCHEDULED, _body(plan.body), now, actor, named)
    return made


@transaction.atomic(durable=True)
def reschedule(
    maintenance: PublicIncident, starts_at: datetime, ends_at: datetime, body: str, *, actor: Person
) -> PublicIncident:
    """Move it, or only its end once it has begun; the reason is told to subscribers."""
    held = _hold(maintenance, actor)
    now = clock.now()
    check(held.state != State.COMPLETED, "over", "This maintenance is over.")
    _check_window(starts_at, ends_at, now)
    if held.state == State.SCHEDULED:
        check(starts_at > now, "begun_already", "It must begin at a time ahead.", field="starts_at")
    else:
        check(starts_at == held.scheduled_for, "begun", "It has begun; only its end can be moved.", field="starts_at")
    assert held.scheduled_for is not None
    before = held.scheduled_for - held.remind_at if held.remind_at else REMIND_BEFORE
    if held.state == State.SCHEDULED and starts_at != held.scheduled_for:
        held.remind_at = _remind_at(starts_at, before, now)
    held.scheduled_for, held.scheduled_until = starts_at, ends_at
    _say(held, State(held.state), _body(body), now, actor, is_news=True)
    return held


@transaction.atomic(durable=True)
def update(maintenance: PublicIncident, body: str, *, actor: Person) -> Bulletin:
    """Tell readers more, without a change of state."""
    held = _hold(maintenance, actor)
    check(held.state != State.COMPLETED, "over", "This maintenance is over.")
    return _say(held, State(held.state), _body(body), clock.now(), actor)


@transaction.atomic(durable=True)
def start(maintenance: PublicIncident, body: str = "", *, actor: Person) -> PublicIncident:
    """Begin it by hand, or go on after verifying; its components are under maintenance from now on."""
    return _step(maintenance, State.IN_PROGRESS, body, actor)


@transaction.atomic(durable=True)
def verify(maintenance: PublicIncident, body: str = "", *, actor: Person) -> PublicIncident:
    """The work is done and is being checked; the components stay as they are."""
    return _step(maintenance, State.VERIFYING, body, actor)


@transaction.atomic(durable=True)
def complete(maintenance: PublicIncident, body: str = "", *, actor: Person) -> PublicIncident:
    """It is over; its components are operational again, unless an incident holds them."""
    return _step(maintenance, State.COMPLETED, body, actor)


@transaction.atomic(durable=True)
def cancel(maintenance: PublicIncident, body: str, *, actor: Person) -> PublicIncident:
    """It will not take place. Readers see why; clients see it completed, for they know no other end."""
    held = _hold(maintenance, actor)
    check(held.state == State.SCHEDULED, "begun", "It has begun; complete it instead.")
    now = clock.now()
    held.cancelled_at, held.is_automatic = now, False
    _say(held, State.COMPLETED, _body(body), now, actor)
    return held


def advance(now: datetime) -> int:
    """Remind of what begins soon, begin and complete what is due and was left to the clock; returns how many steps.

    After an outage it speaks once: what is over by now is completed, and was never begun.
    """
    soon = PublicIncident.objects.ahead().filter(remind_at__lte=now).values_list("pk", "page")
    return sum(_remind(pk, page, now) for pk, page in list(soon)) + _go_on(now)


def _go_on(now: datetime) -> int:
    left_to_us = PublicIncident.objects.maintenances().filter(is_automatic=True, is_imported=False)
    begins = left_to_us.filter(state=State.SCHEDULED, scheduled_for__lte=now)
    ends = left_to_us.filter(state__in=(State.IN_PROGRESS, State.VERIFYING), scheduled_until__lte=now)
    due = [*begins.values_list("pk", "page"), *ends.values_list("pk", "page")]
    return sum(_advance(pk, page, now) for pk, page in due)


@transaction.atomic(durable=True)
def _remind(pk: int, page: int, now: datetime) -> bool:
    """Say once that it begins soon, unless somebody said something just before, or it begins at this moment."""
    publishing.hold(page)
    held = PublicIncident.objects.select_related("page").get(pk=pk)
    assert held.scheduled_for is not None
    if held.remind_at is None or held.state != State.SCHEDULED:
        return False
    newest = held.bulletins.first()
    said_lately = newest is not None and now - newest.created_at < SAID_LATELY
    held.remind_at = None
    held.save()
    if said_lately or held.scheduled_for <= now:
        return False
    words = f"The maintenance begins at {held.scheduled_for.astimezone(UTC):%H:%M UTC on %-d %B %Y}."
    _say(held, State.SCHEDULED, words, now, None, is_news=True)
    return True


def _remind_at(starts_at: datetime, before: timedelta | None, now: datetime) -> datetime | None:
    """None where nobody wants it, or where it has just been announced."""
    at = starts_at - before if before else None
    return at if at and at > now else None


@transaction.atomic(durable=True)
def _advance(pk: int, page: int, now: datetime) -> bool:
    """One step, unless another ticker or a hand was faster."""
    publishing.hold(page)
    held = PublicIncident.objects.select_related("page").get(pk=pk)
    to = _due_step(held, now)
    if to is not None:
        _say(held, to, WORDS[to], now, None, _working_on(held) if to == State.IN_PROGRESS else {})
    return to is not None


def _due_step(held: PublicIncident, now: datetime) -> State | None:
    if not held.is_automatic or held.state == State.COMPLETED:
        return None
    assert held.scheduled_for is not None
    assert held.scheduled_until is not None
    if held.scheduled_until <= now:
        return State.COMPLETED
    return State.IN_PROGRESS if held.state == State.SCHEDULED and held.scheduled_for <= now else None


def _step(maintenance: PublicIncident, to: State, body: str, actor: Person) -> PublicIncident:
    held = _hold(maintenance, actor)
    check(
        to in NEXT[State(held.state)],
        "no_such_step",
        f"A maintenance that is {State(held.state).label.lower()} cannot become {to.label.lower()}.",
    )
    # By hand once means by hand from then on.
    held.is_automatic = False
    named = _working_on(held) if to == State.IN_PROGRESS else {}
    _say(held, to, body.strip() or WORDS[to], clock.now(), actor, named)
    return held


def _hold(maintenance: PublicIncident, actor: Person) -> PublicIncident:
    publishing.hold(maintenance.page_id)
    require(actor, MANAGE)
    held = PublicIncident.objects.maintenances().select_related("page").get(pk=maintenance.pk)
    check(not held.is_imported, "imported", "An imported maintenance is history; nothing is added to it.")
    return held


def _say(
    held: PublicIncident,
    state: State,
    body: str,
    now: datetime,
    actor: Person | None,
    statuses: Mapping[str, Status] = MappingProxyType({}),
    *,
    is_news: bool = False,
) -> Bulletin:
    author = actor.pk if actor else None
    return publishing.say(held, Statement(state, body, statuses, is_news=is_news), author=author, at=now)


def _working_on(held: PublicIncident) -> dict[str, Status]:
    named = AffectedComponent.objects.filter(bulletin__public_incident=held, component__retired_at=None)
    return {
        public_id: Status(held.effects.get(public_id, Status.UNDER_MAINTENANCE))
        for public_id in named.values_list("component__public_id", flat=True)
    }


def _body(text: str) -> str:
    check(text.strip(), "no_text", "Write what readers should know.", field="body")
    check(len(text.strip()) <= LONGEST_BODY, "too_long", f"At most {LONGEST_BODY} characters.", field="body")
    return text.strip()


def _check_components(plan: Plan) -> None:
    check(plan.components, "no_components", "Tick at least one component that is worked on.", field="components")
    allowed = ", ".join(EFFECTS)
    check(set(plan.effects.values()) <= set(EFFECTS), "bad_effect", f"Allowed are {allowed}.", field="effects")
    strangers = set(plan.effects) - {component.public_id for component in plan.components}
    check(not strangers, "no_such_component", f"Not worked on: {', '.join(sorted(strangers))}.", field="effects")
    before = plan.remind_before or timedelta()
    check(
        timedelta() <= before <= LONGEST_REMINDER,
        "bad_reminder",
        "A reminder comes at most seven days before.",
        field="remind_before",
    )


def _check_window(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    check(ends_at > starts_at, "ends_before_start", "It must end after it begins.", field="ends_at")
    check(ends_at > now, "over_already", "It must end at a time ahead.", field="ends_at")
