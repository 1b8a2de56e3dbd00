"""An SMTP server on loopback whose every answer can be scripted, also to say nothing at all."""

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# A script says what to answer at a verb, given the recipient so far; None goes on as usual, "" hangs up.
Script = Callable[[str, str], str | None]
USUAL = {"EHLO": "250 hello", "MAIL": "250 OK", "RCPT": "250 OK", "DATA": "354 go on", ".": "250 OK", "RSET": "250 OK"}
SILENCE = "silence"


def as_usual(verb: str, to: str) -> str | None:
    """Nothing is scripted."""
    return None


@dataclass
class Scripted:
    """What it took (recipient and text), in order, and how many connections were opened."""

    script: Script = as_usual
    port: int = 0
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    lines: int = 0
    # Set when whoever keeps silent may go.
    over: threading.Event = field(default_factory=threading.Event)

    def said(self, verb: str, to: str) -> str:
        found = self.script(verb, to)
        return USUAL.get(verb, "250 OK") if found is None else found


class _Line(socketserver.StreamRequestHandler):
    sink: Scripted

    def handle(self) -> None:
        self.sink.lines += 1
        to = ""
        if not self._say("220", self.sink.said("connect", "").replace("250 OK", "220 ready")):
            return
        while line := self.rfile.readline():
            verb = line[:4].decode().strip().upper()
            if verb == "QUIT":
                self._say("QUIT", "221 bye")
                return
            to = line.decode().partition("<")[2].partition(">")[0] if verb == "RCPT" else to
            answer = self.sink.said(verb, to)
            if not self._say(verb, answer):
                return
            if answer.startswith("354") and not self._take(to):
                return

    def _take(self, to: str) -> bool:
        text = b""
        while (line := self.rfile.readline()) != b".\r\n":
            text += line
        answer = self.sink.said(".", to)
        if answer.startswith("250") or answer == SILENCE:
            self.sink.taken.append((to, text))
        return self._say(".", answer)

    def _say(self, verb: str, answer: str) -> bool:
        if answer == SILENCE:
            self.sink.over.wait(30)
            return False
        if not answer:
            return False
        self.wfile.write(f"{answer}\r\n".encode())
        return True


@contextmanager
def scripted(script: Script = as_usual) -> Iterator[Scripted]:
    sink = Scripted(script)

    class Line(_Line):
        pass

    Line.sink = sink

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
            """Whoever hangs up early is part of the story."""

    with Server(("127.0.0.1", 0), Line) as server:
        sink.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield sink
        finally:
            sink.over.set()
            server.shutdown()
