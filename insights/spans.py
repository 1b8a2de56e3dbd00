"""Cutting days into whole years, whole months and what is left over. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from insights.filters import Days

ONE = timedelta(days=1)
# Long before and after any incident.
BEGINNING, END = date(1990, 1, 1), date(2200, 12, 31)

# First and last, both included.
Range = tuple[date, date]


@dataclass(frozen=True)
class Spans:
    """Ranges of whole years, of whole months, and of single days, without overlap.

    What they hold besides the days that were asked for are the days of `surplus`, to be counted out again.
    """

    years: tuple[Range, ...]
    months: tuple[Range, ...]
    days: tuple[Range, ...]
    surplus: tuple[Range, ...] = ()


def cut(asked: Days, *, with_years: bool = True) -> Spans:
    """As few tallies as hold these days; without years where months are to be told apart."""
    first, after = max(asked.first or BEGINNING, BEGINNING), min(asked.last or END, END) + ONE
    start, end = _nearest(first), _nearest(after)
    left = _ranges((first, start), (end, after))
    surplus = _ranges((start, first), (after, end))
    if start >= end or _length(left) + _length(surplus) > (after - first).days:
        return Spans((), (), _ranges((first, after)))
    years, months = _whole_years(start, end) if with_years else ((), _ranges((start, end)))
    return Spans(years, months, left, surplus)


def _whole_years(start: date, end: date) -> tuple[tuple[Range, ...], tuple[Range, ...]]:
    """The whole years between two beginnings of months, and the months beside them."""
    new_year = start if start.month == 1 else date(start.year + 1, 1, 1)
    last = date(end.year, 1, 1)
    if new_year >= last:
        return (), _ranges((start, end))
    return _ranges((new_year, last)), _ranges((start, new_year), (last, end))


def _nearest(day: date) -> date:
    """The beginning of a month that lies nearest: to leave days out of a month is as good as to add them to one."""
    this, following = day.replace(day=1), (day.replace(day=28) + 4 * ONE).replace(day=1)
    return this if day - this < following - day else following


def _ranges(*halves: tuple[date, date]) -> tuple[Range, ...]:
    """Of days and the day after their last; those that hold any."""
    return tuple((first, after - ONE) for first, after in halves if first < after)


def _length(ranges: tuple[Range, ...]) -> int:
    return sum((last - first).days + 1 for first, last in ranges)
