"""Shifts across every change of clocks: no gap, no overlap, hand-over at the wall clock's time (E22)."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from roles.coverage import gaps
from roles.models import ZONES, Rotation, Turn, User
from roles.rotations import Shift, boundary, shift_at, shifts_between

NAMES = ("Ada", "Grace", "Linus")
DAY = timedelta(days=1)


def rotation(zone: str, starts_on: date, *, at: time = time(9), days: int = 7) -> Rotation:
    """A rotation of three people that never touches the database."""
    made = Rotation(name="On call", time_zone=zone, starts_on=starts_on, handover_at=at, shift_days=days)
    turns = [Turn(rotation=made, person=User(name=name), position=place) for place, name in enumerate(NAMES)]
    vars(made)["_prefetched_objects_cache"] = {"turns": turns, "overrides": []}
    return made


def shifts(made: Rotation, start: datetime, end: datetime) -> list[Shift]:
    return list(shifts_between(made, start, end))


def assert_tiles(found: list[Shift], start: datetime, end: datetime) -> None:
    assert found[0].starts_at == start
    assert found[-1].ends_at == end
    assert all(one.ends_at == following.starts_at for one, following in pairwise(found))
    assert all(one.starts_at < one.ends_at for one in found)


def wall(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("first", "changes_on", "hours"),
    [(date(2027, 3, 8), date(2027, 3, 28), 7 * 24 - 1), (date(2026, 10, 5), date(2026, 10, 25), 7 * 24 + 1)],
    ids=["the last Sunday of March", "the last Sunday of October"],
)
def test_a_weekly_rotation_in_london_covers_every_second_of_the_change(
    first: date, changes_on: date, hours: int
) -> None:
    made = rotation("Europe/London", first)
    start, end = boundary(made, 0), boundary(made, 6)
    found = shifts(made, start, end)
    assert_tiles(found, start, end)
    assert gaps(made, start, end) == []
    assert {wall(one.starts_at, "Europe/London")[-5:] for one in found} == {"09:00"}
    across = next(one for one in found if one.starts_at.date() < changes_on <= one.ends_at.date())
    assert across.ends_at - across.starts_at == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 4, 4), 24.5), (date(2026, 10, 4), 23.5)], ids=["set back", "set forward"]
)
def test_lord_howe_changes_by_half_an_hour_and_so_does_the_shift(day: date, hours: float) -> None:
    made = rotation("Australia/Lord_Howe", day - 3 * DAY, at=time(1), days=1)
    found = shifts(made, boundary(made, 0), boundary(made, 7))
    assert_tiles(found, boundary(made, 0), boundary(made, 7))
    on_the_day = next(one for one in found if wall(one.starts_at, "Australia/Lord_Howe") == f"{day} 01:00")
    assert on_the_day.ends_at - on_the_day.starts_at == timedelta(hours=hours)


def test_a_hand_over_within_the_missing_half_hour_happens_as_long_after_midnight_as_it_says() -> None:
    made = rotation("Australia/Lord_Howe", date(2026, 10, 4), at=time(2, 15), days=1)
    assert wall(boundary(made, 0), "Australia/Lord_Howe") == "2026-10-04 02:45"


def test_a_hand_over_that_comes_twice_happens_the_first_time() -> None:
    made = rotation("Europe/London", date(2026, 10, 25), at=time(1, 30), days=1)
    assert boundary(made, 0) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_apia_skips_a_day_and_nobody_is_missed_out_of_time() -> None:
    made = rotation("Pacific/Apia", date(2011, 12, 26), days=1)
    start, end = boundary(made, 0), boundary(made, 9)
    found = shifts(made, start, end)
    assert_tiles(found, start, end)
    days = [wall(one.starts_at, "Pacific/Apia")[:10] for one in found]
    assert "2011-12-29" in days
    assert "2011-12-30" not in days
    assert days == sorted(set(days))
    assert all(one.ends_at - one.starts_at == DAY for one in found)


def test_a_week_in_apia_has_six_days_when_one_is_skipped() -> None:
    made = rotation("Pacific/Apia", date(2011, 12, 26))
    found = shifts(made, boundary(made, 0), boundary(made, 3))
    assert_tiles(found, boundary(made, 0), boundary(made, 3))
    assert [(one.ends_at - one.starts_at).days for one in found] == [6, 7, 7]
    assert [one.person.name for one in found] == ["Ada", "Grace", "Linus"]


@settings(max_examples=300, deadline=None)
@example("Pacific/Apia", date(2011, 12, 20), time(0), 1, 0)
@example("Pacific/Kwajalein", date(1993, 8, 10), time(9), 1, 0)
@example("Africa/Casablanca", date(2026, 2, 10), time(2, 30), 1, 0)
@example("America/Havana", date(2026, 10, 20), time(0, 30), 1, 0)
@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(1990, 1, 1), date(2040, 1, 1)),
    at=st.times(),
    days=st.integers(1, 28),
    late=st.integers(0, 60 * 24 * 40),
)
def test_in_every_zone_shifts_tile_the_time_line(zone: str, first: date, at: time, days: int, late: int) -> None:
    made = rotation(zone, first, at=at.replace(microsecond=0, fold=0), days=days)
    start = boundary(made, 0) + timedelta(minutes=late)
    end = start + timedelta(days=60)
    found = shifts(made, start, end)
    assert_tiles(found, start, end)
    for one in found:
        for instant in (one.starts_at, one.ends_at - timedelta(microseconds=1)):
            at_once = shift_at(made, instant)
            assert at_once is not None
            assert at_once.person is one.person


@settings(max_examples=200, deadline=None)
@given(zone=st.sampled_from(ZONES), first=st.dates(date(1990, 1, 1), date(2040, 1, 1)), at=st.times())
def test_in_every_zone_the_turn_goes_round_and_hands_over_at_the_wall_clocks_time(
    zone: str, first: date, at: time
) -> None:
    made = rotation(zone, first, at=at.replace(microsecond=0, fold=0))
    found = shifts(made, boundary(made, 0), boundary(made, 9))
    assert [one.person.name for one in found] == [NAMES[n % 3] for n in range(9)]
    for one in found:
        local = one.starts_at.astimezone(made.zone)
        exact = local.time().replace(fold=0) == made.handover_at
        jumped = local.replace(tzinfo=None, fold=0) - datetime.combine(local.date(), made.handover_at)
        assert exact or timedelta() < jumped % DAY <= timedelta(hours=3)


def test_a_shift_is_found_before_the_first_hand_over_by_nobody() -> None:
    made = rotation("Europe/Berlin", date(2026, 11, 23))
    assert shift_at(made, boundary(made, 0) - timedelta(microseconds=1)) is None
    assert shift_at(made, boundary(made, 0)) is not None
