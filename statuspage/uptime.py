"""How long each component was up, day by day and over ninety days. Pure (source: status page contract)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from statuspage.vocabulary import WORSE, Status

DAYS = 90
MICROSECOND = timedelta(microseconds=1)
GREEN, YELLOW, ORANGE, RED = (0x2F, 0xCC, 0x66), (0xF1, 0xC4, 0x0F), (0xE6, 0x7E, 0x22), (0xE7, 0x4C, 0x3C)


class Claim(NamedTuple):
    """What one bulletin says of one component from an instant on."""

    at: datetime
    component: int
    status: Status


class Window(NamedTuple):
    """A span in which a component was in one status."""

    starts_at: datetime
    ends_at: datetime
    status: Status


class Weights(NamedTuple):
    """How much of a minute counts as down, in percent; degraded performance and maintenance count as up."""

    major: int = 100
    partial: int = 30
    degraded: int = 0

    def of(self, status: Status) -> int:
        return {
            Status.MAJOR_OUTAGE: self.major,
            Status.PARTIAL_OUTAGE: self.partial,
            Status.DEGRADED_PERFORMANCE: self.degraded,
        }.get(status, 0)


@dataclass(frozen=True)
class Day:
    """One bar: the weighted minutes down, and how long each status but operational lasted.

    `is_known` is false for the days before a component existed.
    """

    on: date
    minutes: float = 0.0
    spans: dict[Status, timedelta] = field(default_factory=dict)
    is_known: bool = True


def windows(claims: Iterable[Claim], over_at: datetime) -> dict[int, list[Window]]:
    """The spans that one incident's claims, in order of time, come to; a component's last holds to `over_at`."""
    by_component: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_component[claim.component].append(claim)
    found: dict[int, list[Window]] = {}
    for component, said in by_component.items():
        ends = [*(claim.at for claim in said[1:]), over_at]
        found[component] = [
            Window(claim.at, end, claim.status)
            for claim, end in zip(said, ends, strict=True)
            if claim.status != Status.OPERATIONAL and claim.at < end
        ]
    return found


def merged(several: Sequence[Window], weights: Weights) -> list[Window]:
    """The same time without overlaps: where windows overlap, the worse weight wins, then the worse status."""
    edges = sorted({edge for window in several for edge in (window.starts_at, window.ends_at)})
    found = []
    for starts_at, ends_at in pairwise(edges):
        over = [window.status for window in several if window.starts_at <= starts_at and ends_at <= window.ends_at]
        if over:
            worst = max(over, key=lambda status: (weights.of(status), WORSE.index(status)))
            found.append(Window(starts_at, ends_at, worst))
    return found


def uptime(apart: Sequence[Window], starts_at: datetime, ends_at: datetime, weights: Weights) -> Fraction | None:
    """The share of the span that was up, exactly; `apart` are windows without overlaps. None for an empty span."""
    total = (ends_at - starts_at) // MICROSECOND
    if total <= 0:
        return None
    if not apart:
        return Fraction(1)
    lost = sum(
        weights.of(window.status) * (_within(window, starts_at, ends_at) // MICROSECOND)
        for window in apart
        if window.starts_at < ends_at and window.ends_at > starts_at
    )
    return 1 - Fraction(lost, 100 * total)


def mean(shares: Sequence[Fraction | None]) -> Fraction | None:
    """A group's uptime: the mean of its children's."""
    known = [share for share in shares if share is not None]
    return sum(known, Fraction()) / len(known) if known else None


def percent(share: Fraction) -> str:
    """“99.98”, rounded down and never up: 100 means that nothing at all was lost."""
    hundredths = share * 10_000 // 1
    return "100" if hundredths == 10_000 else f"{hundredths // 100}.{hundredths % 100:02d}"


@lru_cache(maxsize=4096)
def first_instant(on: date, zone: ZoneInfo) -> datetime:
    """When a local day begins, in UTC."""
    return datetime.combine(on, time.min, zone).astimezone(UTC)


def days(
    apart: Sequence[Window],
    *,
    now: datetime,
    zone: ZoneInfo,
    since: date | None,
    weights: Weights,
    count: int = DAYS,
) -> list[Day]:
    """The last `count` local days up to today, oldest first; those before `since` are not known."""
    today = now.astimezone(zone).date()
    found = []
    for back in range(count - 1, -1, -1):
        on = today - timedelta(days=back)
        if since is not None and on < since:
            found.append(Day(on, is_known=False))
        else:
            found.append(_day(on, apart, zone, now, weights) if apart else Day(on))
    return found


def _day(on: date, apart: Sequence[Window], zone: ZoneInfo, now: datetime, weights: Weights) -> Day:
    starts_at, ends_at = first_instant(on, zone), min(first_instant(on + timedelta(days=1), zone), now)
    spans: dict[Status, timedelta] = defaultdict(timedelta)
    for window in apart:
        if window.starts_at < ends_at and window.ends_at > starts_at:
            spans[window.status] += _within(window, starts_at, ends_at)
    minutes = sum(weights.of(status) * span.total_seconds() for status, span in spans.items()) / 6000
    return Day(on, minutes, dict(spans))


def _within(window: Window, starts_at: datetime, ends_at: datetime) -> timedelta:
    return min(window.ends_at, ends_at) - max(window.starts_at, starts_at)


def colour(minutes: float) -> str:
    """The colour of a day with that many weighted minutes down, as `#rrggbb`."""
    if minutes <= 0:
        return _mix(GREEN, GREEN, 0)
    if minutes < 20:
        return _mix(GREEN, YELLOW, 0.5 + 0.5 * minutes / 20)
    if minutes < 100 / 3:
        return _mix(YELLOW, ORANGE, (minutes - 20) / (100 / 3 - 20))
    if minutes < 60:
        return _mix(ORANGE, RED, (minutes - 100 / 3) / (60 - 100 / 3))
    return _mix(RED, RED, 0)


def _mix(one: tuple[int, int, int], other: tuple[int, int, int], part: float) -> str:
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(one, other, strict=True))
