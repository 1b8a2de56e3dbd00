"""What was read before is asked again only where it changed, and gives the same figures."""

from collections.abc import Collection
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from incidents.models import Incident
from insights import choosing, gathering, keeping
from insights.cache import Cache, Key, Read
from insights.facts import RUNS, STAGES
from insights.filters import Filters, Period
from insights.models import Tally
from kit import clock
from tests.conftest import MORNING
from tests.insights.stories import mitigated_within
from tests.people import everybody_on_call, grace

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Cache:
    made = Cache()
    monkeypatch.setattr(gathering, "CACHE", made)
    return made


def several(*minutes: int) -> list[Incident]:
    """One a day, the last today; folded in."""
    everybody_on_call()
    found = [
        mitigated_within(one, start=MORNING - timedelta(days=len(minutes) - place))
        for place, one in enumerate(minutes, 1)
    ]
    keeping.catch_up(clock.now())
    return found


def longest(period: Period = Period.QUARTER) -> float | None:
    choice = choosing.choose(Filters(period=period), user=grace(), now=clock.now())
    return choice.everything.runs("mitigate").longest


def test_what_nobody_changed_is_asked_for_its_editions_alone(cache: Cache) -> None:
    several(10, 20, 30)
    first = cache.find(Tally.objects.all(), RUNS)
    with CaptureQueriesContext(connection) as asked:
        again = cache.find(Tally.objects.all(), RUNS)
    assert len(asked) == 1
    assert "mitigate" not in asked[0]["sql"]
    assert {id(one) for one in again} == {id(one) for one in first}
    # Other runs of the same rows were not read.
    assert all("mitigate" not in one.counted.solid for one in cache.find(Tally.objects.all(), STAGES))


def test_a_change_is_seen_at_once_and_nothing_else_is_read_again(cache: Cache) -> None:
    incident = several(10, 20, 30)[-1]
    assert longest() == 30 * 60
    before = _days(cache)
    Incident.unrestricted.filter(pk=incident.pk).update(type="drill")
    keeping.catch_up(clock.now())
    assert longest() == longest(Period.ALL) == 20 * 60
    after = _days(cache)
    assert {day for day, one in after.items() if one is not before[day]} == {MORNING.date()}
    assert len(after) == 3


def _days(cache: Cache) -> dict[date, Read]:
    found = cache.find(Tally.objects.filter(scope=""), RUNS)
    return {one.start: one for one in found if one.grain == Tally.Grain.DAY}


def test_a_tally_that_is_gone_is_not_shown(cache: Cache) -> None:
    several(10)
    assert longest() == 10 * 60
    Incident.unrestricted.update(type="drill")
    keeping.catch_up(clock.now())
    assert longest() == 0


def test_days_left_out_of_a_month_are_there_for_whoever_asks_next(cache: Cache) -> None:
    several(*range(10, 30))
    month = Filters(period=Period.CUSTOM, since=MORNING.date().replace(day=1), until=MORNING.date())
    part = Filters(period=Period.CUSTOM, since=MORNING.date().replace(day=8), until=MORNING.date())

    def n(filters: Filters) -> int:
        return choosing.choose(filters, user=grace(), now=clock.now()).everything.runs("mitigate").n

    assert [n(month), n(part), n(month), n(part)] == [20, 16, 20, 16]


def test_what_was_read_longest_ago_is_let_go() -> None:
    several(10, 20, 30)
    small, rows = Cache(most=120), Tally.objects.filter(scope="", grain="d").order_by("start")
    # One by one: of several that are asked for at once, the database says which comes first.
    for place in range(3):
        assert len(small.find(rows[place : place + 1], ["mitigate"])) == 1
    with CaptureQueriesContext(connection) as asked:
        kept = small.find(rows.reverse()[:2], ["mitigate"])
    assert (len(kept), len(asked)) == (2, 1)
    with CaptureQueriesContext(connection) as asked:
        assert len(small.find(rows[:1], ["mitigate"])) == 1
    assert len(asked) == 2


def test_what_changes_between_two_questions_is_counted_once(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _, last = several(10, 20, 30)
    rows = Tally.objects.filter(scope="", grain="m")
    _level(last, "S3")
    assert sum(one.counted.n for one in cache.find(rows, RUNS)) == 3
    _level(first, "S4")
    read, moved = Cache._read, list[Incident]()

    def reads_late(self: Cache, asked: QuerySet[Tally], names: Collection[str]) -> dict[Key, Read]:
        if not moved:
            # From a row that is kept into one that is to be read.
            moved.append(last)
            _level(last, "S4")
        return read(self, asked, names)

    monkeypatch.setattr(Cache, "_read", reads_late)
    assert sum(one.counted.n for one in cache.find(rows, RUNS)) == 3
    assert moved


def _level(incident: Incident, severity: str) -> None:
    Incident.unrestricted.filter(pk=incident.pk).update(severity=severity)
    keeping.catch_up(clock.now())


def test_many_that_are_missing_are_read_as_they_were_asked_for(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    several(10, 20, 30)
    monkeypatch.setattr("insights.cache.MANY", 2)
    everything = Tally.objects.filter(scope="")
    with CaptureQueriesContext(connection) as asked:
        found = cache.find(everything, RUNS)
    assert len(found) == everything.count()
    assert "'d'" not in asked[1]["sql"]
    assert len(cache.find(everything, RUNS)) == len(found)
