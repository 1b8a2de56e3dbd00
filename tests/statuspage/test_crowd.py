"""Readers while everything else is down: the small server answers a crowd, and calls no database and no broker."""

import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house

from bench import readers
from tests.statuspage.world import opened, page, rendered

pytestmark = [pytest.mark.django_db, pytest.mark.processes, pytest.mark.slow]
CROWD, SECONDS = 256, 3.0


class Trap:
    """Listens where the database and the broker would be, and counts who calls."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.calls = 0
        threading.Thread(target=self._count, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    def _count(self) -> None:
        while True:
            try:
                self.listening.accept()[0].close()
            except OSError:
                return
            self.calls += 1


def test_a_crowd_is_answered_and_nothing_behind_the_files_is_called(morning: Any) -> None:
    page()
    opened()
    rendered()
    trap = Trap()
    env = {
        "DATABASE_URL": f"postgresql://nobody@127.0.0.1:{trap.port}/nothing",
        "REDIS_URL": f"redis://127.0.0.1:{trap.port}/0",
        "SITREP_MODE": "quickstart",
    }
    with readers.small_server(Path(house.PUBLIC_ROOT), **env) as port:
        for path in ("/", "/api/v2/summary.json", "/history.atom"):
            crowd = readers.run(port, path, connections=CROWD, seconds=SECONDS)
            assert crowd.failed == 0
            assert crowd.answered > CROWD
    assert trap.calls == 0
    _call(trap)
    assert trap.calls == 1


def _call(trap: Trap) -> None:
    """The trap does count."""
    socket.create_connection(("127.0.0.1", trap.port)).close()
    until = time.monotonic() + 60
    while not trap.calls and time.monotonic() < until:
        time.sleep(0.01)
    trap.listening.close()
