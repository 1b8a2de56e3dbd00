"""Gathering counted facts from wherever they lie, of what somebody may see and the filters let through.

What everybody may see comes from the tallies: years, months, and the days left over. Restricted incidents have
tallies of their own, read for those who may see them all; the few that one is a member of are counted on top. Where
no tally fits (two narrow filters at once, single days of a scope) the facts themselves are counted.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from incidents.models import Incident
from incidents.visibility import SEES_RESTRICTED
from insights import counting, scopes
from insights.counting import Counted, Part
from insights.filters import UNKNOWN, By, Days, Drills, Filters, Imported
from insights.grouping import Grouping
from insights.models import Fact, Tally
from insights.spans import Range, Spans, cut
from roles.models import User


@dataclass(frozen=True)
class Piece:
    """Counted facts of one severity, and where they stand."""

    severity: str
    start: date
    scope: str
    is_drill: bool
    counted: Counted


def narrowed(filters: Filters, asked: Days) -> "QuerySet[Fact]":
    """The facts that the filters let through; not asked yet is who may see them."""
    found = Fact.objects.filter(flags(filters))
    if asked.first:
        found = found.filter(day__gte=asked.first)
    if asked.last:
        found = found.filter(day__lte=asked.last)
    for scope in filters.scopes:
        found = found.filter(within(scope))
    return found


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
        is_last = asked.last is not None and not Fact.objects.filter(day__gt=asked.last).exists()
        self.spanned = Days(asked.first) if is_last else asked
        self.sees_all = user.has_perm(SEES_RESTRICTED)
        self.scope = filters.scopes[0] if filters.scopes else scopes.EVERYTHING
        # Restricted incidents that the viewer sees as a member.
        self.own = (
            [] if self.sees_all else list(self._facts().filter(is_restricted=True, incident__members__person=user))
        )

    def pieces(self) -> tuple[list[Piece], list[Piece]]:
        """Pieces that hold every incident once, and pieces that lie each in one row."""
        together = self._together(with_years=True)
        if self.groups.by == By.SEVERITY:
            return together, together
        return together, self._scoped() if self.groups.kind else self._together(with_years=False)

    def _together(self, *, with_years: bool) -> list[Piece]:
        """Of the filter's own scope; of several narrow filters the facts are counted."""
        if len(self.filters.scopes) > 1:
            return self._counted([*self._open(), *self.own], is_scoped=False)
        spans = cut(self.spanned, with_years=with_years)
        found = list(self._tallies(Q(scope=self.scope), spans, with_days=not self.scope))
        left = self._left_over(spans) if self.scope else []
        return found + self._counted([*left, *self.own], is_scoped=False)

    def _scoped(self) -> list[Piece]:
        """Of each scope that is a row; an incident may be in several."""
        if self.filters.scopes:
            return self._counted([*self._open(), *self.own], is_scoped=True)
        spans = cut(self.spanned)
        found = list(self._tallies(Q(scope__startswith=f"{self.groups.kind}:"), spans, with_days=False))
        return found + self._counted([*self._left_over(spans), *self.own], is_scoped=True)

    def _tallies(self, where: Q, spans: Spans, *, with_days: bool) -> Iterator[Piece]:
        grains = Tally.Grain
        during = _during(grains.YEAR, spans.years) | _during(grains.MONTH, spans.months)
        if with_days:
            during |= _during(grains.DAY, spans.days)
        if not during:
            return
        found = Tally.objects.filter(where & during & flags(self.filters)).filter(self._may_see())
        for row in found.only("scope", "start", "severity", "is_drill", "n", "numbers", *self.names):
            yield Piece(row.severity, row.start, row.scope, row.is_drill, counting.read(row, self.names))

    def _may_see(self) -> Q:
        return Q() if self.sees_all else Q(is_restricted=False)

    def _facts(self) -> "QuerySet[Fact]":
        return narrowed(self.filters, self.days)

    def _open(self) -> Iterable[Fact]:
        return self._facts().filter(self._may_see()).iterator(2000)

    def _left_over(self, spans: Spans) -> Iterable[Fact]:
        """The facts of the days that are in no whole month."""
        during = Q()
        for first, last in spans.days:
            during |= Q(day__gte=first, day__lte=last)
        return self._facts().filter(during, self._may_see()).iterator(2000) if during else []

    def _counted(self, facts: Iterable[Fact], *, is_scoped: bool) -> list[Piece]:
        found: dict[tuple[str, date, str, bool], Counted] = {}
        for fact in facts:
            part = Part(fact)
            for scope in self.groups.scopes_of(fact.scopes) if is_scoped else [self.scope]:
                place = (fact.severity, fact.day.replace(day=1), scope, fact.is_drill)
                found.setdefault(place, Counted(self.names)).add(part)
        for counted in found.values():
            counted.settle()
        return [Piece(*place, counted) for place, counted in found.items()]


def _during(grain: Tally.Grain, ranges: Iterable[Range]) -> Q:
    found = Q()
    for first, last in ranges:
        found |= Q(grain=grain, start__gte=first, start__lte=last)
    return found
