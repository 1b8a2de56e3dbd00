"""Times that people type: what does not exist is refused, what comes twice is asked about."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.rules import RuleBroken
from roles.models import ZONES
from roles.wall_clock import Pass, instant

LONDON = ZoneInfo("Europe/London")


def test_an_ordinary_time_is_the_one_instant_it_can_be() -> None:
    assert instant(datetime(2026, 7, 1, 9), LONDON) == datetime(2026, 7, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "wall", "instead"),
    [
        ("Europe/London", datetime(2027, 3, 28, 1, 30), "28 Mar 2027, 02:30"),
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 15), "04 Oct 2026, 02:45"),
        ("Pacific/Apia", datetime(2011, 12, 30, 12), "31 Dec 2011, 12:00"),
    ],
)
def test_a_time_the_clocks_jump_over_is_refused_and_a_near_one_named(zone: str, wall: datetime, instead: str) -> None:
    with pytest.raises(RuleBroken, match=instead) as refused:
        instant(wall, ZoneInfo(zone), field="starts")
    assert (refused.value.code, refused.value.field) == ("no_such_time", "starts")


def test_a_time_that_comes_twice_is_asked_about() -> None:
    with pytest.raises(RuleBroken, match=r"as BST \(UTC\+01:00\) and as GMT \(UTC\+00:00\)") as refused:
        instant(datetime(2026, 10, 25, 1, 30), LONDON)
    assert refused.value.code == "ambiguous_time"


def test_whoever_says_which_gets_that_one() -> None:
    wall = datetime(2026, 10, 25, 1, 30)
    assert instant(wall, LONDON, Pass.FIRST) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant(wall, LONDON, Pass.SECOND) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_saying_which_of_one_changes_nothing() -> None:
    wall = datetime(2026, 7, 1, 9)
    assert instant(wall, LONDON, Pass.SECOND) == instant(wall, LONDON)


@given(at=st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)), zone=st.sampled_from(ZONES))
def test_what_any_clock_shows_can_be_typed(at: datetime, zone: str) -> None:
    shown = at.replace(tzinfo=UTC, second=0, microsecond=0).astimezone(ZoneInfo(zone))
    which = Pass.SECOND if shown.fold else Pass.FIRST
    assert instant(shown.replace(tzinfo=None, fold=0), ZoneInfo(zone), which) == shown.astimezone(UTC)
