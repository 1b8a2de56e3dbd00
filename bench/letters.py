"""Mail: letters per second against a tight loop, statements per letter, and a page that overtakes ten thousand."""

import smtplib
import statistics
import time

from django.db import connection

from bench import world
from bench.sinks import Sink, sink
from bench.table import Row, at_least, at_most
from incidents.models import Incident
from tests.incidents.stories import declared

READERS, PAIRS = 10_000, 3
LINE = b"As long as what we send, and as little to read in it as there is here.\r\n"


def rows() -> list[Row]:
    with sink("smtp") as smtp:
        world.mail_server(smtp.port)
        about = world.incident()
        world.subscribers(READERS)
        ratios, rates, asked = _pairs(smtp, about)
        waited = _page_overtakes(smtp, about)
    return [
        at_least(
            f"mails per second through relay, claim, send, record ({READERS:,} recipients)",
            "a tight loop over one SMTP connection to the same sink",
            statistics.median(ratios),
            0.6,
            note=f" ({statistics.median(rates):,.0f} a second)",
        ),
        at_most("SQL statements per delivered letter", "–", asked, 0.1),
        at_most(f"a page with {READERS:,} subscriber mails waiting", "in the sink after commit", waited, 1, unit=" s"),
    ]


def _pairs(smtp: Sink, about: Incident) -> tuple[list[float], list[float], float]:
    """Ours and the tight loop in turn: the ratios, our rates, and the statements of one letter."""
    ratios, rates, asked, size = [], [], 0.0, 0
    for number in range(PAIRS + 1):
        world.bulletin(about, number)
        ours, asked, size = _ours(smtp)
        if number:
            rates.append(ours)
            ratios.append(ours / _tight(smtp, size))
    return ratios, rates, asked


def _ours(smtp: Sink) -> tuple[float, float, int]:
    """Letters per second from the untold row to the last record, statements per letter, and a letter's bytes."""
    before, counter = smtp.count().count, world.Counter()
    began = time.monotonic()
    with connection.execute_wrapper(counter):
        world.relay()
        world.send()
    spent = time.monotonic() - began
    arrived = smtp.count()
    count = arrived.count - before
    assert count >= READERS, f"only {count} arrived"
    return count / spent, counter.count / count, arrived.size


def _tight(smtp: Sink, size: int) -> float:
    """Letters per second of as many messages of the same size, one after the other over one connection."""
    message = b"Subject: Tight\r\n\r\n" + LINE * (size // len(LINE))
    with smtplib.SMTP("127.0.0.1", smtp.port) as line:
        line.ehlo()
        began = time.monotonic()
        for number in range(READERS):
            line.sendmail("sitrep@denomas.example", [f"reader{number}@readers.example"], message)
        return READERS / (time.monotonic() - began)


def _page_overtakes(smtp: Sink, about: Incident) -> float:
    """Seconds until somebody is paged while the ticker is busy with a bulletin; the worst of three."""
    worst = 0.0
    with world.ticker():
        for number in range(3):
            busy = smtp.count().count + READERS // 20
            world.bulletin(about, 100 + number)
            world.until(lambda: smtp.count().count > busy, within=30)  # noqa: B023 - called before it changes
            declared(title=f"The API is slow, number {number}")
            worst = max(worst, world.first_of_ours(smtp, since=time.monotonic()))
            world.until(lambda: smtp.count().count >= busy + READERS * 19 // 20, within=60)  # noqa: B023
    return worst
