"""Gathering counted facts from wherever they lie, of what somebody may see and the filters let through.

What everybody may see comes from the tallies: years, months, and the days left over. Restricted incidents have
tallies of their own, read for those who may see them all; the few that one is a member of are counted on top. Where
no tally fits (two narrow filters at once, single days of a scope) the facts themselves are counted.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from incidents.models import Incident, Member
from incidents.visibility import sees_restricted
from insights import counting, scopes
from insights.cache import Cache, Read
from insights.counting import Counted
from insights.facts import MARKED
from insights.filters import UNKNOWN, By, Days, Drills, Filters, Imported
from insights.grouping import Grouping
from insights.models import Fact, Tally
from insights.pieces import Kind, Piece, Pieces
from insights.spans import BEGINNING, Range, Spans, cut
from roles.models import User

# Of facts, what tells where they are counted, in the order of a piece's kind, and what is counted of them.
PLACE = ("scopes", "day", *Kind._fields[1:])
COLUMNS = (*PLACE, *MARKED)
Rows = list[tuple[Any, ...]]
CACHE = Cache()


def narrowed(filters: Filters, asked: Days) -> "QuerySet[Fact]":
    """The facts that the filters let through; not asked yet is who may see them."""
    found = Fact.objects.filter(flags(filters), _between(asked))
    for scope in filters.scopes:
        found = found.filter(within(scope))
    return found


def _between(asked: Days) -> Q:
    found = Q(day__gte=asked.first) if asked.first else Q()
    return found & Q(day__lte=asked.last) if asked.last else found


def of_member(user: User, asked: Days) -> Q:
    """Restricted incidents of those days that somebody sees as a member.

    Found by the indexes of both before a row of facts is read; the planner would read all facts of the days.
    """
    member = Q(is_restricted=True, incident__in=Member.objects.filter(person=user).values("incident"))
    return Q(pk__in=Fact.objects.filter(member, _between(asked)).values("pk"))


def within(scope: str) -> Q:
    """The facts of a scope."""
    kind, _, value = scope.partition(":")
    if kind == scopes.TYPE:
        return Q(type=value)
    if kind == scopes.DETECTION:
        return Q(detection="" if value == scopes.NONE else value)
    column = "service" if kind == scopes.SERVICE else "service__owner"
    named = Incident.services.through.objects.filter(**{f"{column}__isnull": False})
    if value == scopes.NONE:
        return ~Q(incident__in=named.values("incident"))
    return Q(incident__in=named.filter(**{column: value}).values("incident"))


def flags(filters: Filters) -> Q:
    found = Q()
    if filters.severity:
        found &= Q(severity__in=[""] if filters.severity == UNKNOWN else filters.severity.split(","))
    if filters.drills == Drills.ONLY:
        found &= Q(is_drill=True)
    if filters.imported != Imported.INCLUDE:
        found &= Q(is_imported=filters.imported == Imported.ONLY)
    return found


class Reader:
    """Reads the pieces of one choice."""

    def __init__(self, filters: Filters, asked: Days, user: User, groups: Grouping, names: Collection[str]) -> None:
        self.filters, self.days, self.user, self.groups, self.names = filters, asked, user, groups, names
        # Where nothing lies after the last day, whole months and years hold what is asked for.
        self.spanned = Days(asked.first) if asked.last and asked.last >= _last_day() else asked
        self.sees_all = sees_restricted(user)
        self.scope = filters.scopes[0] if filters.scopes else scopes.EVERYTHING
        self.own = [] if self.sees_all else self._rows(asked, of_member(user, asked))

    def pieces(self) -> tuple[list[Piece], list[Piece]]:
        """Pieces that hold every incident once, and pieces that lie each in one row."""
        together = self._together(with_years=True)
        if self.groups.by == By.SEVERITY:
            return together, together
        return together, self._scoped() if self.groups.kind else self._together(with_years=False)

    def _together(self, *, with_years: bool) -> list[Piece]:
        """Of the filter's own scope; of several narrow filters the facts are counted."""
        if len(self.filters.scopes) > 1:
            return self._of_facts(is_scoped=False)
        spans = cut(self.spanned, with_years=with_years)
        found = self._tallies(Q(scope=self.scope), spans, with_days=not self.scope)
        if self.scope:
            self._by_facts(found, spans, is_scoped=False)
        self._count_in(found, self.own, is_scoped=False)
        return found.all()

    def _scoped(self) -> list[Piece]:
        """Of each scope that is a row; an incident may be in several."""
        if self.filters.scopes:
            return self._of_facts(is_scoped=True)
        spans = cut(self.spanned)
        found = self._tallies(Q(scope__startswith=f"{self.groups.kind}:"), spans, with_days=False)
        self._by_facts(found, spans, is_scoped=True)
        self._count_in(found, self.own, is_scoped=True)
        return found.all()

    def _of_facts(self, *, is_scoped: bool) -> list[Piece]:
        found = Pieces(self.names)
        self._count_in(found, [*self._rows(self.days, self._may_see()), *self.own], is_scoped=is_scoped)
        return found.all()

    def _tallies(self, where: Q, spans: Spans, *, with_days: bool) -> Pieces:
        grains, found = Tally.Grain, Pieces(self.names)
        during = _during(grains.YEAR, spans.years) | _during(grains.MONTH, spans.months)
        if with_days:
            during |= _during(grains.DAY, (*spans.days, *spans.surplus))
        if not during:
            return found
        rows = Tally.objects.filter(where & during & flags(self.filters)).filter(self._may_see())
        for read in CACHE.find(rows, self.names):
            _keep(found, read, is_surplus=any(first <= read.start <= last for first, last in spans.surplus))
        return found

    def _may_see(self) -> Q:
        return Q() if self.sees_all else Q(is_restricted=False)

    def _by_facts(self, found: Pieces, spans: Spans, *, is_scoped: bool) -> None:
        """Where there are no tallies of days: their facts are counted, in or out."""
        self._count_in(found, self._facts_of(spans.days), is_scoped=is_scoped)
        for place, counted in self._counted(self._facts_of(spans.surplus), is_scoped=is_scoped):
            found.count_out(*place, counted)

    def _count_in(self, found: Pieces, rows: Rows, *, is_scoped: bool) -> None:
        for place, counted in self._counted(rows, is_scoped=is_scoped):
            found.count_in(*place, counted)

    def _facts_of(self, ranges: Iterable[Range]) -> Rows:
        during = Q()
        for first, last in ranges:
            during |= Q(day__gte=first, day__lte=last)
        return self._rows(Days(), during, self._may_see()) if during else []

    def _rows(self, asked: Days, *where: Q) -> Rows:
        return list(narrowed(self.filters, asked).filter(*where).values_list(*COLUMNS))

    def _counted(self, rows: Rows, *, is_scoped: bool) -> Iterator[tuple[tuple[date, Kind], Counted]]:
        dealt: dict[tuple[date, Kind], Rows] = defaultdict(list)
        for row in rows:
            kept, day, *flags = row[: len(PLACE)]
            month = day.replace(day=1)
            for scope in self.groups.scopes_of(kept) if is_scoped else [self.scope]:
                dealt[month, Kind(scope, *flags)].append(row)
        for (month, kind), several in dealt.items():
            yield (month, kind), counting.counted(_by_name(several), self.names)


def _keep(found: Pieces, read: Read, *, is_surplus: bool) -> None:
    match read.grain:
        case Tally.Grain.YEAR:
            found.years[read.start, read.kind] = read.counted
        case Tally.Grain.MONTH:
            found.months[read.start, read.kind] = read.counted
        case _:
            (found.count_out if is_surplus else found.count_in)(read.start, read.kind, read.counted)


def _by_name(rows: Rows) -> dict[str, tuple[Any, ...]]:
    return dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))


def _last_day() -> date:
    """Of any fact. One end of an index, however many a database believes lie beyond a day."""
    return Fact.objects.order_by("-day").values_list("day", flat=True).first() or BEGINNING


def _during(grain: Tally.Grain, ranges: Iterable[Range]) -> Q:
    found = Q()
    for first, last in ranges:
        found |= Q(grain=grain, start__gte=first, start__lte=last)
    return found
