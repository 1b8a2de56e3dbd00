"""Two periods or groups beside each other: how much medians and shares differ, and whether that is evident."""

from collections.abc import Iterable
from dataclasses import dataclass

from insights import bootstrap, choosing
from insights.bootstrap import Difference
from insights.choosing import Choice
from insights.counts import COUNTS, Count
from insights.distributions import Proportion, Summary, summarise
from insights.durations import MEASURES, Measure
from insights.grouping import Group
from insights.pools import Pool
from insights.runs import Runs, together


@dataclass(frozen=True)
class Side:
    """One of the two: its name, its incidents, and what of an address chooses them (a group, or a custom period)."""

    label: str
    pool: Pool
    group: str = ""


@dataclass(frozen=True)
class Durations:
    """One duration of both, and the difference of the medians; None of too few."""

    measure: Measure
    before: Summary
    after: Summary
    difference: Difference | None


@dataclass(frozen=True)
class Shares:
    """One proportion of both, and the difference of the shares; None where one has nothing to count."""

    count: Count
    before: Proportion | None
    after: Proportion | None
    difference: Difference | None


@dataclass(frozen=True)
class Comparison:
    """Everything of two sides, beside each other."""

    before: Side
    after: Side
    durations: tuple[Durations, ...]
    shares: tuple[Shares, ...]


def of_periods(choice: Choice) -> Comparison | None:
    """The period before beside the chosen one; None where there is none before."""
    earlier = choosing.before(choice)
    if earlier is None:
        return None
    return compare(Side(_days(earlier), earlier.everything), Side(_days(choice), choice.everything))


def _days(choice: Choice) -> str:
    return f"{choice.days.first} to {choice.days.last}"


def of_groups(choice: Choice, first: str, second: str) -> Comparison:
    """Two rows of the choice beside each other; a row that nobody is in is empty."""
    return compare(_side(choice, first), _side(choice, second))


def _side(choice: Choice, key: str) -> Side:
    found = next(((group, pool) for group, pool in choice.rows.items() if group.key == key), None)
    return Side(found[0].label, found[1], key) if found else Side(key, Pool(), key)


def compare(before: Side, after: Side) -> Comparison:
    """Every duration and proportion of two sides."""
    return Comparison(
        before,
        after,
        tuple(_durations(measure, before.pool, after.pool) for measure in MEASURES),
        tuple(_shares(count, before.pool, after.pool) for count in COUNTS),
    )


def _durations(measure: Measure, before: Pool, after: Pool) -> Durations:
    old, new = before.runs(measure.key), after.runs(measure.key)
    return Durations(measure, summarise(old), summarise(new), bootstrap.of_medians(old, new))


def _shares(count: Count, before: Pool, after: Pool) -> Shares:
    old, new = before.proportion(count.key), after.proportion(count.key)
    return Shares(count, old, new, bootstrap.of_proportions(old, new) if old and new else None)


@dataclass(frozen=True)
class Point:
    """One month of a trend: how many, the median, and the interval in which it lies; None of too few."""

    key: str
    label: str
    n: int
    median: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Trend:
    """One duration, month after month, and whether the second half differs from the first."""

    measure: Measure
    points: tuple[Point, ...]
    difference: Difference | None


def trends(choice: Choice, months: int) -> list[Trend]:
    """The last `months` months of each duration; the choice is grouped by month."""
    rows = list(choice.rows.items())[-months:]
    half = len(rows) // 2
    return [
        Trend(
            measure,
            tuple(_point(group.key, group.label, pool.runs(measure.key)) for group, pool in rows),
            bootstrap.of_medians(_together(rows[:half], measure), _together(rows[half:], measure)),
        )
        for measure in MEASURES
    ]


def _together(rows: Iterable[tuple[Group, Pool]], measure: Measure) -> Runs:
    return together(pool.runs(measure.key) for _, pool in rows)


def _point(key: str, label: str, runs: Runs) -> Point:
    interval = bootstrap.of_median(runs)
    if interval is None:
        return Point(key, label, runs.n, None)
    return Point(key, label, runs.n, runs.percentile(0.5), *interval)
