"""Uptime: exact shares, overlapping windows, days in the page's zone, colours."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from statuspage import uptime
from statuspage.uptime import Claim, Weights, Window
from statuspage.vocabulary import Status

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DEGRADED, PARTIAL, MAJOR = Status.DEGRADED_PERFORMANCE, Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE
WORK = Status.UNDER_MAINTENANCE


def window(begins: float, ends: float, status: Status) -> Window:
    """A span in minutes after noon."""
    return Window(NOON + timedelta(minutes=begins), NOON + timedelta(minutes=ends), status)


USUAL = Weights()


def share_of_100_minutes(*windows: Window, weights: Weights = USUAL) -> Fraction | None:
    apart = uptime.merged(windows, weights)
    return uptime.uptime(apart, NOON, NOON + timedelta(minutes=100), weights)


@pytest.mark.parametrize(
    ("windows", "up"),
    [
        ([], "100"),
        ([window(0, 10, MAJOR)], "90.00"),
        ([window(0, 10, PARTIAL)], "97.00"),
        ([window(0, 100, DEGRADED)], "100"),
        ([window(0, 100, WORK)], "100"),
        ([window(-50, 10, MAJOR)], "90.00"),
        ([window(95, 200, MAJOR)], "95.00"),
        ([window(0, 10, PARTIAL), window(0, 10, MAJOR)], "90.00"),
        ([window(0, 10, PARTIAL), window(5, 10, MAJOR)], "93.50"),
        ([window(0, 10, MAJOR), window(2, 8, PARTIAL)], "90.00"),
        ([window(0, 10, PARTIAL), window(0, 10, PARTIAL)], "97.00"),
        ([window(0, 10, MAJOR), window(10, 20, MAJOR)], "80.00"),
        ([window(0, 100, MAJOR)], "0.00"),
    ],
)
def test_overlaps_count_once_and_the_worse_weight_wins(windows: list[Window], up: str) -> None:
    share = share_of_100_minutes(*windows)
    assert share is not None
    assert uptime.percent(share) == up


def test_the_weights_are_the_pages_own() -> None:
    heavy = Weights(major=100, partial=50, degraded=10)
    assert share_of_100_minutes(window(0, 10, PARTIAL), weights=heavy) == Fraction(95, 100)
    assert share_of_100_minutes(window(0, 10, DEGRADED), weights=heavy) == Fraction(99, 100)


@pytest.mark.parametrize(
    ("lost", "shown"),
    [
        (Fraction(0), "100"),
        (Fraction(1, 10**9), "99.99"),
        (Fraction(1, 10**4), "99.99"),
        (Fraction(11, 10**5), "99.98"),
        (Fraction(1), "0.00"),
    ],
)
def test_a_share_is_rounded_down_and_never_up(lost: Fraction, shown: str) -> None:
    assert uptime.percent(1 - lost) == shown


def test_a_group_is_the_mean_of_its_children_and_unknown_ones_do_not_count() -> None:
    assert uptime.mean([Fraction(1), Fraction(1, 2), None]) == Fraction(3, 4)
    assert uptime.mean([None]) is None
    assert uptime.uptime([], NOON, NOON, USUAL) is None


def test_claims_hold_until_the_next_one_or_the_end() -> None:
    said = [
        Claim(NOON, 1, PARTIAL),
        Claim(NOON, 2, DEGRADED),
        Claim(NOON + timedelta(minutes=5), 1, MAJOR),
        Claim(NOON + timedelta(minutes=20), 1, Status.OPERATIONAL),
    ]
    assert uptime.windows(said, NOON + timedelta(minutes=30)) == {
        1: [window(0, 5, PARTIAL), window(5, 20, MAJOR)],
        2: [window(0, 30, DEGRADED)],
    }


@pytest.mark.parametrize(
    ("minutes", "colour"),
    [
        (0, "#2fcc66"),
        (1e-9, "#90c83a"),
        (10, "#c0c625"),
        (20, "#f1c40f"),
        (80 / 3, "#eca118"),
        (100 / 3, "#e67e22"),
        (140 / 3, "#e6652f"),
        (60, "#e74c3c"),
        (1440, "#e74c3c"),
    ],
)
def test_the_colour_of_a_day_follows_its_weighted_minutes(minutes: float, colour: str) -> None:
    assert uptime.colour(minutes) == colour


def test_days_are_local_and_today_is_the_last() -> None:
    zone = ZoneInfo("Asia/Tokyo")
    late = Window(datetime(2026, 11, 22, 14, 30, tzinfo=UTC), datetime(2026, 11, 22, 15, 30, tzinfo=UTC), MAJOR)
    days = uptime.days([late], now=NOON, zone=zone, since=None, weights=USUAL)
    assert len(days) == 90
    assert [(day.on, day.minutes) for day in days[-2:]] == [(date(2026, 11, 22), 30.0), (date(2026, 11, 23), 30.0)]
    assert days[-1].spans == {MAJOR: timedelta(minutes=30)}


def test_a_day_on_which_clocks_change_is_as_long_as_it_is() -> None:
    zone, now = ZoneInfo("Europe/London"), datetime(2026, 10, 26, 12, tzinfo=UTC)
    whole = Window(datetime(2026, 10, 1, tzinfo=UTC), now, MAJOR)
    days = {day.on: day.minutes for day in uptime.days([whole], now=now, zone=zone, since=None, weights=USUAL)}
    assert days[date(2026, 10, 24)] == 24 * 60
    assert days[date(2026, 10, 25)] == 25 * 60


def test_days_before_a_component_was_there_are_not_known() -> None:
    days = uptime.days([], now=NOON, zone=ZoneInfo("UTC"), since=date(2026, 11, 22), weights=USUAL)
    assert [day.is_known for day in days[-3:]] == [False, True, True]
