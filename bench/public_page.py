"""The public page: served against nginx alone, its bytes, how soon a bulletin is visible, and a long history."""

import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from bench import crowd, past, readers
from bench.table import Row, at_least, at_most
from kit import clock
from statuspage import publishing
from statuspage.models import Bulletin, Component, Page, PublicIncident
from statuspage.publishing import Statement
from statuspage.vocabulary import State, Status

PATHS = ("/", "/api/v2/summary.json", "/history.atom")
ROUNDS, SECONDS, CONNECTIONS = 5, 1.0, 64
PUBLISHES = 20


def rows() -> list[Row]:
    usual = past.page("usual", components=20, incidents=50, days=90)
    found = [*_bytes(usual), _visible(usual, "20 components", 0.5)]
    with tempfile.TemporaryDirectory() as folder:
        found += _served(usual, Path(folder))
    found.append(_lasting())
    large = past.page("large", components=1100, incidents=5000, days=1095)
    found.append(_visible(large, "1,100 components and 5,000 past incidents", 2))
    return found


def _bytes(page: Page) -> list[Row]:
    """Everything a browser fetches to show the front page, as it travels."""
    site = past.site(page)
    html = (site / "index.html").read_text()
    fetched = [
        "index.html",
        *(found.lstrip("/") for found in re.findall(r'(?:href|src)="(/(?:assets|favicon)[^"?]*)', html)),
    ]
    total = sum((site / f"{path}.gz").stat().st_size for path in dict.fromkeys(fetched))
    strangers = re.findall(r'(?:src|href)="(https?://[^"]+)"[^>]*(?:stylesheet|script|image)', html)
    return [
        at_most("bytes, gzipped: 20 components with 90-day bars and 50 incidents", "–", total / 1000, 60, unit=" kB"),
        at_most("files from elsewhere that the front page fetches", "–", len(strangers), 0),
    ]


def _served(page: Page, folder: Path) -> list[Row]:
    root, found = Path(settings.PUBLIC_ROOT), []
    connection.close()
    with (
        readers.static_server(past.site(page).resolve(), folder) as static,
        readers.front_server(root, folder) as front,
        readers.small_server(root) as small,
    ):
        for path in PATHS:
            as_file = "/index.html" if path == "/" else path
            shipped, slower, ours = _compared(static, as_file, front, small, path)
            found += [
                at_least(f"{path} through the shipped front server", "nginx, the same file", shipped, 0.95, unit=" ×"),
                at_most(f"{path} through the shipped front server, p99", "nginx, the same file", slower, 2, unit=" ×"),
                at_least(f"{path} from `make run`'s server alone", "nginx, the same file", ours, 0.35, unit=" ×"),
            ]
        found.append(crowd.row(small, crowd.SECONDS, "`make run`'s server"))
    return found


def _compared(static: int, as_file: str, front: int, small: int, path: str) -> tuple[float, float, float]:
    """Rate and p99 of the front server, and rate of the small one, each against nginx alone; medians of pairs."""
    shipped, slower, ours = [], [], []
    for _ in range(ROUNDS):
        limit = readers.run(static, as_file, connections=CONNECTIONS, seconds=SECONDS)
        one = readers.run(front, path, connections=CONNECTIONS, seconds=SECONDS)
        shipped.append(one.rate / limit.rate)
        slower.append(one.p99 / limit.p99)
        ours.append(readers.run(small, path, connections=CONNECTIONS, seconds=SECONDS).rate / limit.rate)
    return statistics.median(shipped), statistics.median(slower), statistics.median(ours)


def _visible(page: Page, about: str, bar: float) -> Row:
    """From before the command to the instant at which the symlink gives readers the file, over many bulletins."""
    spent, worked, incident = [], list[float](), None
    for number in range(PUBLISHES):
        words = f"This is bulletin number {number} of them."
        began, before = time.time(), time.process_time()
        bulletin = _publish(page, words, incident)
        worked.append(time.process_time() - before)
        spent.append(past.site(page).parent.lstat().st_mtime - began)
        if words not in (past.site(page) / "index.html").read_text():
            raise RuntimeError(f"“{words}” was published and is not on the page")
        incident = bulletin.public_incident
    busy, load = statistics.median(worked), os.getloadavg()[0]
    note = f" (median {statistics.median(spent):.2g} s, of it {busy:.2g} s of processor; load {load:.0f})"
    return at_most(f"publish to visible, p99: {about}", "–", max(spent), bar, unit=" s", note=note)


def _publish(page: Page, words: str, incident: PublicIncident | None) -> Bulletin:
    one = Component.objects.filter(page=page).first()
    assert one is not None
    name = "" if incident else "Something is wrong"
    said = Statement(State.INVESTIGATING, words, {one.public_id: Status.PARTIAL_OUTAGE}, name=name)
    with transaction.atomic():
        return publishing.publish(said, page=page, public_incident=incident, author=None, at=clock.now())


def _lasting() -> Row:
    """Two pages alike but for their past, each rendered in turn; five incidents a week."""
    short = past.page("short", components=20, incidents=22, days=30)
    long = past.page("long", components=20, incidents=780, days=1095)
    ratios = []
    for number in range(11):
        spent = [_spent(partial(_publish, page, f"Number {number}.", None)) for page in (short, long)]
        ratios.append(spent[1] / spent[0])
    what = "render of the page with three years of history"
    return at_most(what, "with 30 days", statistics.median(ratios), 1.2, unit=" ×")


def _spent(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
