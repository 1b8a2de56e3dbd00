"""The ticker: every step has its turn, and maintenance begins and ends by the clock."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError

from config.ticker import Ticker
from kit import clock
from statuspage import maintenance
from statuspage.maintenance import WORDS, Plan
from statuspage.models import PublicIncident
from statuspage.vocabulary import State, Status
from tests.people import ada
from tests.statuspage.world import site, status_of
from tests.statuspage_world import component, page

# Real transactions: a tick closes the connections that are worn out.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
# Begun and completed within ten seconds of the hour that was announced.
SOON = timedelta(seconds=10)


def planned(begins: datetime, ends: datetime) -> PublicIncident:
    plan = Plan("New disks", "Search is slower.", begins, ends, [component("Search")])
    return maintenance.schedule(page(), plan, actor=ada())


def test_maintenance_left_to_the_clock_begins_and_ends_with_the_ticker(morning: datetime) -> None:
    page()
    begins, ends = morning + timedelta(hours=1), morning + timedelta(hours=2)
    work = planned(begins, ends)
    told = []
    for instant in (begins - SOON, begins + SOON, ends + SOON):
        with clock.at(instant):
            assert Ticker().tick()
        work.refresh_from_db()
        text = (site() / "index.html").read_text()
        told.append((work.state, status_of("Search"), [words for words in WORDS.values() if words in text]))
    assert told == [
        (State.SCHEDULED, Status.OPERATIONAL, []),
        (State.IN_PROGRESS, Status.UNDER_MAINTENANCE, [WORDS[State.IN_PROGRESS]]),
        (State.COMPLETED, Status.OPERATIONAL, [WORDS[State.COMPLETED]]),
    ]


def failing(error: Exception) -> Callable[[datetime], object]:
    def step(now: datetime) -> None:
        raise error

    return step


def test_a_step_that_breaks_ends_the_process_after_the_others_had_their_turn() -> None:
    turns: list[datetime] = []
    with pytest.raises(ZeroDivisionError):
        Ticker((turns.append, failing(ZeroDivisionError()), turns.append)).tick()
    assert len(turns) == 2


def test_a_database_that_does_not_answer_is_asked_again_later() -> None:
    assert not Ticker((failing(OperationalError("gone")),)).tick()
