"""`make run` with the demo, as whoever tries it out meets it: the first start, the second, and a start cut short."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.ports import free_port
from tests.processes.stack import ROOT, wait_for
from tests.processes.waiting import PATIENCE, crowding

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]
# Seconds of work, whoever else is on the machine: the first start, and every other.
FIRST_WORKS, AGAIN_WORKS = 30.0, 5.0
# Seconds by the clock of an idle machine.
ENDS_WITHIN = 3.0
TICKS = os.sysconf("SC_CLK_TCK")
READY, SEEDING = "Ctrl-C stops it", "Making a small organisation"


class Serve:
    """One run of `manage.py serve` in a folder."""

    def __init__(self, folder: Path, web: int, public: int, demo: str = "1") -> None:
        self.folder, self.web, self.public = folder, web, public
        kept = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
        }
        env = kept | {"SITREP_MODE": "quickstart", "SITREP_VAR": str(folder), "PYTHONUNBUFFERED": "1"}
        env |= {"PORT": str(web), "PUBLIC_PORT": str(public), "DEMO": demo}
        self.log = folder / "serve.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def until(self, words: str) -> None:
        """Until it says so."""
        began = time.monotonic()
        while words not in self.said():
            assert self.process.poll() is None, f"it ended by itself: {self.said()}"
            assert time.monotonic() - began < PATIENCE, f"not within {PATIENCE:.0f} s: {self.said()}"
            time.sleep(0.05)

    def stop(self) -> float:
        """Press Ctrl-C; seconds until it ended."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE)
        return time.monotonic() - began


@contextmanager
def serve(folder: Path, web: int, public: int, demo: str = "1") -> Iterator[Serve]:
    made = Serve(folder, web, public, demo)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.stop()


def living(folder: Path) -> Iterator[tuple[str, float]]:
    """Processes that run on the folder, and the seconds they and those they waited for worked; if the system tells."""
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"SITREP_VAR={folder}\0".encode() in (place / "environ").read_bytes():
                spent = (place / "stat").read_text().rpartition(")")[2].split()[11:15]
                command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                yield command, sum(map(int, spent)) / TICKS


def left_over(folder: Path) -> list[str]:
    return [command for command, _ in living(folder)]


def worked(folder: Path) -> float:
    return sum(seconds for _, seconds in living(folder))


def told(folder: Path) -> tuple[int, int]:
    """How many people live in the database, and how many incidents are open in it."""
    with sqlite3.connect(folder / "sitrep.sqlite3") as database:
        people = database.execute("SELECT count(*) FROM roles_user").fetchone()[0]
        return people, database.execute("SELECT count(*) FROM incidents_incident WHERE phase != 'closed'").fetchone()[0]


def test_it_is_ready_soon_and_sooner_the_second_time_and_ends_at_once(tmp_path: Path) -> None:
    web, public = free_port(), free_port()
    stops = []
    for most in (FIRST_WORKS, AGAIN_WORKS):
        with serve(tmp_path, web, public) as run:
            run.until(READY)
            assert worked(tmp_path) < most
            assert "Sign in      ada@denomas.example  " in run.said()
            for port in (web, public):
                assert f"http://127.0.0.1:{port}\n" in run.said()
                wait_for(f"http://127.0.0.1:{port}/")
            stops.append(run.stop())
            assert run.process.returncode == 0
        assert left_over(tmp_path) == []
    assert SEEDING not in run.said()
    assert told(tmp_path) == (10, 1)
    assert min(stops) < ENDS_WITHIN * crowding()


def test_a_start_cut_short_while_it_makes_the_demo_begins_anew(tmp_path: Path) -> None:
    web, public = free_port(), free_port()
    with serve(tmp_path, web, public) as run:
        run.until(SEEDING)
        time.sleep(1)
        run.stop()
        assert run.process.returncode != 0
        assert "the next start makes it anew" in run.said()
        assert "Traceback" not in run.said()
    assert told(tmp_path) == (0, 0)
    with serve(tmp_path, web, public) as run:
        run.until(READY)
        assert SEEDING in run.said()
    assert told(tmp_path) == (10, 1)
    assert left_over(tmp_path) == []


def test_without_the_demo_it_says_where_the_set_up_begins(tmp_path: Path) -> None:
    with serve(tmp_path, web := free_port(), public := free_port(), demo="0") as run:
        run.until(READY)
        said = run.said()
        assert f"Begin at     http://127.0.0.1:{web}/setup/" in said
        assert f"Public page  http://127.0.0.1:{public}" in said
        with urlopen(f"http://127.0.0.1:{web}/", timeout=PATIENCE) as answer:
            assert answer.url.endswith("/setup/")
            assert "first administrator" in answer.read().decode()
