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
    """The same days without overlap: ranges of whole years, of whole months, and of single days."""

    years: tuple[Range, ...]
    months: tuple[Range, ...]
    days: tuple[Range, ...]


def cut(asked: Days, *, with_years: bool = True) -> Spans:
    """As few tallies as hold these days; without years where months are to be told apart."""
    first, last = max(asked.first or BEGINNING, BEGINNING), min(asked.last or END, END)
    whole, rest = _whole(first, last + ONE, _next_month(first), (last + ONE).replace(day=1))
    if whole is None:
        return Spans((), (), rest)
    start, end = whole
    if not with_years:
        return Spans((), ((start, end - ONE),), rest)
    new_year = start if (start.month, start.day) == (1, 1) else date(start.year + 1, 1, 1)
    years, months = _whole(start, end, new_year, date(end.year, 1, 1))
    return Spans(((years[0], years[1] - ONE),) if years else (), months, rest)


def _whole(first: date, after: date, start: date, end: date) -> tuple[Range | None, tuple[Range, ...]]:
    """The whole units from `start` to before `end` of what lies from `first` to before `after`, and what is left."""
    if start >= end:
        return None, ((first, after - ONE),) if first < after else ()
    left = ((first, start - ONE), (end, after - ONE))
    return (start, end), tuple((one, other) for one, other in left if one <= other)


def _next_month(day: date) -> date:
    """The day itself where it begins a month, else the first of the next."""
    return day if day.day == 1 else (day.replace(day=28) + timedelta(days=4)).replace(day=1)
