"""Relaying: what is untold becomes letters once, in order, all of them or none, and a broken one stops nobody."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, connections

from incidents.models import Untold
from incidents.vocabulary import Severity
from kit import clock, rows
from notifications import composing, personal, relay
from notifications.models import Delivery, Notice, Stuck
from notifications.moments import Moment
from notifications.record import Record
from notifications.words import Words
from tests.incidents.stories import declared, told_public
from tests.notifications.world import audiences, letters, subscriber, tick
from tests.people import everybody_on_call


@pytest.fixture
def world(morning: datetime) -> None:
    everybody_on_call()
    audiences()


def fails(writer: Moment, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def broken(record: Record) -> Words:
        raise error

    monkeypatch.setitem(personal.WRITERS, writer, broken)


@pytest.mark.django_db
def test_what_was_told_is_not_told_again(world: None) -> None:
    declared(Severity.S2)
    assert relay.relay(clock.now()).letters == 3
    assert relay.relay(clock.now()).letters == 0
    assert not Untold.objects.exists()


@pytest.mark.django_db
def test_a_broken_entry_is_parked_where_people_see_it_and_the_others_are_told(
    world: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(Moment.PAGE, monkeypatch, KeyError("role"))
    incident = declared(Severity.S2)
    told_public(incident)
    subscriber("reader@example.com")
    done = relay.relay(clock.now())
    assert done.stuck == 3
    assert {stuck.error for stuck in Stuck.objects.all()} == {"KeyError: 'role'"}
    assert not Untold.objects.exists()
    assert [letter.label for letter in letters()] == ["reader@example.com"]


@pytest.mark.django_db
def test_a_relay_that_ends_half_way_leaves_everything_untold(world: None, monkeypatch: pytest.MonkeyPatch) -> None:
    declared(Severity.S2)
    untold = Untold.objects.count()

    def dies(made: list[Notice] | list[Delivery]) -> None:
        if isinstance(made[0], Delivery):
            raise KeyboardInterrupt
        insert(made)

    insert = rows.insert
    monkeypatch.setattr(rows, "insert", dies)
    with pytest.raises(KeyboardInterrupt):
        relay.relay(clock.now())
    assert Untold.objects.count() >= untold - 1
    assert not Notice.objects.exists()
    monkeypatch.undo()
    assert relay.relay(clock.now()).letters == 3


@pytest.mark.django_db
def test_a_large_audience_is_written_in_chunks(world: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "CHUNK", 7)
    for number in range(20):
        subscriber(f"reader{number}@example.com")
    told_public(declared(Severity.S3))
    relay.relay(clock.now())
    assert Delivery.objects.filter(recipient__startswith="subscriber:").count() == 20
    assert Notice.objects.filter(audience="subscribers").count() == 1


@pytest.mark.django_db
def test_an_entry_waits_for_an_older_one_of_its_incident_that_somebody_else_is_relaying(world: None) -> None:
    declared(Severity.S2)
    oldest, *others = Untold.objects.order_by("pk").values_list("pk", flat=True)
    assert relay._take(others) == []
    assert [untold.pk for untold in relay._take([oldest, *others])] == [oldest, *others]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer; two relays cannot meet")
def test_two_relays_at_once_write_each_letter_once(world: None, monkeypatch: pytest.MonkeyPatch) -> None:
    meet, compose = threading.Barrier(2), composing.compose

    def side_by_side(*args: Any) -> Words:
        # Both hold a row at the same time, as long as there are two to hold.
        with suppress(threading.BrokenBarrierError):
            meet.wait(0.5)
        return compose(*args)

    monkeypatch.setattr(composing, "compose", side_by_side)
    for _ in range(2):
        declared(Severity.S2)
    together(lambda: relay.relay(clock.now()), times=2)
    while relay.relay(clock.now()).told:
        pass
    assert len(letters()) == 6
    assert Notice.objects.count() == 6


def together(do: Callable[[], object], *, times: int) -> None:
    def run() -> None:
        try:
            do()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)


@pytest.mark.django_db
def test_a_stuck_entry_is_counted_by_the_tick(world: None, monkeypatch: pytest.MonkeyPatch) -> None:
    fails(Moment.PAGE, monkeypatch, ValueError("no"))
    declared(Severity.S4)
    assert tick().stuck == 1
