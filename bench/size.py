"""How much room it takes: memory of each process, with few and very many subscribers; and how soon it is there."""

import subprocess
import sys
import time
from contextlib import ExitStack

from bench import alone, servers, world
from bench.servers import PLAIN, SITREP, Peak, pss_mb
from bench.sinks import Sink, sink
from bench.table import ROOT, Row, at_most
from incidents.models import Incident
from statuspage.models import Subscriber

FEW, MANY = 1_000, 100_000
WORKER = ("-m", "celery", "--app", "config.celery", "worker", "--loglevel", "ERROR")


def rows() -> list[Row]:
    found = [_migrate(), _cold_start(), *_at_rest()]
    with sink("smtp") as smtp:
        world.mail_server(smtp.port)
        about = world.incident()
        few, many = (_peak(smtp, about, count) for count in (FEW, MANY))
    peak = at_most(
        f"{MANY:,} subscribers expanded and sent: peak memory of worker and ticker",
        f"{FEW:,} subscribers",
        many / few,
        1.3,
        unit=" ×",
        note=f" ({many:,.0f} MB)",
    )
    return [*found, peak]


def _migrate() -> Row:
    with alone.database("bench_migrate") as url:
        began = time.monotonic()
        command = [sys.executable, "manage.py", "migrate", "-v", "0"]
        subprocess.run(command, cwd=ROOT, env=alone.environment("var", url), check=True)
        return at_most("`migrate` from empty", "–", time.monotonic() - began, 15, unit=" s")


def _cold_start() -> Row:
    """Until a page answers that asks the database; the quickest of three each."""
    ours, plain = (min(_start(one) for _ in range(3)) for one in (SITREP, PLAIN))
    return at_most("cold start of web", "plain Django", ours / plain, 2, unit=" ×", note=f" ({ours:.2g} s)")


def _start(application: str) -> float:
    began = time.monotonic()
    with servers.web(application) as (url, _):
        servers.wait_for(f"{url}{'/accounts/login/' if application == SITREP else '/'}")
        return time.monotonic() - began


def _at_rest() -> list[Row]:
    """Memory after some use."""
    with servers.web(workers=2) as (url, pid):
        ours = _used(url, "/accounts/login/", pid)
    with servers.web(PLAIN, workers=2) as (url, pid):
        plain = _used(url, "/", pid)
    with servers.redis() as (url, _), servers.process(*WORKER, REDIS_URL=url) as worker, world.ticker() as ticker:
        time.sleep(8)
        working, ticking = pss_mb(worker.pid), pss_mb(ticker.pid)
    return [
        at_most(
            "memory (PSS) of web, two workers", "plain Django", ours / plain, 1.6, unit=" ×", note=f" ({ours:.0f} MB)"
        ),
        at_most("memory (PSS) of one Celery worker", "–", working, 130, unit=" MB"),
        at_most("memory (PSS) of the ticker", "–", ticking, 110, unit=" MB"),
    ]


def _used(url: str, path: str, pid: int) -> float:
    for _ in range(100):
        servers.wait_for(url + path)
    return pss_mb(pid)


def _peak(smtp: Sink, about: Incident, count: int) -> float:
    """Peak memory of a fresh worker and a fresh ticker until all of them have their letter."""
    Subscriber.objects.all().delete()
    world.subscribers(count)
    with ExitStack() as stack:
        url, _ = stack.enter_context(servers.redis())
        worker = stack.enter_context(servers.process(*WORKER, REDIS_URL=url))
        ticker = stack.enter_context(servers.process("manage.py", "ticker", REDIS_URL=url))
        time.sleep(5)
        before = smtp.count().count
        peak = stack.enter_context(Peak([worker.pid, ticker.pid]))
        world.bulletin(about, count)
        world.until(lambda: smtp.count().count - before >= count, within=count / 100 + 60, every=0.5)
        time.sleep(2)
    return peak.most
