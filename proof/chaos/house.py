"""The processes of the product: web, two tickers and two workers, each started again whenever it has ended."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AGAIN_AFTER = 0.5
GRACE_SECONDS = 25.0


@dataclass
class Resident:
    """One of them, as a supervisor sees it."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0


@dataclass
class House:
    """All of them, in one environment; what they write goes into a file each."""

    folder: Path
    env: Mapping[str, str]
    web_port: int
    residents: list[Resident] = field(init=False)

    def __post_init__(self) -> None:
        self._ending = threading.Event()
        self._guard = threading.Lock()
        web = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.web_port), "--blocking-threads", "4")
        self.residents = [
            Resident("web", ("-m", "granian", *web, "--log-level", "warning", "config.wsgi:application")),
            *[Resident(f"ticker-{number}", ("manage.py", "ticker")) for number in (1, 2)],
            *[Resident(f"worker-{number}", _worker(number)) for number in (1, 2)],
        ]
        self._supervisor = threading.Thread(target=self._supervise, daemon=True)

    def open(self) -> None:
        self._supervisor.start()

    def kill(self, resident: Resident) -> bool:
        """SIGKILL to it and to what it started. False where it is not there just now."""
        with self._guard:
            process = resident.process
            if process is None or process.poll() is not None:
                return False
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True

    def close(self) -> None:
        """SIGTERM to all, as an operator would; whoever is still there after the grace is killed."""
        self._ending.set()
        self._supervisor.join()
        running = [one.process for one in self.residents if one.process and one.process.poll() is None]
        for process in running:
            os.killpg(process.pid, signal.SIGTERM)
        for process in running:
            try:
                process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _supervise(self) -> None:
        while not self._ending.wait(AGAIN_AFTER):
            for one in self.residents:
                with self._guard:
                    if one.process is None or one.process.poll() is not None:
                        self._start(one)

    def _start(self, one: Resident) -> None:
        with (self.folder / f"{one.name}.log").open("ab") as log:
            one.process = subprocess.Popen(
                [sys.executable, *one.command], cwd=ROOT, env=dict(self.env), stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        one.starts += 1


def _worker(number: int) -> tuple[str, ...]:
    name = f"worker-{number}@chaos"
    return ("-m", "celery", "--app", "config.celery", "worker", "--concurrency", "1", "--hostname", name)
