"""The ticker: every step has its turn, and maintenance begins and ends by the clock."""

import signal
import threading
from collections.abc import Callable, Iterator
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


@pytest.fixture
def signals() -> Iterator[None]:
    """A ticker listens to signals; the tests' own hear them again afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
def test_no_clock_waits_for_the_page_to_be_drawn() -> None:
    ticks, drawn, has_ticked = [], [], threading.Event()

    def tick(now: datetime) -> None:
        ticks.append(now)
        if len(ticks) == 3:
            has_ticked.set()
            ticker.stopping.set()

    ticker = Ticker((tick,), (lambda _: drawn.append(has_ticked.wait(20)),))
    ticker.run()
    assert drawn == [True]


@pytest.mark.usefixtures("signals")
def test_a_drawing_that_breaks_ends_the_process() -> None:
    with pytest.raises(ZeroDivisionError):
        Ticker((), (failing(ZeroDivisionError()),)).run()
