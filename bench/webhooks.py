"""Webhooks: signed posts per second against the same client in a tight loop, and one endpoint that answers late."""

import http.client
import statistics
import time

from bench import world
from bench.sinks import SLOW, Sink, sink
from bench.table import Row, at_least
from incidents import levelling
from incidents.models import Incident
from kit import egress
from tests.notifications.world import update
from tests.people import grace

ENDPOINTS, PAIRS = 10_000, 3


def rows() -> list[Row]:
    with sink("http") as http_sink:
        url = f"http://127.0.0.1:{http_sink.port}/hook"
        about = world.incident()
        levelling.confirm(about, actor=grace())
        world.endpoints(ENDPOINTS, url)
        ours, tight, bare = _pairs(http_sink, url, about)
        alone, beside = _beside_a_slow_one(http_sink, about)
    return [
        at_least(
            f"signed webhooks per second ({ENDPOINTS:,} endpoints on one sink)",
            "a tight loop over the same egress client, keep-alive",
            statistics.median(mine / theirs for mine, theirs in zip(ours, tight, strict=True)),
            0.5,
            note=f" ({statistics.median(ours):,.0f} a second; bare socket loop {statistics.median(bare):,.0f})",
        ),
        at_least(
            "one endpoint that takes 5 s to answer: the others' rate",
            "without it",
            statistics.median(after / before for before, after in zip(alone, beside, strict=True)),
            0.9,
        ),
    ]


def _pairs(to: Sink, url: str, about: Incident) -> tuple[list[float], list[float], list[float]]:
    ours, tight, bare = [], [], []
    for number in range(PAIRS + 1):
        rate, size = _ours(to, about, f"Update {number}")
        if number:
            ours.append(rate)
            tight.append(_tight(url, size))
            bare.append(_bare(to.port, size))
    return ours, tight, bare


def _ours(to: Sink, about: Incident, text: str, late: int = 0) -> tuple[float, int]:
    """Webhooks per second until the last arrived that is answered at once, and the bytes of one."""
    before = to.count().count
    update(about, text)
    began = time.monotonic()
    world.relay()
    world.send()
    arrived = to.count()
    count = arrived.count - before
    assert count >= ENDPOINTS, f"only {count} arrived"
    # What is written down after the last answer belongs to it; waiting for a late one does not.
    spent = (arrived.last if late else time.monotonic()) - began
    return count / spent, arrived.size


def _tight(url: str, size: int) -> float:
    body = b"x" * size
    with egress.Client() as client:
        began = time.monotonic()
        for number in range(ENDPOINTS):
            client.post(f"{url}?{number}", body, {"Content-Type": "application/json"})
        return ENDPOINTS / (time.monotonic() - began)


def _bare(port: int, size: int) -> float:
    body, line = b"x" * size, http.client.HTTPConnection("127.0.0.1", port)
    line.connect()
    assert line.sock is not None
    head = b"POST /hook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % size
    began = time.monotonic()
    for _ in range(ENDPOINTS):
        line.sock.sendall(head + body)
        line.sock.recv(4096)
    spent = time.monotonic() - began
    line.close()
    return ENDPOINTS / spent


def _beside_a_slow_one(to: Sink, about: Incident) -> tuple[list[float], list[float]]:
    """The others' rates without and with one that answers after five seconds, in turn."""
    slow = world.endpoint(f"http://127.0.0.1:{to.port}{SLOW.decode()}")
    alone, beside = [], []
    for number in range(PAIRS):
        world.switch(slow, on=False)
        alone.append(_ours(to, about, f"Without it {number}", late=1)[0])
        world.switch(slow, on=True)
        beside.append(_ours(to, about, f"With it {number}", late=1)[0])
    return alone, beside
