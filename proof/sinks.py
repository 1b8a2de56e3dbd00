"""A mail server and a webhook receiver of the proof's own: each writes what it accepted to a file before it says so.

A line of the file is JSON: `sink`, `id` (Message-ID or webhook-id), `to` (address or path), `by` (how the client names
its process), `title`, `digest` of what was said, the first `mark` in it (“mark-00017”), and `at`, in seconds since
1970. An address or path that begins with “sour” is refused once for each letter (451, 503), and taken at the second,
where the process is one that nobody was killed before: a third try that is refused waits for half an hour, and no trial
looks so far ahead.
"""

import hashlib
import json
import os
import re
import signal
import socketserver
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

SOUR = "sour"
# Those who tell a story first, in a trial and in peace.
HEARS_NO = ("A", "P")
MARK = re.compile(r"mark-\d{5}")
MAIL, HOOK = "mail", "hook"


class Ledger:
    """The file that both sinks append to. A line is one write, and stands there before the client hears “yes”."""

    def __init__(self, path: Path, *, is_sour: bool) -> None:
        self._is_sour = is_sour
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self._refused: set[tuple[str, str]] = set()
        self._guard = threading.Lock()

    def refuses(self, to: str, letter: str, by: str) -> bool:
        """Whether this is the first try of a letter to somebody sour; one that breaks off is a try, too.

        What breaks off before we are told whose letter it is cannot be counted here, so whoever goes on after a kill
        is not refused: it may be at the third try.
        """
        if not self._is_sour:
            return False
        with self._guard:
            is_first = to.lstrip("/").startswith(SOUR) and (to, letter) not in self._refused
            self._refused.add((to, letter))
            return is_first and by in HEARS_NO

    def accept(self, said: str, **line: str) -> None:
        """`said` is the whole of it."""
        mark = MARK.search(said)
        more = {
            "digest": hashlib.sha256(said.encode()).hexdigest(), "mark": mark[0] if mark else "", "at": time.time(),
        }  # fmt: skip
        said = json.dumps(line | more, sort_keys=True)
        os.write(self._file, f"{said}\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64
    ledger: Ledger
    parent = 0

    def service_actions(self) -> None:
        """Called between two requests: whoever started us is gone, and so are we."""
        if os.getppid() != self.parent:
            os._exit(0)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is killed in the middle of its sentence is what this is for."""


class _Smtp(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs that speaks in turn."""

    server: _Server

    def handle(self) -> None:
        self.by, self.to = "", ""
        self._say("220 sink")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"QUIT":
                self._say("221 bye")
                return
            self._answer(word, line.decode(errors="replace").strip())

    def _answer(self, word: bytes, line: str) -> None:
        if word in (b"EHLO", b"HELO"):
            self.by = line[5:]
        elif word == b"RCPT":
            self.to = re.sub(r"^.*<|>.*$", "", line)
        elif word == b"DATA":
            self._say("354 go on")
            self._say(self._take())
            return
        self._say("250 ok")

    def _take(self) -> str:
        content = b""
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                letter = _letter(message_from_bytes(content, policy=policy.default))
                self.server.ledger.refuses(self.to, letter, self.by)
                raise ConnectionError("hung up in the middle of a message")
            content += line[1:] if line.startswith(b"..") else line
        message = message_from_bytes(content, policy=policy.default)
        letter = _letter(message)
        if self.server.ledger.refuses(self.to, letter, self.by):
            return "451 not now"
        said = message.get_body(("plain",))
        text = said.get_content() if said else ""
        title = str(message["Subject"])
        self.server.ledger.accept(f"{title}\n{text}", sink=MAIL, id=letter, to=self.to, by=self.by, title=title)
        return "250 taken"

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


def _letter(message: EmailMessage) -> str:
    return str(message["Message-ID"])


class _Hook(BaseHTTPRequestHandler):
    """Takes every POST whose body arrived whole."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        letter = self.headers["webhook-id"] or ""
        by = self.headers["User-Agent"] or ""
        is_refused = self.server.ledger.refuses(self.path, letter, by)
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("hung up in the middle of a request")
        if is_refused:
            self._say(503)
            return
        self.server.ledger.accept(
            body.decode(), sink=HOOK, id=letter, to=self.path, by=by, title=str(json.loads(body).get("type"))
        )
        self._say(204)

    def _say(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Says nothing."""


@dataclass(frozen=True)
class Sinks:
    """Both sinks of one stretch of the proof: their ports, their file, and the process that they live in."""

    mail_port: int
    hook_port: int
    path: Path
    pid: int

    def stop(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def started(folder: Path, *, is_sour: bool = True) -> Sinks:
    """Both in a process of their own, forked from one that has no threads."""
    path = folder / "sinks.jsonl"
    ledger = Ledger(path, is_sour=is_sour)
    mail, hook = _Server(("127.0.0.1", 0), _Smtp), _Server(("127.0.0.1", 0), _Hook)
    mail.ledger = hook.ledger = ledger
    mail.parent = hook.parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _serve(mail, hook)
    ports = mail.server_address[1], hook.server_address[1]
    mail.server_close()
    hook.server_close()
    return Sinks(int(ports[0]), int(ports[1]), path, pid)


def _serve(mail: _Server, hook: _Server) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=mail.serve_forever, args=(0.5,), daemon=True).start()
    hook.serve_forever(0.5)
    os._exit(0)
