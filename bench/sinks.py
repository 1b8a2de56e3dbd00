"""Where letters arrive: an SMTP and an HTTP server on this machine, each a process of its own, that count and forget.

`python -m bench.sinks smtp|http` prints its port. Asked for `COUNT`, each says what has arrived.
Moments are seconds of the monotonic clock, which all processes of a machine share.
"""

import asyncio
import json
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import urlopen

from bench.table import ROOT

# A target of this name is answered so many seconds late.
SLOW, SLOW_SECONDS = b"/slow", 5.0
# Where the people of the house have their mail; subscribers have theirs elsewhere.
OURS = b"@denomas.example>"


@dataclass(frozen=True)
class Arrived:
    """How many in all, the bytes and the moment of the last, and when somebody of the house first got one."""

    count: int
    size: int
    last: float
    at_ours: float


@dataclass
class _Book:
    count: int = 0
    size: int = 0
    last: float = 0.0
    at_ours: float = 0.0

    def note(self, size: int, *, is_ours: bool = False) -> None:
        self.count += 1
        self.size, self.last = size, time.monotonic()
        if is_ours:
            self.at_ours = self.at_ours or self.last

    def tell(self) -> str:
        said = json.dumps([self.count, self.size, self.last, self.at_ours])
        self.at_ours = 0.0
        return said


class _Lines(asyncio.Protocol):
    """A conversation whose bytes are looked at as they come."""

    def __init__(self, book: _Book) -> None:
        self.book = book
        self.held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport


class Smtp(_Lines):
    """Takes everything."""

    is_text = is_ours = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.held += data
        while self._step():
            pass

    def _step(self) -> bool:
        end = b"\r\n.\r\n" if self.is_text else b"\r\n"
        line, found, rest = self.held.partition(end)
        if not found:
            return False
        self.held = rest
        if self.is_text:
            self.is_text = False
            self.book.note(len(line), is_ours=self.is_ours)
            self.transport.write(b"250 OK\r\n")
        else:
            self.is_ours = line.endswith(OURS) if line.startswith(b"RCPT") else self.is_ours
            self._answer(line.split(b" ")[0].upper())
        return True

    def _answer(self, verb: bytes) -> None:
        if verb == b"DATA":
            self.is_text = True
            self.transport.write(b"354 go on\r\n")
        elif verb == b"COUNT":
            self.transport.write(b"250 " + self.book.tell().encode() + b"\r\n")
        else:
            self.transport.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 OK\r\n")


class Http(_Lines):
    """Answers every POST with 204, and keeps the line open."""

    def data_received(self, data: bytes) -> None:
        self.held += data
        while self._step():
            pass

    def _step(self) -> bool:
        head, found, rest = self.held.partition(b"\r\n\r\n")
        if not found:
            return False
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"), 0)
        if len(rest) < length:
            return False
        self.held = rest[length:]
        self._answer(head.split(b" ")[1].partition(b"?")[0], len(head) + length)
        return True

    def _answer(self, path: bytes, size: int) -> None:
        if path == b"/COUNT":
            said = self.book.tell().encode()
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said))
        elif path == SLOW:
            asyncio.get_running_loop().call_later(SLOW_SECONDS, self._thank)
        else:
            self.book.note(size)
            self._thank()

    def _thank(self) -> None:
        self.transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


@dataclass(frozen=True)
class Sink:
    """A sink that runs: where it listens, and what it has counted."""

    kind: str
    port: int

    def count(self) -> Arrived:
        """What arrived; `at_ours` is 0 where nobody of the house got anything since this was last called."""
        if self.kind == "http":
            with urlopen(f"http://127.0.0.1:{self.port}/COUNT") as answer:
                return Arrived(*json.load(answer))
        with smtplib.SMTP("127.0.0.1", self.port) as line:
            return Arrived(*json.loads(line.docmd("COUNT")[1]))


@contextmanager
def sink(kind: str) -> Iterator[Sink]:
    process = subprocess.Popen([sys.executable, "-m", "bench.sinks", kind], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield Sink(kind, int(process.stdout.readline()))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


async def _serve(kind: str) -> None:
    book, made = _Book(), {"smtp": Smtp, "http": Http}[kind]
    server = await asyncio.get_running_loop().create_server(lambda: made(book), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
