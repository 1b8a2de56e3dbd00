"""Which incidents figures are made of: a choice, counted, and the facts behind it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from incidents.models import Incident
from incidents.visibility import sees_restricted
from insights import keeping
from insights.facts import RUNS, marks
from insights.filters import By, Days, Filters, days
from insights.gathering import Reader, narrowed
from insights.grouping import EVERYTHING, Group, Grouping, grouping
from insights.models import Fact
from insights.pieces import Piece
from insights.pools import Pool
from roles import organisation
from roles.models import User

# So few incidents are named in the charts.
NAMED = 200


@dataclass(frozen=True)
class Choice:
    """The incidents of a choice, counted; `everything` together and by row."""

    filters: Filters
    user: User
    days: Days
    zone: ZoneInfo
    grouping: Grouping
    everything: Pool
    rows: dict[Group, Pool]

    @cached_property
    def facts(self) -> "QuerySet[Fact]":
        """The facts themselves, of the incidents that the viewer may see."""
        seen = Incident.objects.visible_to(self.user)
        return narrowed(self.filters, self.days).filter(incident__in=seen)

    @cached_property
    def named(self) -> dict[tuple[str, str], dict[int, str]]:
        """By row and run, the references by their seconds; of many incidents none."""
        found: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
        for fact in self.facts if self.everything.n <= NAMED else ():
            for name, value, _ in marks(fact):
                for group in (EVERYTHING, *self.groups_of(fact)):
                    found[group.key, name][value] = fact.reference
        return found

    def groups_of(self, fact: Fact) -> list[Group]:
        """The rows that an incident is in."""
        found = (
            self.grouping.of(severity=fact.severity, start=fact.day, scope=scope)
            for scope in self.grouping.scopes_of(fact.scopes)
        )
        return [group for group in found if group]


def choose(filters: Filters, *, user: User, now: datetime, names: Collection[str] = RUNS) -> Choice:
    """What this person may know of the incidents that the filters choose; a handful of statements."""
    if not sees_restricted(user):
        keeping.withdraw()
    zone = organisation.calendar().zone
    asked = days(filters, today=now.astimezone(zone).date())
    return chosen(filters, asked, user=user, zone=zone, names=names)


def chosen(filters: Filters, asked: Days, *, user: User, zone: ZoneInfo, names: Collection[str] = RUNS) -> Choice:
    """The same for days that somebody has worked out."""
    groups = grouping(filters.by)
    together, apart = Reader(filters, asked, user, groups, names).pieces()
    pools: dict[Group, list[Piece]] = {}
    for piece in apart:
        group = groups.of(severity=piece.severity, start=piece.start, scope=piece.scope)
        if group:
            pools.setdefault(group, []).append(piece)
    rows = {group: _pool(pieces, filters) for group, pieces in sorted(pools.items())}
    # The same pieces, each in one row.
    parts = tuple(rows.values()) if apart is together else ()
    return Choice(filters, user, asked, zone, groups, replace(_pool(together, filters), parts=parts), rows)


def before(choice: Choice, *, names: Collection[str] = RUNS) -> Choice | None:
    """The same filters over as many days that end where the choice begins; None where it has no beginning or end.

    Its incidents are counted together: its rows are the severities, whatever those of the choice are.
    """
    earlier = choice.days.before()
    if earlier is None:
        return None
    filters = replace(choice.filters, by=By.SEVERITY)
    return chosen(filters, earlier, user=choice.user, zone=choice.zone, names=names)


def count(filters: Filters, *, user: User, now: datetime) -> int:
    """How many incidents the filters choose, counted or not."""
    return choose(filters, user=user, now=now, names=()).everything.n


def _pool(pieces: Iterable[Piece], filters: Filters) -> Pool:
    kept, drills = [], 0
    for piece in pieces:
        if piece.is_drill and not filters.with_drills:
            drills += piece.counted.n
        else:
            kept.append(piece.counted)
    return Pool(tuple(kept), drills)
