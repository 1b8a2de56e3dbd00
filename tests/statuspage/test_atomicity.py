"""Readers never see a torn page or an older one, however fast we publish and however many render."""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from kit import clock
from statuspage import publishing, snapshot
from statuspage.publishing import Statement
from statuspage.vocabulary import State, Status
from tests.statuspage.test_serving import Reader
from tests.statuspage.world import opened, page, status_of

# Serialised, so that what migrations wrote is there again for the tests after these.
pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.slow]
# `SITREP_PUBLISHES=500` makes it the long run; the promise is the same.
PUBLISHES = int(os.environ.get("SITREP_PUBLISHES", "40"))


class Poller(threading.Thread):
    """Reads the list of incidents and the front page over and over, and keeps the numbers it saw."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.reader = Reader(settings.PUBLIC_ROOT)
        self.stopping = threading.Event()
        self.seen: list[int] = []
        self.torn: list[str] = []

    def run(self) -> None:
        while not self.stopping.is_set():
            self.look()

    def look(self) -> None:
        summary, index = self.reader.get("/api/v2/summary.json"), self.reader.get("/")
        if summary.status != 200 or index.status != 200 or not index.body.rstrip().endswith(b"</html>"):
            self.torn.append(f"{summary.status} {index.status} {index.body[-40:]!r}")
            return
        body = json.loads(summary.body)["incidents"][0]["incident_updates"][0]["body"]
        self.seen.append(int(body.rpartition(" ")[2]))


@contextmanager
def polled() -> Iterator[Poller]:
    """Reads as long as the block lasts; after it only the test itself looks."""
    poller = Poller()
    poller.start()
    try:
        yield poller
    finally:
        poller.stopping.set()
        poller.join(120)
        assert not poller.is_alive()


def publish(incident: Any, number: int) -> None:
    with transaction.atomic():
        said = Statement(State.INVESTIGATING, f"Bulletin number {number}")
        publishing.publish(said, public_incident=incident, author=None, at=clock.now())


def test_a_reader_who_polls_sees_every_page_whole_and_none_again_after_a_newer() -> None:
    page()
    incident = opened(body="Bulletin number 0")
    with polled() as poller:
        for number in range(1, PUBLISHES + 1):
            publish(incident, number)
    poller.look()
    assert poller.torn == []
    assert poller.seen == sorted(poller.seen)
    assert poller.seen[-1] == PUBLISHES
    assert len(set(poller.seen)) > 3


def test_what_was_published_is_on_the_page_when_publish_returns() -> None:
    page()
    incident = opened(body="Bulletin number 0")
    publish(incident, 1)
    assert snapshot.is_live(page())


def test_several_may_render_at_once_and_the_newest_stays() -> None:
    page()
    incident = opened(body="Bulletin number 0")
    stopping = threading.Event()

    def tick() -> None:
        while not stopping.is_set():
            snapshot.render_stale(clock.now())
            time.sleep(0.005)
        connection.close()

    tickers = [threading.Thread(target=tick, daemon=True) for _ in range(2)]
    with polled() as poller:
        for ticker in tickers:
            ticker.start()
        for number in range(1, 16):
            publish(incident, number)
        stopping.set()
        for ticker in tickers:
            ticker.join(120)
    poller.look()
    assert poller.torn == []
    assert poller.seen == sorted(poller.seen)
    assert poller.seen[-1] == 15


def test_two_incidents_that_end_at_once_free_the_component_they_share() -> None:
    """Without the lock on the page each would see the other still open (E9)."""
    if connection.vendor != "postgresql":
        pytest.skip("not run, SQLite lets one at a time write: run it on PostgreSQL")
    page()
    both = [opened(), opened()]
    ready = threading.Barrier(2, timeout=120)

    def end(incident: Any) -> None:
        with transaction.atomic():
            ready.wait()
            said = Statement(State.RESOLVED, "It is over.")
            publishing.publish(said, public_incident=incident, author=None, at=clock.now())
            time.sleep(0.2)
        connection.close()

    ends = [threading.Thread(target=end, args=(one,)) for one in both]
    for one in ends:
        one.start()
    for one in ends:
        one.join(120)
    assert status_of() == Status.OPERATIONAL
