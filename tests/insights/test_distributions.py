"""Percentiles and proportions agree with an independent computation and keep their promises."""

import math
from array import array
from itertools import pairwise
from random import Random

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as some

from insights import distributions, runs
from insights.distributions import proportion, summarise, within

seconds = some.integers(0, 10**8)
durations = some.lists(seconds, min_size=1, max_size=200)
shares = some.floats(0, 1)
counts = some.integers(1, 5000).flatmap(lambda n: some.tuples(some.integers(0, n), some.just(n)))


@given(durations, shares)
def test_a_percentile_is_numpys_linear_one(values: list[int], share: float) -> None:
    expected = float(numpy.percentile(values, share * 100, method="linear"))
    assert runs.of(values).percentile(share) == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(durations, some.integers(1, 9), shares)
def test_how_the_values_lie_in_runs_changes_nothing(values: list[int], pieces: int, share: float) -> None:
    dealt = runs.together(runs.of(values[piece::pieces], values[piece : piece + 1]) for piece in range(pieces))
    whole = runs.of([*values, *values[:pieces]])
    assert dealt.percentile(share) == whole.percentile(share)
    assert [dealt.below(bound) for bound in values] == [whole.below(bound) for bound in values]
    assert (dealt.n, dealt.longest) == (whole.n, whole.longest)


@given(some.lists(durations, min_size=1, max_size=5))
def test_each_place_of_runs_that_differ_holds_what_sorting_gives(several: list[list[int]]) -> None:
    lie = runs.beside(runs.of(values) for values in several)
    expected = sorted(value for values in several for value in values)
    assert [lie.nth(place) for place in range(len(expected))] == expected


def test_long_runs_are_asked_without_being_merged() -> None:
    long = [runs.of(range(start, 9000, 3)) for start in range(3)]
    found = runs.together(long)
    assert len(found.solid) == 3
    assert found.percentile(0.5) == numpy.percentile(range(9000), 50)
    # Where many took equally long, there is little to merge.
    assert len(runs.together([runs.of([60] * 5000), runs.of([70] * 5000)]).solid) == 1


@given(durations)
def test_the_order_of_the_values_changes_nothing(values: list[int]) -> None:
    assert summarise(runs.of(reversed(values))) == summarise(runs.of(values))


@given(some.lists(seconds, min_size=5, max_size=100), seconds)
def test_a_longer_incident_never_lowers_p90(values: list[int], more: int) -> None:
    longer = max(values) + more
    before, after = summarise(runs.of(values)).percentiles, summarise(runs.of([*values, longer])).percentiles
    assert before
    assert after
    assert after.p90 >= before.p90 or math.isclose(after.p90, before.p90)


@given(some.lists(seconds, min_size=5, max_size=100))
def test_percentiles_rise_and_stay_within_what_was_measured(values: list[int]) -> None:
    found = summarise(runs.of(values)).percentiles
    assert found
    steps = [min(values), found.p50, found.p75, found.p90, found.p95 or found.p90, max(values)]
    assert all(a <= b or math.isclose(a, b) for a, b in pairwise(steps))


@given(durations, durations)
def test_what_is_packed_comes_out_again(solid: list[int], hollow: list[int]) -> None:
    first, second = runs.unpacked(runs.packed(runs.run_of(solid), runs.run_of(hollow)))
    assert (list(first), list(second)) == (sorted(solid), sorted(hollow))
    assert not runs.packed(runs.Run(), runs.Run())
    assert [list(run) for run in runs.unpacked(b"")] == [[], []]


@given(durations, some.lists(durations, max_size=4), some.randoms())
def test_a_run_holds_what_was_put_in_and_not_taken_out(first: list[int], more: list[list[int]], random: Random) -> None:
    run, expected = runs.run_of(first), list(first)
    for values in more:
        run = runs.unpacked(runs.packed(run, runs.Run()))[0]
        run.put(array(runs.KIND, values))
        expected += values
        gone = expected.pop(random.randrange(len(expected)))
        run.take(gone)
        assert list(run) == sorted(expected)
        assert (len(run), run.below(gone)) == (len(expected), sum(value < gone for value in expected))
        assert runs.packed(run, runs.Run()) == runs.packed(runs.run_of(expected), runs.Run())
    with pytest.raises(ValueError, match="is not in the run"):
        run.take(10**9)


@pytest.mark.parametrize("most", [255, 256, 65_535, 65_536, 2**32 - 1])
def test_numbers_are_kept_in_as_few_bytes_as_hold_them(most: int) -> None:
    run = runs.run_of([*range(100), most])
    assert list(runs.unpacked(runs.packed(run, runs.Run()))[0]) == [*range(100), most]


def test_many_incidents_of_the_same_length_are_kept_as_one() -> None:
    kept = runs.packed(runs.run_of([900] * 100_000), runs.Run())
    assert len(kept) < 100
    assert len(runs.unpacked(kept)[0]) == 100_000


@given(counts)
def test_wilsons_bounds_solve_its_equation(count: tuple[int, int]) -> None:
    """The bounds are where |p̂ − p| = z·√(p(1−p)/n), found here by bisection instead of by the formula."""
    hits, n = count
    found = proportion(hits, n)
    observed = hits / n

    def beyond(p: float) -> float:
        return abs(observed - p) - distributions.Z_95 * math.sqrt(p * (1 - p) / n)

    def root(inside: float, outside: float) -> float:
        for _ in range(80):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if beyond(middle) <= 0 else (inside, middle)
        return inside

    assert found.low == pytest.approx(root(observed, 0), abs=1e-6)
    assert found.high == pytest.approx(root(observed, 1), abs=1e-6)


@given(counts)
def test_the_interval_holds_the_share_and_lies_between_nothing_and_all(count: tuple[int, int]) -> None:
    found = proportion(*count)
    assert 0 <= found.low <= found.share <= found.high <= 1


def test_five_incidents_of_the_domains_example() -> None:
    minutes = runs.of([500, 10, 40, 20, 30])
    found = summarise(minutes)
    assert found.percentiles
    assert (found.n, found.percentiles.p50, found.longest) == (5, 30, 500)
    assert found.percentiles.p90 == pytest.approx(316)
    share = within(minutes, 30)
    assert share
    assert (share.hits, share.n) == (3, 5)
    assert (round(share.low * 100), round(share.high * 100)) == (23, 88)


def test_nine_of_fourteen_lie_between_39_and_84_percent() -> None:
    found = proportion(9, 14)
    assert (round(found.low * 100), round(found.high * 100)) == (39, 84)


def test_four_are_too_few_to_summarise() -> None:
    four = runs.of([1, 2, 3, 4])
    found = summarise(four)
    assert (found.n, found.percentiles, found.longest, found.too_few) == (4, None, None, True)
    assert within(four, 3) is None


def test_p95_is_told_from_twenty_on() -> None:
    nineteen, twenty = summarise(runs.of(range(19))).percentiles, summarise(runs.of(range(20))).percentiles
    assert nineteen
    assert twenty
    assert nineteen.p95 is None
    assert twenty.p95 == pytest.approx(18.05)
