"""Chaos, from an empty cluster to the verdict."""

import argparse
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from incidents.models import PublicLink
from proof import cast, engine, report, sinks, stretch
from proof.cast import Cast
from proof.chaos import verdict
from proof.chaos.house import ROOT, House
from proof.chaos.nemesis import Nemesis
from proof.chaos.servers import Postgres, Redis, free_port
from proof.chaos.traffic import Asker, Traffic
from proof.chaos.verdict import Verdict
from proof.checking import evidence
from proof.children import Place
from proof.sinks import Sinks

# A clock comes due every so often while chaos reigns: the hourly notice of one more incident.
DUE_EVERY = timedelta(seconds=20)
HOURLY = timedelta(minutes=60)
READY_WITHIN, QUIET_WITHIN = 90.0, 240.0
MOST_LATE = 75.0


@dataclass
class Scene:
    """All that chaos happens to."""

    place: Place
    servers: Sinks
    cast: Cast
    database: Postgres
    broker: Redis
    web_port: int

    def ask(self, sql: str) -> Sequence[tuple[Any, ...]]:
        with psycopg.connect(self.database.url) as line:
            return line.execute(sql.encode()).fetchall()

    @property
    def offset(self) -> float:
        return float(self.place.offset.read_text())

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset)


def main(asked: argparse.Namespace, folder: Path, database: Postgres, broker: Redis) -> int:
    scene = _scene(folder, database, broker, timedelta(minutes=asked.minutes))
    house = House(folder, _environment(scene), scene.web_port)
    traffic = _traffic(scene)
    try:
        house.open()
        _wait_for_web(scene)
        began, start = scene.now(), scene.servers.path.stat().st_size
        traffic.start()
        nemesis = Nemesis(house, database, broker, asked.seed)
        nemesis.reign(time.monotonic() + 60 * asked.minutes)
        over = scene.now()
        nemesis.make_good()
        traffic.stop()
        quiet = _wait_until_quiet(scene)
        audit = subprocess.run(
            [sys.executable, "manage.py", "audit"], cwd=ROOT, env=house.env, capture_output=True, text=True, check=False
        )
    finally:
        house.close()
        scene.servers.stop()
    taken = evidence.accepted(scene.servers.path, start)
    before = frozenset(one.key for one in evidence.accepted(scene.servers.path, 0)) - {one.key for one in taken}
    seen = evidence.gather(scene.ask, "postgresql", taken, before, scene.place.var, scene.now())
    found = verdict.of(seen, scene.ask, traffic.said, scene.offset, over - HOURLY)
    found.found += traffic.refused + ([] if quiet else ["it did not become quiet in time"])
    found.found += [f"the auditor: {line}" for line in audit.stdout.splitlines() if audit.returncode]
    if found.late(0.99) > MOST_LATE:
        found.found.append(f"late: {found.late(0.99):.0f} s at the 99th percentile")
    _tell(asked, scene, nemesis, traffic, found, (over - began).total_seconds())
    return int(bool(found.found))


def _scene(folder: Path, database: Postgres, broker: Redis, span: timedelta) -> Scene:
    """The world: one incident that people write about, and one more for each clock that is to come due."""
    place = Place(folder)
    place.use()
    place.var.mkdir()
    servers = sinks.started(folder, is_sour=False)
    stretch.send_to(servers.mail_port)
    call_command("migrate", verbosity=0)
    made = Cast(servers.hook_port)
    place.set_clock(timedelta())
    cast.quiet(made)
    cast.outside(made)
    for number in range(1, int(span / DUE_EVERY) + 1):
        place.set_clock(DUE_EVERY * number)
        cast.inside(made)
    engine.settle()
    place.set_clock(HOURLY)
    connections.close_all()
    return Scene(place, servers, made, database, broker, free_port())


def _environment(scene: Scene) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": scene.database.url, "REDIS_URL": scene.broker.url,
        "MAIL_URL": settings.MAIL_URL, "EGRESS_ALLOWED_NETWORKS": "127.0.0.0/8", "SECRET_KEY": settings.SECRET_KEY,
        "SITREP_VAR": str(scene.place.var), "SITREP_CLOCK_OFFSET_FILE": str(scene.place.offset),
        "SITE_URL": f"http://127.0.0.1:{scene.web_port}",
    }  # fmt: skip


def _traffic(scene: Scene) -> Traffic:
    public = PublicLink.objects.select_related("public_incident").get().public_incident.public_id
    connections.close_all()
    keys = scene.cast.keys
    return Traffic(Asker(scene.web_port, keys["linus"]), Asker(scene.web_port, keys["grace"]), public)


def _wait_for_web(scene: Scene) -> None:
    until = time.monotonic() + READY_WITHIN
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{scene.web_port}/healthz", timeout=2):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def _wait_until_quiet(scene: Scene) -> bool:
    """Until nothing is left that should be none. A minute more where a lease must end first."""
    until = time.monotonic() + QUIET_WITHIN
    while time.monotonic() < until:
        time.sleep(2)
        instant = scene.now().strftime("%Y-%m-%d %H:%M:%S.%f+00")
        if not any(scene.ask(sql.format(now=instant))[0][0] for sql in evidence.LEFT.values()):
            return True
    return False


def _tell(
    asked: argparse.Namespace, scene: Scene, nemesis: Nemesis, traffic: Traffic, found: Verdict, seconds: float
) -> None:
    print(f"chaos for {seconds:.0f} s, seed {asked.seed}\n{verdict.counted(nemesis.done)}")
    print(f"  {sum(nemesis.done.values()):4} in all, one every {seconds / max(1, sum(nemesis.done.values())):.1f} s")
    kinds = list(traffic.said.values())
    print(
        f"{kinds.count('update')} updates and {kinds.count('bulletin')} bulletins were said, "
        f"{found.clocks} hourly notices came due, {found.letters} letters arrived"
    )
    waits = traffic.waits or [0.0]
    print(f"the web said yes in {statistics.median(waits):.2f} s (median), {max(waits):.1f} s at most")
    print(f"lost {found.lost}, doubled by id {found.doubled}, second copies with the same id {found.copies}")
    print(f"of which the ledger does not know: {found.unflagged}")
    late = ", ".join(
        f"{name} {found.late(share):.1f} s" for name, share in (("p50", 0.5), ("p99", 0.99), ("most", 1.0))
    )
    print(f"lateness {late}")
    print("\n".join(found.found[:40]) or "the auditor is clean, and nothing else was found")
    print(report.versions(scene.database.version()), flush=True)
