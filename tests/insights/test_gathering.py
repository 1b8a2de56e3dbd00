"""What is gathered from months, years and days, counted in and out, is what its facts come to."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from incidents.models import Incident, Service
from incidents.vocabulary import Severity, Type, Visibility
from insights import choosing, counting, facts, remaking
from insights.counting import Counted, Part
from insights.durations import NOTES
from insights.facts import HITS, MARKED, RUNS, STAGES
from insights.filters import By, Drills, Filters, Period
from insights.models import Fact
from insights.pools import Pool
from kit import clock
from tests.conftest import MORNING
from tests.insights.stories import MINUTE
from tests.people import everybody_on_call, grace, stella

# MORNING is a Monday late in November. Days at both ends of months and of years; 84 and 85, and 52 and 53, lie side by
# side in a month and are alike, so that a tally of each day is counted in, or out.
BEFORE = (0, 1, 8, 22, 23, 40, 53, 54, 84, 327, 328, 1000, 85, 22, 1, 40, 52)


def told(counted: Iterable[Counted]) -> dict[str, Any]:
    """Everything that is counted, sorted."""
    return told_of(Pool(tuple(counted)))


def told_of(pool: Pool) -> dict[str, Any]:
    runs = {name: pool.runs(name) for name in facts.RUNS}
    return {
        "n": pool.n,
        "numbers": {key: count for key, count in pool.numbers.items() if count},
        "solid": {name: sorted(value for run in found.solid for value in run) for name, found in runs.items()},
        "hollow": {name: sorted(value for run in found.hollow for value in run) for name, found in runs.items()},
    }


def added(kept: Iterable[Fact]) -> Counted:
    """One after the other, as they are folded in."""
    found = Counted()
    for fact in kept:
        found.add(Part(fact))
    found.settle()
    return found


@pytest.fixture
def history(db: None, morning: datetime) -> None:
    everybody_on_call()
    services = [Service.objects.create(name=name, slug=name.lower()) for name in ("Checkout", "Search")]
    for place, days in enumerate(BEFORE):
        start = MORNING - timedelta(days=days)
        incident = Incident.unrestricted.create(
            reference=f"INC-{place}",
            severity=(Severity.S2, Severity.S3)[place % 2],
            type=(Type.AVAILABILITY, Type.DRILL, Type.DATA, Type.AVAILABILITY)[place % 4],
            visibility=Visibility.RESTRICTED if place % 7 == 0 else Visibility.ORGANISATION,
            declared_at=start,
            detected_at=start - MINUTE,
            acknowledged_at=start + place * MINUTE,
            # One is as long as the one before; of some the end of the impact is not known.
            mitigated_at=start + (10 + place // 2) * MINUTE if place % 5 else None,
            resolved_at=start + (20 + place) * MINUTE,
        )
        incident.services.set(services[: place % 3])
    remaking.rebuild()


def custom(first: int, last: int, **chosen: Any) -> Filters:
    since, until = (MORNING.date() - timedelta(days=days) for days in (first, last))
    return Filters(period=Period.CUSTOM, drills=Drills.INCLUDE, since=since, until=until, **chosen)


RANGES = [(first, last) for first, last in product((1100, 328, 85, 54, 45, 23, 1), (0, 1, 22, 53, 300)) if last < first]


CHOSEN: list[dict[str, str]] = [{}, {"type": "availability"}, {"severity": "S2"}, {"type": "data", "severity": "S3"}]


@pytest.mark.usefixtures("history")
def test_any_days_hold_what_their_facts_come_to() -> None:
    for viewer, chosen, (first, last) in product((stella(), grace()), CHOSEN, RANGES):
        choice = choosing.choose(custom(first, last, **chosen), user=viewer, now=clock.now())
        expected = told([added(choice.facts)])
        assert told_of(choice.everything) == expected, (chosen, first, last)
        # The way's stages, which are asked as they lie.
        assert choice.everything.stages() == Pool((added(choice.facts),)).stages()
        assert told(counted for pool in choice.rows.values() for counted in pool.kept) == expected


@pytest.mark.usefixtures("history")
def test_of_any_days_each_row_holds_what_its_facts_come_to() -> None:
    for viewer, by, (first, last) in product((stella(), grace()), (By.MONTH, By.TYPE, By.SERVICE), RANGES):
        choice = choosing.choose(custom(first, last, by=by), user=viewer, now=clock.now())
        rows: dict[str, list[Fact]] = {}
        for fact in choice.facts:
            for group in choice.groups_of(fact):
                rows.setdefault(group.key, []).append(fact)
        found = {group.key: told(pool.kept) for group, pool in choice.rows.items()}
        assert found == {key: told([added(kept)]) for key, kept in rows.items()}, (by, first, last)


outside = some.sampled_from(["", "", "declined", "near_miss"])
seconds = some.one_of(some.none(), some.integers(0, 10**6))
codes = some.one_of(some.integers(0, 4), some.integers(0, (1 << len(NOTES)) - 1).map(lambda notes: 8 * notes))


def column(name: str) -> some.SearchStrategy[Any]:
    if name == "outside":
        return outside
    if name in RUNS:
        return seconds
    return codes if name.endswith("_code") else some.integers(0, 3)


def fact(values: dict[str, Any]) -> Fact:
    """Nothing goes well where nothing could, and the stages of a way are known all or none."""
    hits = {f"{key}_hits": min(values[f"{key}_hits"], values[f"{key}_of"]) for key in HITS}
    stages = {} if None in (values[STAGES[0]], values["resolve"]) else {name: values[name] or 0 for name in STAGES}
    return Fact(**values | hits | dict.fromkeys(STAGES) | stages)


made = some.fixed_dictionaries({name: column(name) for name in MARKED}).map(fact)


@given(some.lists(made, min_size=1, max_size=4))
def test_facts_come_to_the_same_by_column_and_one_by_one(several: list[Fact]) -> None:
    columns = {name: [getattr(one, name) for one in several] for name in MARKED}
    assert told([counting.counted(columns)]) == told([added(several)])


@given(some.lists(made, max_size=3), some.lists(made, max_size=3))
def test_what_is_left_out_was_never_there(left: list[Fact], out: list[Fact]) -> None:
    found = added([*left, *out])
    found = found.without(added(out))
    assert told([found]) == told([added(left)])


@given(some.lists(some.lists(made, max_size=3), min_size=1, max_size=4))
def test_several_counted_come_to_what_all_their_facts_do(several: list[list[Fact]]) -> None:
    found = counting.together([added(facts) for facts in several])
    assert told([found]) == told([added([one for facts in several for one in facts])])
