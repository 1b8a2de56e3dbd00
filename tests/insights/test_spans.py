"""Days are cut into years, months and days that are left over, without gap or overlap."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as some

from insights.filters import Days
from insights.spans import Range, cut

firsts = some.dates(date(2018, 1, 1), date(2026, 12, 31))


def days_of(ranges: Iterable[Range]) -> Counter[date]:
    return Counter(start + timedelta(days=n) for start, end in ranges for n in range((end - start).days + 1))


@given(firsts, some.integers(0, 1500), some.booleans())
def test_days_are_cut_without_gap_or_overlap(first: date, length: int, years: bool) -> None:
    last = first + timedelta(days=length)
    found = cut(Days(first, last), with_years=years)
    held, surplus = days_of((*found.years, *found.months, *found.days)), days_of(found.surplus)
    assert surplus <= days_of((*found.years, *found.months))
    assert held - surplus == Counter(first + timedelta(days=n) for n in range(length + 1))
    assert all((start.day, start.month) == (1, 1) for start, _ in found.years)
    assert all(start.day == 1 for start, _ in found.months)
    assert years or not found.years


@given(firsts, some.integers(0, 1500))
def test_at_neither_end_more_than_half_a_month_of_days_is_read(first: date, length: int) -> None:
    found = cut(Days(first, first + timedelta(days=length)))
    assert days_of((*found.days, *found.surplus)).total() <= min(length + 1, 2 * 15)


def test_all_time_is_whole_years_alone() -> None:
    found = cut(Days())
    assert (len(found.years), found.months, found.days, found.surplus) == (1, (), (), ())
