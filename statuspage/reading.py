"""One consistent look at everything a page says, taken at one instant and handed to whatever draws it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db import connection, transaction

from statuspage import rollup, uptime
from statuspage.models import AffectedComponent, Bulletin, Component, Page, PublicIncident
from statuspage.questions import PublicIncidentQuerySet
from statuspage.rollup import Headline
from statuspage.uptime import Claim, Weights, Window
from statuspage.vocabulary import ENDING, UNRESOLVED, State, Status, status_of

# What was said within these days may still change, and is drawn with every version of the page.
FRESH = timedelta(days=14)
NEWEST = 50


@contextmanager
def at_one_instant() -> Iterator[None]:
    """What is read inside belongs together, whatever is published meanwhile.

    SQLite's immediate transactions and PostgreSQL's repeatable read both give that. Within somebody
    else's transaction (a test's) nothing can be asked for, and nothing is.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@dataclass(frozen=True)
class Content:
    """Everything a page says. Bulletins are there for those that `fill` was called with."""

    page: Page
    at: datetime
    # By primary key, retired ones too: old incidents name them.
    components: dict[int, Component]
    # Newest first; all of them, or those that `read` names.
    incidents: list[PublicIncident]
    maintenances: list[PublicIncident]
    # When the first of all that is told began.
    goes_back_to: datetime | None

    @cached_property
    def shown(self) -> list[Component]:
        """Every component and group that is not retired, by position."""
        return sorted(
            (one for one in self.components.values() if one.retired_at is None), key=lambda one: (one.position, one.pk)
        )

    @cached_property
    def leaves(self) -> list[Component]:
        return [one for one in self.shown if not one.is_group]

    @cached_property
    def children(self) -> dict[int | None, list[Component]]:
        """The leaves of each group, by the group's primary key; None for those that stand alone."""
        found: dict[int | None, list[Component]] = defaultdict(list)
        for leaf in self.leaves:
            found[leaf.group_id].append(leaf)
        return found

    @cached_property
    def headline(self) -> Headline:
        return rollup.headline([status_of(leaf.status) for leaf in self.leaves])

    def status(self, component: Component) -> Status:
        """A leaf's own; a group's is its worst child."""
        if component.is_group:
            return rollup.worst(child.status for child in self.children[component.pk])
        return status_of(component.status)

    @cached_property
    def unresolved(self) -> list[PublicIncident]:
        return [one for one in self.incidents if one.is_current and one.state in UNRESOLVED]

    @cached_property
    def ahead(self) -> list[PublicIncident]:
        """Maintenances that are announced, the next one first."""
        found = [one for one in self.maintenances if one.is_current and one.state == State.SCHEDULED]
        return sorted(found, key=lambda one: one.scheduled_for or one.created_at)

    @cached_property
    def under_way(self) -> list[PublicIncident]:
        return [one for one in self.maintenances if one.is_current and one.state != State.SCHEDULED]

    @cached_property
    def everything(self) -> list[PublicIncident]:
        """Incidents and maintenances together, the newest first."""
        return sorted([*self.incidents, *self.maintenances], key=lambda one: (one.created_at, one.pk), reverse=True)

    @cached_property
    def fresh(self) -> list[PublicIncident]:
        """What goes on, and what was said of late; everything else is history that hardly ever changes."""
        return [one for one in self.everything if one.is_current or one.updated_at >= self.at - FRESH]

    @cached_property
    def updated_at(self) -> datetime:
        """When the page last changed; never before anything on it did."""
        of_components = [one.updated_at for one in self.shown]
        return max([self.page.updated_at, *of_components, *(one.updated_at for one in self.everything)])

    @cached_property
    def weights(self) -> Weights:
        return Weights(self.page.major_weight, self.page.partial_weight, self.page.degraded_weight)

    @cached_property
    def today(self) -> date:
        return self.at.astimezone(self.page.zone).date()

    @cached_property
    def bars_begin_at(self) -> datetime:
        return uptime.first_instant(self.today - timedelta(days=uptime.DAYS - 1), self.page.zone)

    @cached_property
    def of_late(self) -> list[PublicIncident]:
        """What may have touched the ninety days of the bars."""
        return [one for one in self.everything if self._not_over_before(one) >= self.bars_begin_at]

    def _not_over_before(self, incident: PublicIncident) -> datetime:
        """The latest that is known of its end without its bulletins."""
        return incident.started_at if incident.lacks_its_end else incident.resolved_at or self.at

    @cached_property
    def windows(self) -> dict[int, list[Window]]:
        """Each component's spans of trouble within the ninety days, without overlaps."""
        found: dict[int, list[Window]] = defaultdict(list)
        for incident in self.of_late:
            for component, spans in uptime.windows(claims(incident), self._over_at(incident)).items():
                found[component] += spans
        return {component: uptime.merged(spans, self.weights) for component, spans in found.items()}

    def _over_at(self, incident: PublicIncident) -> datetime:
        if incident.lacks_its_end:
            return incident.told[0].display_at if incident.told else incident.started_at
        return incident.resolved_at or self.at


def claims(incident: PublicIncident) -> list[Claim]:
    """What its bulletins say of components, oldest first; the end says operational of all it named.

    An announcement only repeats how things stood.
    """
    found: list[Claim] = []
    for bulletin in incident.told[::-1]:
        if bulletin.state in ENDING:
            named = {claim.component for claim in found}
            found += [Claim(bulletin.display_at, component, Status.OPERATIONAL) for component in sorted(named)]
        elif bulletin.state != State.SCHEDULED:
            found += [
                Claim(bulletin.display_at, one.component_id, status_of(one.new_status)) for one in bulletin.touches
            ]
    return found


def read(page: Page, at: datetime) -> Content:
    """The page's components, and of its history what the ninety days, the first sheets and the lists need.

    However long the history is, this reads as much as for a short one.
    """
    of_page = PublicIncident.objects.filter(page=page)
    of_late = of_page.needed_of_late(at)
    # The lists of the newest may reach back further.
    newest = [
        kind.telling().order_by("-created_at", "-pk").values("pk")[:NEWEST]
        for kind in (of_page.incidents(), of_page.maintenances())
    ]
    return _content(page, at, of_late | of_page.filter(pk__in=newest[0]) | of_page.filter(pk__in=newest[1]))


def read_current(page: Page, at: datetime) -> Content:
    """The same without what is over."""
    return _content(page, at, PublicIncident.objects.current().filter(page=page))


def frame(page: Page, at: datetime, goes_back_to: datetime | None) -> Content:
    """The page and its components, and no incident yet."""
    components = {one.pk: one for one in Component.objects.filter(page=page)}
    return Content(page, at, components, incidents=[], maintenances=[], goes_back_to=goes_back_to)


def within(frame: Content, asked: PublicIncidentQuerySet) -> Content:
    """The frame with these incidents and maintenances of its page."""
    found = sorted(asked.select_related("came_of"), key=lambda one: (one.started_at, one.pk), reverse=True)
    for incident in found:
        incident.page = frame.page
    return replace(
        frame,
        incidents=[one for one in found if not one.is_maintenance],
        maintenances=[one for one in found if one.is_maintenance],
    )


def _content(page: Page, at: datetime, asked: PublicIncidentQuerySet) -> Content:
    goes_back_to = PublicIncident.objects.filter(page=page).begun().first_began()
    return within(frame(page, at, goes_back_to), asked)


def fill(incidents: Iterable[PublicIncident]) -> None:
    """Fetch the bulletins of these, and what they say of components, in two statements.

    By hand, because Django's own way makes a QuerySet for each row, which costs more than the rows.
    """
    asked = {incident.pk: incident for incident in incidents}
    touches, told = defaultdict(list), defaultdict(list)
    for affected in AffectedComponent.objects.filter(bulletin__public_incident__in=asked):
        touches[affected.bulletin_id].append(affected)
    for bulletin in Bulletin.objects.filter(public_incident__in=asked):
        bulletin.public_incident, bulletin.touches = asked[bulletin.public_incident_id], touches[bulletin.pk]
        told[bulletin.public_incident_id].append(bulletin)
    for pk, incident in asked.items():
        incident.told = told[pk]
