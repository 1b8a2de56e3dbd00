"""Declaring: what it costs, at once and with Redis paused, and how soon the first letter is there."""

import json
import signal
import statistics
import threading
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

from django.db import connection, transaction

from bench import servers, world
from bench.sinks import Sink, sink
from bench.table import Row, at_least, at_most
from incidents import lifecycle
from incidents.lifecycle import Declaration
from incidents.vocabulary import Severity, Type
from roles import keys
from tests.incidents.stories import declared
from tests.people import everybody_on_call, linus

AT_ONCE, REQUESTS, LETTERS, TURNS = 8, 400, 100, 30


def rows() -> list[Row]:
    everybody_on_call()
    declared(title="The first of all")
    statements, transactions = _cost()
    with sink("smtp") as smtp:
        world.mail_server(smtp.port)
        waits = _first_letters(smtp)
    mine, theirs = _at_once()
    paused, up = _redis_paused()
    return [
        at_most("declare: statements", "–", statements, 15),
        at_most("declare: transactions", "–", transactions, 1),
        at_least(
            f"declare at concurrency {AT_ONCE}, requests per second",
            "a plain Django view with one query, same server",
            mine / theirs,
            0.1,
            note=f" ({mine:,.0f} a second)",
        ),
        at_most("declare with Redis paused", "with Redis up", paused / up, 1.2, unit=" ×"),
        at_most(f"declaration to the first letter in the sink, p99 of {LETTERS}", "–", waits, 2, unit=" s"),
    ]


def _cost() -> tuple[int, int]:
    """Statements of the command, and how often it commits."""
    begun: list[None] = []
    commits: list[None] = []

    def committed() -> None:
        commits.append(None)
        begun.clear()

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        if not begun:
            begun.append(None)
            transaction.on_commit(committed)
        return execute(sql, params, many, context)

    counter, actor = world.Counter(), linus()
    said = Declaration(title="Checkout is slow", type=Type.AVAILABILITY, severity=Severity.S2)
    with connection.execute_wrapper(counter), connection.execute_wrapper(count):
        lifecycle.declare(said, actor=actor)
    return counter.count, len(commits)


def _first_letters(smtp: Sink) -> float:
    """The 99th percentile of seconds from the commit to the sink, with a ticker that has nothing else to do."""
    waits = []
    with world.ticker():
        time.sleep(2)
        for number in range(LETTERS):
            smtp.count()
            declared(title=f"The API is slow, number {number}")
            waits.append(world.first_of_ours(smtp, since=time.monotonic()))
    return statistics.quantiles(waits, n=100)[98]


def _at_once() -> tuple[float, float]:
    """Requests per second of declaring by the API, and of plain Django; medians of three turns."""
    _, secret = keys.create("benchmark", read_only=False, expires_at=None, actor=linus())
    mine, theirs = [], []
    with servers.web() as (ours, _), servers.web(servers.PLAIN) as (plain, _):
        for _turn in range(3):
            mine.append(_rate(ours, secret))
            theirs.append(_rate(plain, ""))
    return statistics.median(mine), statistics.median(theirs)


def _rate(url: str, secret: str) -> float:
    """Requests per second of so many clients, each with one line that stays open."""

    def client() -> None:
        line = HTTPConnection(urlsplit(url).netloc)
        for _ in range(REQUESTS // AT_ONCE):
            _ask(line, secret)
        line.close()

    clients = [threading.Thread(target=client) for _ in range(AT_ONCE)]
    began = time.monotonic()
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    return REQUESTS / (time.monotonic() - began)


def _ask(line: HTTPConnection, secret: str) -> None:
    """One declaration with the key, or one plain request without."""
    if secret:
        said = json.dumps({"title": "Checkout is slow", "type": "availability", "severity": "S2"})
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        line.request("POST", "/api/v1/incidents", said, headers)
    else:
        line.request("GET", "/")
    answer = line.getresponse()
    text = answer.read()
    assert answer.status in (200, 201), text


def _redis_paused() -> tuple[float, float]:
    """The median seconds of a declaration with Redis paused, and with Redis up, in turn."""
    _, secret = keys.create("benchmark, paused", read_only=False, expires_at=None, actor=linus())
    paused, up = [], []
    with servers.redis() as (url, redis), servers.web(REDIS_URL=url) as (ours, _):
        line = HTTPConnection(urlsplit(ours).netloc)
        _ask(line, secret)
        for _turn in range(3):
            up += _timed(line, secret)
            redis.send_signal(signal.SIGSTOP)
            paused += _timed(line, secret)
            redis.send_signal(signal.SIGCONT)
        line.close()
    return statistics.median(paused), statistics.median(up)


def _timed(line: HTTPConnection, secret: str) -> list[float]:
    spent = []
    for _ in range(TURNS):
        began = time.monotonic()
        _ask(line, secret)
        spent.append(time.monotonic() - began)
    return spent
