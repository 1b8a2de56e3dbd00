"""Times that people type: from the wall clock of a zone to the one instant that is meant (E22)."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from kit.rules import RuleBroken


class Pass(StrEnum):
    """Which of two: when clocks are set back, an hour of the wall clock passes twice."""

    FIRST = "first"
    SECOND = "second"


def instant(wall: datetime, zone: ZoneInfo, which: Pass | None = None, *, field: str = "") -> datetime:
    """The instant (UTC) of a naive wall clock time. Raises `RuleBroken` with `no_such_time` or `ambiguous_time`."""
    first, second = _instant(wall, zone, 0), _instant(wall, zone, 1)
    if _back(first, zone) != wall:
        after = max(first, second).astimezone(zone)
        raise RuleBroken(
            "no_such_time",
            f"{_spelt(wall)} does not exist in {zone.key}: the clocks jump over it. {_spelt(after)} does.",
            field=field,
        )
    if first != second and which is None:
        raise RuleBroken(
            "ambiguous_time",
            f"{_spelt(wall)} comes twice in {zone.key}, as {_zone_name(first, zone)} and as "
            f"{_zone_name(second, zone)}. Say which you mean.",
            field=field,
        )
    return second if which == Pass.SECOND else first


def _instant(wall: datetime, zone: ZoneInfo, fold: int) -> datetime:
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _back(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def _spelt(at: datetime) -> str:
    return f"{at:%d %b %Y, %H:%M}"


def _zone_name(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    sign = "-" if offset < timedelta() else "+"
    minutes = abs(int(offset.total_seconds())) // 60
    return f"{local.tzname()} (UTC{sign}{minutes // 60:02d}:{minutes % 60:02d})"
