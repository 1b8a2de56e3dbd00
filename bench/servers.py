"""The product's processes and a plain Django beside them, on free ports of this machine."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bench.table import ROOT
from tests.ports import free_port

SITREP, PLAIN = "config.wsgi:application", "bench.plain:application"


@contextmanager
def process(*command: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of this Python that ends with the block."""
    env = os.environ | more
    made = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        yield made
    finally:
        made.send_signal(signal.SIGTERM)
        _gone(made)


def _gone(made: subprocess.Popen[bytes]) -> None:
    """Wait until it has ended; like a container, what does not end in ten seconds is killed with all that it started.

    Granian, told to stop as soon as it has answered, sometimes waits for a worker that has not heard of it.
    """
    try:
        made.wait(10)
    except subprocess.TimeoutExpired:
        for pid in reversed(family(made.pid)):
            os.kill(pid, signal.SIGKILL)
        made.wait()


@contextmanager
def web(application: str = SITREP, *, workers: int = 1, **more: str) -> Iterator[tuple[str, int]]:
    """A web server as the production stack runs it: its address and the number of its process."""
    port = free_port()
    command = ("-m", "granian", "--interface=wsgi", "--host=127.0.0.1", f"--port={port}", f"--workers={workers}")
    threads = ("--blocking-threads=8", "--log-level=error", application)
    with process(*command, *threads, BENCH_PLAIN="1", **more) as made:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}", made.pid


@contextmanager
def redis() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Redis of one's own, which may be paused."""
    port, server = free_port(), shutil.which("redis-server")
    if server is None:
        raise FileNotFoundError("There is no redis-server on this machine; install Debian's package redis-server.")
    command = [server, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    made = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield f"redis://127.0.0.1:{port}/0", made
    finally:
        made.send_signal(signal.SIGCONT)
        made.terminate()
        made.wait()


def wait_for(url: str, within: float = 60) -> None:
    """Until it answers. Raises `URLError` where it does not in time."""
    end = time.monotonic() + within
    while True:
        try:
            urlopen(url, timeout=10).close()
        except (URLError, TimeoutError):
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


def wait_for_port(port: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on {port}")


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    below = [int(one) for one in children.read_text().split()] if children.exists() else []
    return [pid, *(other for one in below for other in family(one))]


def pss_mb(pid: int) -> float:
    """Memory of a process and all that it started, what they share counted once, in MB (10⁶ bytes)."""
    total = 0
    for one in family(pid):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            total += int(line.split()[1]) if line.startswith("Pss:") else 0
    return total * 1024 / 1e6


class Peak:
    """The most memory (PSS, MB) that some processes had together while one looked, twice a second."""

    def __init__(self, pids: Sequence[int]) -> None:
        self.pids, self.most = pids, 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.5):
            self.most = max(self.most, sum(pss_mb(pid) for pid in self.pids))
