"""The HTML sheets of the page: what each shows, drawn by its template."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from statuspage import documents, drawing, feeds, history, uptime, wording
from statuspage.models import Bulletin, Component, PublicIncident
from statuspage.reading import Content
from statuspage.uptime import Day
from statuspage.vocabulary import Status

# With more components than these the bars stand on the page of uptimes alone.
MOST_WITH_BARS = 100
# So many months of all pages are kept as they were drawn.
MOST_MONTHS = 120


@dataclass(frozen=True)
class Told:
    """One incident or maintenance as the page tells it."""

    incident: PublicIncident
    content: Content

    @cached_property
    def updates(self) -> list[tuple[Bulletin, str]]:
        """Bulletins with their labels, newest first."""
        return feeds.labelled(self.incident)

    @cached_property
    def came_of(self) -> PublicIncident | None:
        """The maintenance that broke what this is about."""
        return self.incident.came_of

    @cached_property
    def latest(self) -> Bulletin | None:
        return self.updates[0][0] if self.updates else None

    @cached_property
    def names(self) -> list[str]:
        """What it touched, by the names of then."""
        said = {one.component_id: one.name for bulletin, _ in self.updates for one in bulletin.touches}
        order = {component.pk: place for place, component in enumerate(documents.touched(self.incident, self.content))}
        return [name for _, name in sorted(said.items(), key=lambda one: order[one[0]])]

    @cached_property
    def lasted(self) -> timedelta | None:
        """From its start to its end, or up to now; not known where its end is not."""
        begun = self.incident.scheduled_for or self.incident.started_at
        if self.incident.lacks_its_end or self.incident.cancelled_at or begun > self.content.at:
            return None
        return (self.incident.resolved_at or self.content.at) - begun

    @cached_property
    def promise(self) -> datetime | None:
        """The next update's time while it lies ahead: readers are never shown that something is overdue (SUP3-4)."""
        promised = self.incident.next_update_at if self.incident.is_current else None
        return promised if promised and promised > self.content.at else None


@dataclass(frozen=True)
class Part:
    """One component with its bars, or a group with its parts."""

    component: Component
    status: Status
    share: Fraction | None
    content: Content
    parts: list["Part"]

    @cached_property
    def days(self) -> list[Day]:
        """Ninety, oldest first; none for a group, and where its uptime is not published."""
        if self.component.is_group or self.share is None:
            return []
        apart, page = self.content.windows.get(self.component.pk, []), self.content.page
        since, weights = self.component.start_date, self.content.weights
        return uptime.days(apart, now=self.content.at, zone=page.zone, since=since, weights=weights)

    @property
    def word(self) -> str:
        """Its status as it was stored, so that one nobody knows is said to be unknown."""
        return self.status if self.component.is_group else self.component.status

    @property
    def percent(self) -> str:
        return "" if self.share is None else uptime.percent(self.share)

    @property
    def is_shown(self) -> bool:
        return not self.component.only_show_if_degraded or self.status != Status.OPERATIONAL

    @cached_property
    def bars(self) -> SafeString:
        return drawing.bars(self.days, wording.of_ninety_days(self.component.name, self.days, self.percent))

    @property
    def troubled(self) -> list[tuple[date, str]]:
        """The days on which something was the matter, the newest first, in words."""
        return [(day.on, wording.trouble(day)) for day in reversed(self.days) if day.spans]

    @property
    def first_day(self) -> date | None:
        """The first day that is measured, where it is not the first of the bars."""
        known = [day.on for day in self.days if day.is_known]
        return known[0] if known and not self.days[0].is_known else None


@dataclass(frozen=True)
class Month:
    """A month of the history, and how it was drawn before, if nothing in it has changed since.

    A bulletin changes the month of its incident; the others are as they were, and their bulletins need not be read.
    """

    span: history.Span
    kept: list[SafeString]
    drawn: SafeString | None


# Asked for when a sheet is drawn, and the same ones for each sheet of a version: their bars are drawn once.
Parts = Callable[[], list[Part]]


def index(content: Content, look: str, listed: Parts) -> bytes:
    unresolved, under_way = _told(content.unresolved, content), _told(content.under_way, content)
    return _sheet(
        "index",
        content,
        look,
        sentence=wording.SENTENCES[content.headline.description],
        headline=content.headline,
        open_now=wording.open_now(len(unresolved), len(under_way)),
        unresolved=unresolved,
        under_way=under_way,
        parts=listed(),
        has_bars=len(content.leaves) <= MOST_WITH_BARS,
        formula=wording.formula(content.weights),
        ahead=_told(content.ahead, content),
        days=[(day.first, _told(day.incidents, content)) for day in history.recent(content)],
        leaves=content.leaves,
    )


def emergency(several: list[PublicIncident], content: Content) -> str:
    """What stands at the head of the front page while the database is gone."""
    if not several:
        return ""
    return render_to_string(
        "statuspage/public/_emergency.html", {"several": _told(several, content), "base": content.page.base}
    )


def incident(one: PublicIncident, content: Content, look: str) -> bytes:
    """The page of one incident; its updates in the order in which they were given."""
    told = Told(one, content)
    return _sheet("incident", content, look, told=told, updates=told.updates[::-1], lasts=one.is_current)


def revisions(several: Iterable[PublicIncident]) -> str:
    """What changes with these; by public ids, which no two incidents share, whatever becomes of the database."""
    return ",".join(f"{one.public_id}.{one.revision}" for one in several)


def month(span: history.Span, content: Content, look: str) -> Month:
    kept = _kept(f"{look}:{content.page.base}:{span.first}:{revisions(span.incidents)}")
    return Month(span, kept, kept[0] if kept else None)


def months(place: int, shown: list[Month], content: Content, look: str) -> bytes:
    """One page of the history, counted from 1, the newest."""
    return _sheet(
        "history",
        content,
        look,
        months=[_month(one, content) for one in shown],
        newer=_history_address(place - 1, content) if place > 1 else "",
        older=_history_address(place + 1, content) if place < history.count(content) else "",
        place=place,
    )


def _month(one: Month, content: Content) -> SafeString:
    if one.drawn is not None:
        return one.drawn
    told = {"month": one.span.first, "incidents": _told(one.span.incidents, content), "base": content.page.base}
    drawn = render_to_string("statuspage/public/_month.html", told)
    one.kept.append(drawn)
    return drawn


@lru_cache(maxsize=MOST_MONTHS)
def _kept(key: str) -> list[SafeString]:
    """Where the month is kept that is drawn from what the key says; empty until it was."""
    return []


def bars(content: Content, look: str, listed: Parts) -> bytes:
    """The page of uptimes, with a table of the days on which something was the matter."""
    return _sheet("uptime", content, look, parts=listed(), formula=wording.formula(content.weights))


def missing(content: Content, look: str) -> bytes:
    return _sheet("404", content, look)


def parts(content: Content) -> list[Part]:
    """Groups with their components, and components that stand alone, in the order of the page."""
    found = [
        _group(one, content) if one.is_group else _part(one, content) for one in content.shown if one.group_id is None
    ]
    return [part for part in found if part.is_shown and (part.parts or not part.component.is_group)]


def _group(group: Component, content: Content) -> Part:
    children = [_part(child, content) for child in content.children[group.pk]]
    share = uptime.mean([child.share for child in children if child.component.showcase])
    return Part(group, content.status(group), share, content, [child for child in children if child.is_shown])


def _part(leaf: Component, content: Content) -> Part:
    begins_at = content.bars_begin_at
    if leaf.start_date:
        begins_at = max(begins_at, uptime.first_instant(leaf.start_date, content.page.zone))
    share = None
    if leaf.showcase:
        share = uptime.uptime(content.windows.get(leaf.pk, []), begins_at, content.at, content.weights)
    return Part(leaf, content.status(leaf), share, content, [])


def _told(incidents: list[PublicIncident], content: Content) -> list[Told]:
    return [Told(one, content) for one in incidents]


def _history_address(place: int, content: Content) -> str:
    return content.page.base + ("/history" if place == 1 else f"/history/{place}")


def _sheet(name: str, content: Content, look: str, **said: Any) -> bytes:
    shared = {
        "page": content.page,
        "base": content.page.base,
        "now": content.at,
        "look": look,
        "form_target": settings.SITE_URL,
        "subscribe_url": settings.SITE_URL + reverse("subscribe", args=[content.page.slug]),
    }
    return render_to_string(f"statuspage/public/{name}.html", shared | said).encode()
