"""Planting: functions, statements, commits and renames of the product are watched from outside, in this process alone.

Whatever passes is named by where it happens, and whoever watches is told of it: to count, to kill, or to stop.
"""

import http.client
import importlib
import os
import smtplib
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

ENTER, LEAVE = "enter", "leave"
BEFORE_ROW, AFTER_ROW = "before the row", "after the row"
BEFORE_COMMIT, AFTER_COMMIT = "before the commit", "after the commit"
BEFORE_RENAME, AFTER_RENAME = "before the rename", "after the rename"
# In the middle of a message on its way: half of its bytes have left.
HALF = "half"
# Statements without a word, commits and renames count where they happen, which is the innermost of these functions.
MOST_BYTES_OF_A_COMMAND = 600


@dataclass(frozen=True)
class Point:
    """A place in the product: what happens there (`kind`), inside which function, and of which statement."""

    name: str
    kind: str
    target: str
    words: str = ""

    @property
    def area(self) -> str:
        return self.name.partition(".")[0]


Watcher = Callable[[Point], None]


class Countdown:
    """Sends this process a signal when a point is passed for the nth time."""

    def __init__(self, nth: int, number: int, *, afterwards: Callable[[], object] = lambda: None) -> None:
        self._left, self._number, self._afterwards = nth, number, afterwards
        self._guard = threading.Lock()

    def __call__(self, _: Point) -> None:
        with self._guard:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), self._number)
                # Only whoever was stopped, and woken, comes here.
                self._afterwards()


class _Inside(threading.local):
    """The watched functions that this thread is in."""

    def __init__(self) -> None:
        self.targets: list[str] = []


class Planted:
    """The points of one process and who watches them. What is planted later takes the place of what was before."""

    _those: ClassVar[list["Planted"]] = []

    def __init__(self, points: Iterable[Point], watcher: Watcher) -> None:
        for other in self._those:
            other._points = {}
        self._those.append(self)
        self._points: dict[tuple[str, str], list[Point]] = {}
        self._inside, self._watcher = _Inside(), watcher
        for point in points:
            self._points.setdefault((point.kind, point.target), []).append(point)
        for target in {target for _, target in self._points}:
            self._wrap_function(target)
        self._wrap_statements()
        self._wrap_commits()
        self._wrap_renames()
        self._wrap_wire()

    def _tell(self, kind: str, target: str, statement: str = "") -> None:
        for point in self._points.get((kind, target), ()):
            if point.words in statement:
                self._watcher(point)

    def _tell_all(self, kind: str, statement: str = "") -> None:
        for target in dict.fromkeys(self._inside.targets):
            self._tell(kind, target, statement)

    @contextmanager
    def _within(self, target: str) -> Any:
        self._inside.targets.append(target)
        try:
            yield
        finally:
            self._inside.targets.pop()

    def _wrap_function(self, target: str) -> None:
        owner, name = found(target)
        original = getattr(owner, name)

        @wraps(original)
        def watched(*args: Any, **kwargs: Any) -> Any:
            self._tell(ENTER, target)
            with self._within(target):
                answer = original(*args, **kwargs)
            self._tell(LEAVE, target)
            return answer

        setattr(owner, name, watched)

    def _wrap_statements(self) -> None:
        for method in ("execute", "executemany"):
            self._around(CursorWrapper, method, BEFORE_ROW, AFTER_ROW, lambda args: str(args[1]))

    def _wrap_commits(self) -> None:
        self._around(BaseDatabaseWrapper, "_commit", BEFORE_COMMIT, AFTER_COMMIT)

    def _wrap_renames(self) -> None:
        for method in ("replace", "rename"):
            self._around(Path, method, BEFORE_RENAME, AFTER_RENAME)

    def _around(
        self, owner: type, name: str, before: str, after: str, said: Callable[[Any], str] = lambda _: ""
    ) -> None:
        original = getattr(owner, name)

        @wraps(original)
        def watched(*args: Any, **kwargs: Any) -> Any:
            statement = said(args)
            self._tell_all(before, statement)
            answer = original(*args, **kwargs)
            self._tell_all(after, statement)
            return answer

        setattr(owner, name, watched)

    def _wrap_wire(self) -> None:
        """What is long is sent in two halves, so that a kill can fall between them."""
        send_mail = smtplib.SMTP.send
        send_hook = http.client.HTTPConnection.send

        def mail(line: smtplib.SMTP, content: Any) -> None:
            if len(content) > MOST_BYTES_OF_A_COMMAND and isinstance(line.sock, socket.socket):
                line.sock.sendall(content[: len(content) // 2])
                self._tell_all(HALF)
                content = content[len(content) // 2 :]
            send_mail(line, content)

        def hook(line: http.client.HTTPConnection, content: Any) -> None:
            if isinstance(content, bytes) and content.startswith(b"{"):
                send_hook(line, content[: len(content) // 2])
                self._tell_all(HALF)
                content = content[len(content) // 2 :]
            send_hook(line, content)

        smtplib.SMTP.send = mail  # type: ignore[method-assign,assignment]
        http.client.HTTPConnection.send = hook  # type: ignore[method-assign,assignment]


def found(target: str) -> tuple[Any, str]:
    """“package.module:Class.method” or “package.module:function”: whose attribute it is, and its name."""
    module, _, path = target.partition(":")
    owner: Any = importlib.import_module(module)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    return owner, name
