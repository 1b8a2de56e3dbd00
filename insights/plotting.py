"""Trends as drawn: a point and its interval for each month on a log scale, as positions. No figure is made here."""

import math
from dataclasses import dataclass

from django.urls import reverse

from insights import sentences
from insights.charts import MINUTE, TICKS, percent
from insights.comparing import Point, Trend
from insights.filters import Filters
from insights.spelling import span

HEIGHT, PAD = 160.0, 12.0


@dataclass(frozen=True)
class DrawnPoint:
    """One month: where it stands, and its table row."""

    point: Point
    x: str
    y: float | None
    top: float | None
    end: float | None
    label: str
    median: str
    interval: str
    href: str


@dataclass(frozen=True)
class DrawnTrend:
    """One duration over months."""

    trend: Trend
    points: list[DrawnPoint]
    # Labelled heights.
    ticks: list[tuple[float, str]]
    sentence: str


@dataclass(frozen=True)
class Scale:
    """Log, from the tick at or below the least to the one at or above the most."""

    least: float
    most: float

    def y(self, seconds: float) -> float:
        share = math.log(max(seconds, self.least) / self.least) / math.log(self.most / self.least)
        return round(HEIGHT - PAD - share * (HEIGHT - 2 * PAD), 1)


def scale(points: list[Point]) -> Scale:
    known = [value for point in points for value in (point.median, point.low, point.high) if value]
    ticks = [1.0, *(seconds for seconds, _ in TICKS)]
    low, high = min(known, default=MINUTE), max(known, default=60 * MINUTE)
    least = max((tick for tick in ticks if tick <= low), default=1.0)
    most = min((tick for tick in ticks if tick >= high), default=high)
    return Scale(least, most if most > least else least * 10)


def draw(trend: Trend, filters: Filters) -> DrawnTrend:
    points = list(trend.points)
    shown = scale(points)
    wide = 100 / max(len(points), 1)
    ticks = [(shown.y(seconds), label) for seconds, label in TICKS if shown.least <= seconds <= shown.most]
    return DrawnTrend(
        trend,
        [_point(trend, point, percent((place + 0.5) * wide), shown, filters) for place, point in enumerate(points)],
        ticks,
        sentences.of_difference(trend.difference, periods=True),
    )


def _point(trend: Trend, point: Point, x: str, shown: Scale, filters: Filters) -> DrawnPoint:
    href = reverse("insights_incidents") + filters.query(measure=trend.measure.key, group=point.key, by="month")
    if point.median is None or point.low is None or point.high is None:
        return DrawnPoint(point, x, None, None, None, f"{point.label}: {sentences.TOO_FEW}", "", "", href)
    interval = f"{span(point.low)} to {span(point.high)}"
    label = f"{point.label}: {span(point.median)} (95 %: {interval}), n = {point.n}"
    return DrawnPoint(
        point, x, shown.y(point.median), shown.y(point.high), shown.y(point.low), label, span(point.median), interval,
        href,
    )  # fmt: skip
