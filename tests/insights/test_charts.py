"""Charts and stages: every mark stands for exactly its incidents, and stages add up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from insights import charts, runs, spelling, stages
from insights.distributions import summarise
from insights.grouping import EVERYTHING
from insights.panels import Row
from insights.reading import Milestones, Window

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FOUND = Milestones(
    pk=uuid4(), reference="INC-1", severity="S2", type="availability", phase="post_incident", disposition="real",
    is_imported=False, posture="undecided", is_restricted=False, is_recurrence=False, declared_at=NOON,
    detected_at=NOON, acknowledged_at=None, mitigated_at=None, resolved_at=None, reopened_at=None, confirmed_at=None,
)  # fmt: skip
spans = some.lists(some.integers(0, 10 * 365 * 86400), min_size=1, max_size=300)


def row(seconds: list[int], *, fallback: bool = False) -> Row:
    measured = runs.of([], seconds) if fallback else runs.of(seconds)
    return Row(EVERYTHING, measured, summarise(measured), None)


def drawn(found: Row) -> charts.Strip:
    scale = charts.axis([found])
    columns = charts.columns(found.measured, scale)
    return charts.strip(found, columns, scale, each=charts.dots_stand_for([columns]), target=None, named={})


def places(strip: charts.Strip) -> list[float]:
    return [float(mark.x.rstrip("%")) for mark in strip.marks]


@given(spans)
def test_a_mark_stands_for_exactly_the_incidents_within_its_bounds(seconds: list[int]) -> None:
    marks = drawn(row(seconds)).marks
    assert sum(mark.count for mark in marks) == len(seconds)
    for mark in marks:
        assert mark.count == sum(mark.least <= each < mark.below for each in seconds)


@given(spans)
def test_every_mark_lies_within_the_drawing_and_longer_lies_further_right(seconds: list[int]) -> None:
    strip = drawn(row(seconds))
    assert places(strip) == sorted(places(strip))
    assert all(0 <= place <= 100 for place in places(strip))
    assert all(0 <= mark.top <= mark.end <= charts.HEIGHT for mark in strip.marks)


def test_a_drawing_does_not_grow_with_the_number_of_incidents() -> None:
    few = drawn(row([int(60 * 1.1**step) for step in range(60)] * 5))
    many = drawn(row([int(60 * 1.1**step) for step in range(60)] * 500))
    assert len(few.marks) == len(many.marks) <= 38


def test_a_drawing_of_a_hundred_times_as_many_has_hardly_more_marks() -> None:
    random = Random(1)
    few, many = (drawn(row([int(random.lognormvariate(7, 1.2)) for _ in range(n)])) for n in (400, 40_000))
    assert len(many.marks) <= len(few.marks) + 3
    # The longest is still to be seen, and leads to itself and its neighbours alone.
    assert many.marks[-1].count * 2 < max(mark.count for mark in many.marks) / charts.MOST_DOTS


def test_what_used_a_fallback_is_drawn_hollow() -> None:
    (solid,), (hollow,) = drawn(row([600])).marks, drawn(row([600], fallback=True)).marks
    assert (solid.hollow_end, hollow.solid_top) == (None, None)
    assert solid.solid_top is not None
    assert hollow.hollow_end is not None


def test_the_axis_is_labelled_and_ends_where_everything_fits() -> None:
    assert [tick.label for tick in charts.axis([row([3000])]).ticks] == ["1 min", "10 min", "1 h"]
    assert charts.axis([row([3601])]).ticks[-1].label == "6 h"


minutes = some.one_of(some.none(), some.integers(-500, 500))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(minutes, minutes, minutes, minutes, some.integers(0, 500))
def test_stages_add_up_to_the_way_from_its_first_known_instant_to_its_end(
    impact: int | None, detected: int | None, acknowledged: int | None, mitigated: int | None, resolved: int
) -> None:
    def at(minute: int | None) -> datetime | None:
        return None if minute is None else NOON + timedelta(minutes=minute)

    felt_since = at(impact)
    found = replace(
        FOUND,
        windows=(Window(felt_since, None, is_estimated=False),) if felt_since else (),
        detected_at=at(detected),
        acknowledged_at=at(acknowledged),
        mitigated_at=at(mitigated),
        resolved_at=at(resolved),
    )
    first = min(minute for minute in (impact, detected, 0) if minute is not None)
    stretched = stages.stretches(found)
    assert sum(stretched.values()) == max(resolved - first, 0) * 60
    assert all(seconds >= 0 for seconds in stretched.values())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (1380, "23 min"), (3599, "1 h"), (3840, "1 h 04 min"),
     (86400, "1 d"), (187200, "2 d 4 h")],
)  # fmt: skip
def test_a_duration_in_words(seconds: float, words: str) -> None:
    assert spelling.span(seconds) == words


def test_columns_of_less_than_a_dot_become_one_until_they_hold_as_many() -> None:
    counts = [1, 9, 3, 1, 2, 0, 1, 1, 4, 1, 2, 1]
    found = [charts.Column(place, place, place + 1, count, 0) for place, count in enumerate(counts) if count]
    drawn = charts.joined(found, 4)
    # The band at the left stays apart, and so does what an empty column lies between.
    assert [(one.place, one.wide, one.count) for one in drawn] == [
        (0, 1, 1), (1, 1, 9), (2, 2, 4), (4, 1, 2), (6, 2, 2), (8, 1, 4), (9, 3, 4),
    ]  # fmt: skip
    assert [(one.least, one.below) for one in drawn][-1] == (9, 12)
    # Where a dot is one incident, every column has its own.
    assert charts.joined(found, 1) == found
