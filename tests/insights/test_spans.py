"""Days are cut into years, months and days that are left over, without gap or overlap."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as some

from insights.filters import Days
from insights.spans import cut


@given(some.dates(date(2018, 1, 1), date(2026, 12, 31)), some.integers(0, 1500), some.booleans())
def test_days_are_cut_without_gap_or_overlap(first: date, length: int, years: bool) -> None:
    last = first + timedelta(days=length)
    found = cut(Days(first, last), with_years=years)
    days = sorted(
        start + timedelta(days=n)
        for start, end in (*found.years, *found.months, *found.days)
        for n in range((end - start).days + 1)
    )
    assert days == [first + timedelta(days=n) for n in range(length + 1)]
    assert all((start.day, start.month) == (1, 1) for start, _ in found.years)
    assert all(start.day == 1 for start, _ in found.months)
    assert years or not found.years


def test_all_time_is_whole_years_alone() -> None:
    found = cut(Days())
    assert (len(found.years), found.months, found.days) == (1, (), ())
