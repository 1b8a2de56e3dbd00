"""Strip plots on a log axis, as positions in percent: the browser gives the width, we give the place. Pure.

Marks are gathered in columns, so that a drawing is as large for a million incidents as for a thousand.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from insights.panels import Row
from insights.runs import Runs
from insights.spelling import span
from insights.stages import Share

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
# Labelled ticks in seconds; the axis ends at the first of ENDS that holds everything.
TICKS = (
    (MINUTE, "1 min"), (10 * MINUTE, "10 min"), (HOUR, "1 h"), (6 * HOUR, "6 h"), (DAY, "1 d"),
    (7 * DAY, "7 d"), (30 * DAY, "30 d"), (365 * DAY, "1 y"), (3650 * DAY, "10 y"),
)  # fmt: skip
ENDS = (HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY, 3650 * DAY)
# Left of the first tick lies a band for what took less than a minute, which no log axis can show.
BAND = 6.0
RIGHT = 98.5
# So wide that an answer stays small: each column that is not empty is a link.
COLUMN = 2.5
# In pixels: a row is this high, dots lie this far apart, and at most so many above each other.
HEIGHT, STEP, MOST_DOTS = 44.0, 5.5, 7
# A column is a dotted line; a hair more than its last dot's place, so that rounding does not lose the dot.
REACH = 0.1


@dataclass(frozen=True)
class Tick:
    """A labelled place on the axis; `anchor` keeps its text inside the drawing."""

    x: str
    label: str
    anchor: str


@dataclass(frozen=True)
class Axis:
    """One scale for all panels that are looked at together: log from a minute to `end` seconds."""

    end: float

    def place(self, seconds: float) -> float:
        """Per cent of the width."""
        if seconds < MINUTE:
            return BAND / 2
        share = math.log(min(seconds, self.end) / MINUTE) / math.log(self.end / MINUTE)
        return BAND + share * (RIGHT - BAND)

    @cached_property
    def edges(self) -> list[int]:
        """Where each column starts, in whole seconds; what is in a column and what its link lists are told by these."""
        columns = math.ceil((RIGHT - BAND) / COLUMN) + 1
        shares = (column * COLUMN / (RIGHT - BAND) for column in range(columns))
        return [0, *(round(MINUTE * (self.end / MINUTE) ** share) for share in shares)]

    def centre(self, column: int) -> float:
        """Column 0 is the band left of the first tick."""
        return BAND / 2 if column == 0 else BAND + (column - 0.5) * COLUMN

    @property
    def ticks(self) -> list[Tick]:
        shown = [(seconds, label) for seconds, label in TICKS if seconds <= self.end]
        return [
            Tick(percent(self.place(seconds)), label, "end" if seconds == self.end else "middle")
            for seconds, label in shown
        ]


def axis(rows: Iterable[Row]) -> Axis:
    """The scale that holds every mark of these rows."""
    longest = max((row.measured.longest for row in rows), default=0)
    return Axis(next((end for end in ENDS if longest <= end), float(max(longest, ENDS[-1]))))


@dataclass(frozen=True)
class Mark:
    """A column of dots: `count` incidents that took from `least` to below `below` seconds."""

    x: str
    hit: str
    width: str
    # Pixels from the top. The upper part is drawn hollow where a fallback was used.
    top: float
    end: float
    hollow_end: float | None
    solid_top: float | None
    count: int
    least: int
    below: float
    label: str
    # Where it is but one, and few enough are chosen to be named: its reference.
    reference: str = ""


@dataclass(frozen=True)
class Strip:
    """One row, drawn: its marks and where its percentiles lie, in per cent of the width."""

    row: Row
    marks: tuple[Mark, ...]
    median: str = ""
    p75: str = ""
    p90: str = ""
    target: str = ""


@dataclass(frozen=True)
class Column:
    """So many incidents took from `least` to below `below` seconds, of which `hollow` used a fallback."""

    place: int
    least: int
    below: float
    count: int
    hollow: int
    # How many columns it stands for, from its place on.
    wide: int = 1

    def joined(self, other: "Column") -> "Column":
        """With the column right of it."""
        wide = self.wide + other.wide
        return Column(self.place, self.least, other.below, self.count + other.count, self.hollow + other.hollow, wide)


def columns(runs: Runs, scale: Axis) -> list[Column]:
    """The columns that are not empty, from left to right."""
    edges = [*scale.edges, math.inf]
    counts, hollow = [runs.below(edge) for edge in edges], [runs.hollow_below(edge) for edge in edges]
    return [
        Column(place, least, edges[place + 1], count, hollow[place + 1] - hollow[place])
        for place, least in enumerate(scale.edges)
        if (count := counts[place + 1] - counts[place])
    ]


def joined(found: Iterable[Column], each: int) -> list[Column]:
    """Beside each other, columns of less than a dot become one until they hold as many: else many incidents have long
    tails of dots that stand for hardly any, and a drawing grows with them. The band stays apart."""
    kept: list[Column] = []
    for column in found:
        last = kept[-1] if kept else None
        is_light = column.count < each
        if last and is_light and last.count < each and 0 < last.place == column.place - last.wide:
            kept[-1] = last.joined(column)
        else:
            kept.append(column)
    return kept


def dots_stand_for(drawn: Iterable[Iterable[Column]]) -> int:
    """How many incidents one dot stands for in rows that are compared, so that their fullest column fits its row."""
    return math.ceil(max((column.count for row in drawn for column in row), default=1) / MOST_DOTS)


def strip(
    row: Row, found: Iterable[Column], scale: Axis, *, each: int, target: float | None, named: Mapping[int, str]
) -> Strip:
    """Draw a row; a dot stands for up to `each` incidents. `named` gives references by their seconds, where known."""
    told = row.summary.percentiles
    marks = tuple(_mark(column, row.measured, scale, each, named) for column in joined(found, each))
    target_at = percent(scale.place(target)) if target else ""
    if told is None:
        return Strip(row, marks, target=target_at)
    p50, p75, p90 = (percent(scale.place(value)) for value in (told.p50, told.p75, told.p90))
    return Strip(row, marks, p50, p75, p90, target_at)


def _mark(column: Column, runs: Runs, scale: Axis, each: int, named: Mapping[int, str]) -> Mark:
    hollow = math.ceil(column.hollow / each)
    dots = max(math.ceil(column.count / each), hollow)
    top = HEIGHT / 2 - (dots - 1) * STEP / 2
    ends = [top + place * STEP for place in range(dots)]
    left, width = scale.centre(column.place) - COLUMN / 2, COLUMN * column.wide
    alone = runs.first_from(column.least) if column.count == 1 else None
    reference = named.get(alone, "") if alone is not None else ""
    return Mark(
        x=percent(left + width / 2),
        hit=percent(left),
        width=f"{width:g}%",
        top=top,
        end=ends[-1] + REACH,
        hollow_end=ends[hollow - 1] + REACH if hollow else None,
        solid_top=ends[hollow] if hollow < dots else None,
        count=column.count,
        least=column.least,
        below=column.below,
        label=_label(column, alone, reference),
        reference=reference,
    )


def _label(column: Column, alone: int | None, reference: str) -> str:
    if alone is not None:
        return f"{reference or 'One incident'}: {span(alone)}"
    upper = "or longer" if math.isinf(column.below) else f"to {span(column.below)}"
    return f"{column.count} incidents: {span(column.least)} {upper}"


@dataclass(frozen=True)
class Slice:
    """A stage in the bar: where it starts and how wide it is, in per cent."""

    share: Share
    x: str
    width: str


def bar(shares: Iterable[Share]) -> list[Slice]:
    """The stages beside each other; what rounds to nothing is not drawn, but stands in the table."""
    slices, x = [], 0.0
    for share in shares:
        width = share.share * 100
        if width >= 0.05:
            slices.append(Slice(share, percent(x), percent(width)))
        x += width
    return slices


def percent(value: float) -> str:
    return f"{value:.2f}%"
