"""The engine: who sends, and what happens when those who should do not."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import Celery
from celery.exceptions import OperationalError
from django.db import connection

from incidents.vocabulary import Severity
from kit import clock
from notifications import bell, engine, heartbeats, tasks
from notifications.engine import Sender
from notifications.heartbeats import Kind
from notifications.models import Heartbeat
from notifications.pool import Hand
from notifications.vocabulary import State
from tests.incidents.stories import declared
from tests.notifications.conftest import Wire
from tests.notifications.world import letters, relay_only, tick
from tests.people import everybody_on_call

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What the bell answers, by turns; every ring takes one."""
    answers = [True] * 10
    monkeypatch.setattr(bell, "ring", lambda: answers.pop(0))
    return answers


def ticks(sent: list[int] | None = None) -> Sender:
    return engine.tick(
        clock.now(), send=lambda: sent.append(1) if sent is not None else None, send_pages=lambda: None
    ).sender


def test_where_no_worker_lives_the_ticker_sends(wire: Wire) -> None:
    declared(Severity.S2)
    assert tick().sender == Sender.TICKER
    assert len(wire.taken) == 3
    assert tick().sender == Sender.NOBODY


def test_a_living_worker_is_rung_for_and_the_ticker_keeps_its_hands_still(rung: list[bool]) -> None:
    heartbeats.beat(Kind.WORKER, "worker", clock.now())
    declared(Severity.S2)
    sent: list[int] = []
    assert ticks(sent) == Sender.WORKERS
    assert sent == []


def test_a_worker_silent_for_thirty_seconds_is_not_waited_for(rung: list[bool]) -> None:
    heartbeats.beat(Kind.WORKER, "worker", clock.now() - timedelta(seconds=31))
    declared(Severity.S2)
    sent: list[int] = []
    assert ticks(sent) == Sender.TICKER
    assert sent == [1]
    assert len(rung) == 10


def test_a_bell_that_is_not_heard_costs_nothing_but_the_try(rung: list[bool]) -> None:
    heartbeats.beat(Kind.WORKER, "worker", clock.now())
    declared(Severity.S2)
    rung[0] = False
    assert ticks([]) == Sender.TICKER


def test_what_nobody_fetched_for_ten_seconds_the_ticker_sends_itself(rung: list[bool]) -> None:
    declared(Severity.S2)
    heartbeats.beat(Kind.WORKER, "worker", clock.now())
    assert ticks() == Sender.WORKERS
    with clock.shifted(timedelta(seconds=11)):
        assert ticks([]) == Sender.TICKER


def test_without_redis_no_bell_is_rung(settings: Any) -> None:
    settings.REDIS_URL = ""
    assert bell.ring() is False


@pytest.mark.parametrize("error", [OperationalError("gone"), ConnectionRefusedError("no")])
def test_a_broker_that_refuses_is_swallowed_by_name(
    settings: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    def refuse(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(Celery, "send_task", refuse)
    assert bell.ring() is False


def test_a_beat_is_written_once_a_second_and_old_ones_are_forgotten() -> None:
    now = clock.now()
    heartbeats.beat(Kind.TICKER, "gone", now - timedelta(days=2))
    assert heartbeats.beat(Kind.TICKER, "me", now)
    assert not heartbeats.beat(Kind.TICKER, "me", now + timedelta(milliseconds=500))
    assert heartbeats.beat(Kind.TICKER, "me", now + timedelta(seconds=1))
    assert [beat.name for beat in Heartbeat.objects.all()] == ["me"]


def test_the_task_carries_nothing_and_delivers_what_is_due(wire: Wire) -> None:
    declared(Severity.S2)
    relay_only()
    assert tasks.deliver() == 3
    assert {letter.state for letter in letters()} == {State.SENT}
    assert tasks.deliver.name == bell.DELIVER


def test_a_worker_shows_that_it_lives() -> None:
    heartbeats.beat(Kind.WORKER, heartbeats.own_name(), clock.now())
    assert heartbeats.workers_alive(clock.now())
    assert not heartbeats.workers_alive(clock.now() + timedelta(seconds=31))


def test_a_hand_is_one_thread_and_stops_when_told() -> None:
    started, go = threading.Semaphore(0), threading.Event()

    def work(stop: Any, lanes: Any) -> int:
        started.release()
        while not stop() and not go.wait(0.01):
            pass
        return 0

    hand = Hand(work=work)
    assert [hand.start(), hand.start()] == [True, False]
    assert started.acquire(timeout=60)
    assert hand.stop(within=60)
    assert not hand.start()


def test_a_tick_with_nothing_to_do_asks_little(django_assert_max_num_queries: Any) -> None:
    tick()
    now = clock.now()
    with django_assert_max_num_queries(5):
        engine.tick(now)


def test_delivering_is_never_within_a_transaction(wire: Wire) -> None:
    depth: list[int] = []
    outside = len(connection.savepoint_ids)
    wire.meanwhile = lambda _: depth.append(len(connection.savepoint_ids) - outside)
    declared(Severity.S2)
    tick()
    assert depth == [0, 0, 0]
