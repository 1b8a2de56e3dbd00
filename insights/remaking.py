"""Making all facts and tallies anew from the rows, and holding what is kept against them: month after month."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, Min

from incidents.models import Incident
from insights import facts, reading
from insights.counting import Counted, Part
from insights.facts import Place, name_of, places
from insights.keeping import COLUMNS
from insights.models import Changed, Fact, Keeper, Tally
from insights.pouring import pour
from roles import organisation

AT_ONCE = 1000
UNFOLDED = "Incidents changed that are not folded in yet; verify again in a moment."


@dataclass
class Month:
    """What the rows say of one month: its facts, and the tallies that are complete with it."""

    start: date
    facts: list[Fact]
    tallies: dict[Place, Counted]


@transaction.atomic
def rebuild() -> int:
    """Make everything anew; how many facts there are. What changes meanwhile is folded in afterwards."""
    _hold()
    Changed.objects.all().delete()
    Fact.objects.all().delete()
    Tally.objects.all().delete()
    count = 0
    for month in walk(organisation.calendar().zone):
        pour(Fact, month.facts)
        pour(Tally, (_row(place, found) for place, found in month.tallies.items()))
        count += len(month.facts)
    return count


def _hold() -> None:
    Keeper.objects.select_for_update().get(pk=1)


def _row(place: Place, found: Counted) -> Tally:
    return Tally(key=name_of(place), **dict(zip(COLUMNS, place, strict=True)), **found.columns())


@transaction.atomic
def verify() -> list[str]:
    """A sentence for each fact and tally that is not what the rows say."""
    _hold()
    wrong: list[str] = []
    places_seen: set[str] = set()
    n = 0
    for month in walk(organisation.calendar().zone):
        n += len(month.facts)
        wrong += _wrong_facts(month.facts)
        wrong += _wrong_tallies(month.tallies)
        places_seen |= {name_of(place) for place in month.tallies}
    if Fact.objects.count() != n:
        wrong.append(f"There are {Fact.objects.count()} facts of {n} incidents.")
    strange = set(Tally.objects.values_list("key", flat=True)) - places_seen
    wrong += [f"Tally {key} counts nothing that there is." for key in sorted(strange)]
    return [UNFOLDED] if Changed.objects.exists() else wrong


def _wrong_facts(made: Iterable[Fact]) -> Iterator[str]:
    expected = {fact.pk: fact for fact in made}
    kept = Fact.objects.in_bulk(list(expected))
    for pk, fact in expected.items():
        if pk not in kept or not facts.same(kept[pk], fact):
            yield f"{fact.reference}: its fact is not what its rows say."


def _wrong_tallies(made: dict[Place, Counted]) -> Iterator[str]:
    expected = {name_of(place): found.columns() for place, found in made.items()}
    kept = Tally.objects.in_bulk(list(expected))
    for key, columns in expected.items():
        row = kept.get(key)
        if row is None or any(_plain(getattr(row, name)) != value for name, value in columns.items()):
            yield f"Tally {key} is not the sum of its facts."


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


@dataclass
class _Sum:
    """Tallies that are being counted: facts into the shortest, these into months, and months into years."""

    shortest: dict[Place, Counted] = field(default_factory=lambda: defaultdict(Counted))
    by_year: dict[Place, Counted] = field(default_factory=lambda: defaultdict(Counted))

    def add(self, fact: Fact) -> None:
        part = Part(fact)
        for place in places(fact):
            if place[1] == (Tally.Grain.MONTH if place[0] else Tally.Grain.DAY):
                self.shortest[place].add(part)

    def end_month(self) -> dict[Place, Counted]:
        """Every tally of the month that is over, and of its days."""
        found, self.shortest = dict(self.shortest), defaultdict(Counted)
        _settle(found)
        whole: dict[Place, Counted] = defaultdict(Counted)
        for place, counted in found.items():
            if place[1] == Tally.Grain.DAY:
                whole[_longer(place, Tally.Grain.MONTH, place[2].replace(day=1))].join(counted)
        _settle(whole)
        found |= whole
        for place, counted in found.items():
            if place[1] == Tally.Grain.MONTH:
                self.by_year[_longer(place, Tally.Grain.YEAR, place[2].replace(month=1))].join(counted)
        return found

    def end_year(self) -> dict[Place, Counted]:
        found, self.by_year = dict(self.by_year), defaultdict(Counted)
        _settle(found)
        return found


def _longer(place: Place, grain: Tally.Grain, start: date) -> Place:
    return place[0], grain.value, start, *place[3:]


def _settle(made: dict[Place, Counted]) -> None:
    for counted in made.values():
        counted.settle()


def walk(zone: ZoneInfo) -> Iterator[Month]:
    """What the rows say, a month at a time from the first; a year's tallies come with its last month."""
    total = _Sum()
    for start, following in _months(zone):
        found = [facts.made(one, zone) for pks in _chunks(_declared(start, following, zone)) for one in pks]
        for fact in found:
            total.add(fact)
        complete = total.end_month()
        if start.year != following.year:
            complete |= total.end_year()
        yield Month(start, found, complete)


def _chunks(pks: list[UUID]) -> Iterator[list[reading.Milestones]]:
    for begin in range(0, len(pks), AT_ONCE):
        yield reading.milestones(pks[begin : begin + AT_ONCE])


def _declared(start: date, following: date, zone: ZoneInfo) -> list[UUID]:
    first, last = _midnight(start, zone), _midnight(following, zone)
    found = Incident.unrestricted.filter(declared_at__gte=first, declared_at__lt=last)
    return list(found.order_by("declared_at", "pk").values_list("pk", flat=True))


def _months(zone: ZoneInfo) -> Iterator[tuple[date, date]]:
    """Every month from the first declaration to the end of the year of the last, and the one after it."""
    ends = Incident.unrestricted.aggregate(first=Min("declared_at"), last=Max("declared_at"))
    if ends["first"] is None:
        return
    start: date = ends["first"].astimezone(zone).date().replace(day=1)
    while start.year <= ends["last"].astimezone(zone).year:
        following = (start.replace(day=28) + timedelta(days=4)).replace(day=1)
        yield start, following
        start = following


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
