"""A PostgreSQL and a Redis of chaos's own, on free ports of this machine, which it may stop as it likes."""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psycopg

BINARIES = "/usr/lib/postgresql"
START_WITHIN = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Missing(Exception):
    """A server that chaos needs is not installed."""


class Postgres:
    """A cluster in the folder; root runs it as the user postgres, as the server itself demands."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder / "postgres", free_port()
        self._bin = _newest()
        self._folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def start(self) -> None:
        listen = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self._folder} -c max_connections=100"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", self._data, "-w", "-t", str(int(START_WITHIN)), "-l", log, "-o", listen, "start")

    def stop_at_once(self) -> None:
        """As a power cut would: no checkpoint, so it recovers from its log when it starts again."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    def version(self) -> str:
        with psycopg.connect(self.url) as line:
            row = line.execute("SHOW server_version").fetchone()
        return f"PostgreSQL {row[0] if row else ''}"

    def _run(self, *command: str) -> None:
        said = [str(self._bin / command[0]), *command[1:]]
        if os.geteuid() == 0:
            said = ["su", "postgres", "-s", "/bin/sh", "-c", shlex.join(said)]
        subprocess.run(said, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


def _newest() -> Path:
    found = sorted(Path(BINARIES).glob("*/bin"), key=lambda path: float(path.parent.name))
    known = shutil.which("initdb")
    if known:
        return Path(known).parent
    if not found:
        raise Missing("chaos needs PostgreSQL; install the package postgresql")
    return found[-1]


class Redis:
    """A broker without a memory of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, free_port()
        self._binary = shutil.which("redis-server") or ""
        if not self._binary:
            raise Missing("chaos needs Redis; install the package redis-server")
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = [
            self._binary,
            "--bind",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--save",
            "",
            "--dir",
            str(self._folder),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        until = time.monotonic() + START_WITHIN
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)

    def flush(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
            line.sendall(b"FLUSHALL\r\n")
            line.recv(64)

    def pause(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
