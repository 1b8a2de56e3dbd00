"""Readers of the public page: many connections that ask again as soon as they are answered, and who answers them.

The client counts bytes and parses nothing, so that it costs less than the fastest server it is held against.
"""

import contextlib
import os
import selectors
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.table import ROOT
from config.management.commands import serve
from tests.ports import free_port

HOST = "status.bench.example"
NGINX = "/usr/sbin/nginx"
AS_IT_IS = """worker_processes 1;
pid {folder}/static.pid;
error_log stderr warn;
pcre_jit on;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000; gzip_static on;
  types {{ text/html html; application/json json; application/atom+xml atom; }}
  server {{ listen 127.0.0.1:{port} backlog=1024; root {site}; }}
}}
"""


@dataclass
class Run:
    """What a run came to."""

    answered: int = 0
    failed: int = 0
    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.answered / self.seconds

    @property
    def p99(self) -> float:
        return sorted(self.waits)[int(len(self.waits) * 0.99)]


@dataclass
class _Line:
    socket: socket.socket
    asked_at: float
    got: int = 0


def run(port: int, path: str, *, connections: int, seconds: float) -> Run:
    """Keep so many connections busy for so long. Every answer is as long as the first, or it counts as failed."""
    request, length = _first(port, path)
    selector, done = selectors.DefaultSelector(), Run()
    for _ in range(connections):
        _open(selector, port, request)
    began, buffer = time.perf_counter(), bytearray(2**20)
    while time.perf_counter() - began < seconds:
        for key, _ in selector.select(0.1):
            line: _Line = key.data
            got = _read(line, buffer)
            if got <= 0:
                # nginx closes a connection after so many answers; in the midst of one it is a failure.
                done.failed += line.got > 0 or got < 0
                selector.unregister(line.socket)
                line.socket.close()
                _open(selector, port, request)
            elif _is_whole(line, got, length, done):
                line.socket.send(request)
    done.seconds = time.perf_counter() - began
    _close(selector)
    return done


def _close(selector: selectors.BaseSelector) -> None:
    for key in list(selector.get_map().values()):
        key.data.socket.close()


def _read(line: _Line, buffer: bytearray) -> int:
    try:
        return line.socket.recv_into(buffer)
    except OSError:
        return -1


def _is_whole(line: _Line, got: int, length: int, done: Run) -> bool:
    """Count what came; whether the answer is complete, and the next can be asked for."""
    line.got += got
    if line.got < length:
        return False
    now = time.perf_counter()
    if line.got == length:
        done.answered += 1
        done.waits.append(now - line.asked_at)
    else:
        done.failed += 1
    line.asked_at, line.got = now, 0
    return True


def _open(selector: selectors.BaseSelector, port: int, request: bytes) -> None:
    opened = socket.create_connection(("127.0.0.1", port), timeout=60)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    opened.setblocking(False)
    opened.send(request)
    selector.register(opened, selectors.EVENT_READ, _Line(opened, time.perf_counter()))


def _first(port: int, path: str) -> tuple[bytes, int]:
    """The request, and how long a whole answer to it is."""
    request = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            got += line.recv(65536)
        head, _, _ = got.partition(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(f"{path}: {head.decode()}")
        lengths = [one for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:")]
        return request, len(head) + 4 + int(lengths[0].split(b":")[1])


@contextmanager
def small_server(root: Path, **more: str) -> Iterator[int]:
    """The public page's own server, as `make run` starts it; `more` is told to its process."""
    port = free_port()
    # No address of a database or a broker reaches it.
    env = {"PATH": os.environ["PATH"], "PUBLIC_ROOT": str(root)} | more
    with _running(serve.public_page(port), port, env):
        yield port


@contextmanager
def front_server(root: Path, folder: Path) -> Iterator[int]:
    """nginx with the configuration that is shipped."""
    port = free_port()
    text = (ROOT / "deploy/nginx.conf").read_text().replace("/srv/public", str(root))
    text = text.replace("/tmp/nginx", str(folder / "nginx")).replace(
        "listen 8080", f"listen 127.0.0.1:{port} backlog=1024"
    )
    with _nginx(text, folder / "front.conf", port):
        yield port


@contextmanager
def static_server(site: Path, folder: Path) -> Iterator[int]:
    """nginx giving the same files as they lie there, and nothing else."""
    port = free_port()
    text = AS_IT_IS.format(folder=folder, port=port, site=site)
    with _nginx(text, folder / "static.conf", port):
        yield port


@contextmanager
def _nginx(text: str, configuration: Path, port: int) -> Iterator[None]:
    one = "worker_processes 1;\nuser root;" if os.geteuid() == 0 else "worker_processes 1;"
    for written in ("worker_processes auto;", "worker_processes 1;"):
        if written in text:
            text = text.replace(written, one, 1)
            break
    configuration.write_text(text)
    with _running([NGINX, "-c", str(configuration), "-g", "daemon off;"], port, dict(os.environ)):
        yield


@contextmanager
def _running(command: Sequence[str], port: int, env: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        until = time.monotonic() + 120
        while not _answers(port):
            if time.monotonic() > until:
                raise RuntimeError(f"{command[0]} does not answer")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(60)


def _answers(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
