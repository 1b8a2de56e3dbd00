"""HTTP answers that must come in time as a whole: a timeout holds for each piece, and pieces can drip for days."""

import http.client
import io
import socket
import time
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

# From the request's last byte until the last one of the answer that is read.
ANSWER_SECONDS = 15.0


class _InTime(io.RawIOBase):
    """What comes from a socket until an instant; after that it raises `TimeoutError`."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock
        self._until = time.monotonic() + ANSWER_SECONDS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        before = self._sock.gettimeout()
        self._sock.settimeout(left if before is None else min(left, before))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class Response(http.client.HTTPResponse):
    """Reads its head, and what comes before it, against one clock."""

    def __init__(self, sock: socket.socket, *rest: Any, **more: Any) -> None:
        super().__init__(sock, *rest, **more)
        self.fp = io.BufferedReader(_InTime(self.fp.detach(), sock))


class _Plain(HTTPConnection):
    response_class = Response


class _Secure(HTTPSConnection):
    response_class = Response


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


POOLS = {"http": _PlainPool, "https": _SecurePool}
