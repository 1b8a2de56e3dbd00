"""What operators see of their pages: how each stands, what is open, and whether readers see the newest. A question."""

from dataclasses import dataclass
from datetime import datetime

from statuspage import reading, snapshot
from statuspage.models import Component, Page, PublicIncident, Subscriber
from statuspage.reading import Content
from statuspage.shelf import Standing
from statuspage.vocabulary import Status


@dataclass(frozen=True)
class Row:
    """A component, or a group, with its status as readers see it."""

    component: Component
    status: Status
    is_first: bool = False
    is_last: bool = False


@dataclass(frozen=True)
class Overview:
    """One page at a glance."""

    page: Page
    content: Content
    rows: list[Row]
    shown: Standing | None
    subscribers: int

    @property
    def is_live(self) -> bool:
        """Whether this host's files hold everything that was published."""
        return self.shown is not None and self.shown.version >= self.page.version

    @property
    def unresolved(self) -> list[PublicIncident]:
        return self.content.unresolved

    @property
    def maintenances(self) -> list[PublicIncident]:
        return [*self.content.under_way, *self.content.ahead]


def overviews(now: datetime) -> list[Overview]:
    return [overview(page, now) for page in Page.objects.all()]


def overview(page: Page, now: datetime) -> Overview:
    content = reading.read_current(page, now)
    return Overview(
        page=page,
        content=content,
        rows=rows(content),
        shown=snapshot.standing(page),
        subscribers=Subscriber.objects.confirmed().filter(page=page).count(),
    )


def rows(content: Content) -> list[Row]:
    """Every component in the order of the page, a group before its own."""
    found: list[Row] = []
    top = [one for one in content.shown if one.group_id is None]
    for one in top:
        found.append(Row(one, content.status(one), one is top[0], one is top[-1]))
        children = content.children.get(one.pk, []) if one.is_group else []
        found += [Row(child, content.status(child), child is children[0], child is children[-1]) for child in children]
    return found
