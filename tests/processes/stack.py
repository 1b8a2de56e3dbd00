"""The whole product as real processes on free ports of this machine, over the database of the test."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from django.conf import settings
from django.db import connection

from tests.ports import free_port
from tests.processes.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
# Characters of a log.
MOST_SHOWN = 6000


def database_url() -> str:
    """The test's own database, as another process names it."""
    said = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{said['NAME']}"
    return f"postgresql://{said['USER']}:{said['PASSWORD']}@{said['HOST']}:{said['PORT']}/{said['NAME']}"


@dataclass
class Stack:
    """Addresses, folders and processes of one run."""

    folder: Path
    web_port: int = field(default_factory=free_port)
    public_port: int = field(default_factory=free_port)
    env: dict[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def public(self) -> str:
        return f"http://127.0.0.1:{self.public_port}"

    @property
    def clock_file(self) -> Path:
        return self.folder / "offset"

    def settings(self, more: Mapping[str, str]) -> None:
        """The environment of every process."""
        self.env = {
            **os.environ,
            "SITREP_MODE": "test",
            "SECRET_KEY": settings.SECRET_KEY,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database_url(),
            "SITREP_VAR": str(self.folder),
            "PUBLIC_ROOT": str(self.folder / "public"),
            "SITREP_CLOCK_OFFSET_FILE": str(self.clock_file),
            "SITE_URL": self.web,
            "PUBLIC_URL": self.public,
            "EGRESS_ALLOWED_NETWORKS": "127.0.0.0/8",
            "PYTHONUNBUFFERED": "1",
            **more,
        }

    def start(self, name: str, *command: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
        )

    def granian(self, name: str, application: str, port: int) -> None:
        listen = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port))
        self.start(name, "-m", "granian", *listen, "--blocking-threads", "4", "--log-level", "warning", application)

    def advance_clock(self, seconds: float) -> None:
        """From now on every process sees a clock so far ahead, or behind where it is negative."""
        self.clock_file.write_text(str(seconds))

    def logs(self) -> str:
        """What every process wrote last."""
        files = sorted(self.folder.glob("*.log"))
        return "\n".join(f"── {file.name}\n{file.read_text(errors='replace')[-MOST_SHOWN:]}" for file in files)

    def stop(self) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(url: str, within: float = PATIENCE) -> None:
    """Until something answers there with less than an error of its own."""
    deadline = time.monotonic() + within
    while True:
        try:
            with urlopen(url, timeout=10):
                return
        except OSError as error:
            if getattr(error, "code", 500) < 500:
                return
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)


@contextmanager
def running(folder: Path, *, worker: bool, **more: str) -> Iterator[Stack]:
    """Web, ticker, the public page's server, and a Celery worker where one is asked for."""
    stack = Stack(folder)
    stack.settings(more)
    (folder / "public").mkdir(exist_ok=True)
    try:
        stack.granian("web", "config.wsgi:application", stack.web_port)
        stack.granian("public", "statuspage.serving:application", stack.public_port)
        stack.start("ticker", "manage.py", "ticker")
        if worker:
            stack.start("worker", "-m", "celery", "--app", "config.celery", "worker")
        wait_for(f"{stack.web}/healthz")
        wait_for(stack.public)
        yield stack
    finally:
        stack.stop()
        # pytest shows it of a test that failed.
        sys.stdout.write(stack.logs())
