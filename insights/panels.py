"""The figures of the dashboard: for each duration a panel, for each group a row, and what was left out and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from insights import choosing, stages
from insights.choosing import Choice
from insights.counts import COUNTS, Count
from insights.distributions import Proportion, Summary, summarise, within
from insights.durations import ESTIMATED, FALLBACKS, MEASURES, Measure
from insights.facts import STAGES
from insights.filters import Filters
from insights.grouping import EVERYTHING, Group
from insights.pools import LeftOut, Pool
from insights.runs import Runs


@dataclass(frozen=True)
class Row:
    """What was measured in one group, and what it comes to."""

    group: Group
    measured: Runs
    summary: Summary
    # How many kept to the measure's target; None without a target or of too few.
    within: Proportion | None


@dataclass(frozen=True)
class Panel:
    """One duration: all of its incidents, its groups, and who is not in it."""

    measure: Measure
    everything: Row
    rows: tuple[Row, ...]
    left_out: tuple[LeftOut, ...]
    # How often each fallback was used, and how many incidents used any.
    fallbacks: tuple[tuple[str, int], ...]
    fallback_used: int
    estimated: int

    @property
    def all_rows(self) -> tuple[Row, ...]:
        return (self.everything, *self.rows)


@dataclass(frozen=True)
class Rate:
    """One proportion of the choice; None where there was nothing to go well or not."""

    count: Count
    found: Proportion | None


@dataclass(frozen=True)
class Dashboard:
    """Everything that one choice of incidents shows."""

    filters: Filters
    panels: tuple[Panel, ...]
    rates: tuple[Rate, ...]
    shares: tuple[stages.Share, ...]
    # By how much the typical share of a stage grew since the period before.
    growth: Mapping[stages.Stage, float]
    # All incidents of the choice, counted or not.
    n: int
    zone: str


def dashboard(choice: Choice) -> Dashboard:
    """The figures of a choice. The same choice gives page, API and export."""
    shares = choice.everything.stages()
    earlier = choosing.before(choice, names=STAGES)
    return Dashboard(
        filters=choice.filters,
        panels=tuple(panel(measure, choice) for measure in MEASURES),
        rates=tuple(Rate(count, choice.everything.proportion(count.key)) for count in COUNTS),
        shares=tuple(shares),
        growth=stages.growth(shares, earlier.everything.stages()) if earlier else {},
        n=choice.everything.n,
        zone=str(choice.zone),
    )


def panel(measure: Measure, choice: Choice) -> Panel:
    everything = choice.everything
    notes = everything.notes(measure.key)
    rows = (_row(measure, group, pool) for group, pool in choice.rows.items())
    return Panel(
        measure=measure,
        everything=_row(measure, EVERYTHING, everything),
        rows=tuple(row for row in rows if row.summary.n),
        left_out=tuple(everything.left_out(measure.key)),
        fallbacks=tuple((note, notes[note]) for note in FALLBACKS if notes[note]),
        fallback_used=everything.fallback_used(measure.key),
        estimated=notes[ESTIMATED],
    )


def _row(measure: Measure, group: Group, pool: Pool) -> Row:
    runs = pool.runs(measure.key)
    target = measure.target
    return Row(group, runs, summarise(runs), within(runs, target.total_seconds()) if target else None)
