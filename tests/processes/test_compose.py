"""The services of docker-compose.yml as it starts them, on this machine, in production mode."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests import reach
from tests.config import production
from tests.config.production import ROOT
from tests.config.test_production import OURS, PORT
from tests.ports import free_port
from tests.processes.stack import wait_for
from tests.processes.waiting import PATIENCE, crowding, until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]

Services = dict[str, subprocess.Popen[bytes]]
# How long Docker waits for a service to end, unless the file says otherwise.
GRACE = 10


def command(name: str, port: int) -> list[str]:
    """A service's command as written, but for the port, which may be taken here."""
    return [word.replace(str(PORT), str(port)) for word in OURS[name]["command"]]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return production.environment(tmp_path, REDIS_URL=reach.redis_server())


@pytest.fixture
def services(env: dict[str, str], port: int) -> Iterator[Services]:
    """Migrated, then everything else, each in a session of its own."""
    migrated = production.run(env, *command("migrate", port))
    assert migrated.returncode == 0, migrated.stderr
    made = {
        name: subprocess.Popen(command(name, port), cwd=ROOT, env=production.SHELL | env, start_new_session=True)
        for name in ("web", "worker", "ticker")
    }
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield made
    finally:
        for process in made.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def readiness(port: int) -> dict[str, Any]:
    """What web says of the whole installation to somebody who comes through the front server."""
    asked = Request(f"http://127.0.0.1:{port}/readyz", headers={"Host": "sitrep.example.com"})
    with urlopen(asked, timeout=PATIENCE) as said:
        found: dict[str, Any] = json.load(said)
        return found


def healthy(env: dict[str, str], port: int) -> bool:
    """The healthcheck of web, as written."""
    how, *asked = OURS["web"]["healthcheck"]["test"]
    assert how == "CMD"
    return production.run(env, *(word.replace(str(PORT), str(port)) for word in asked)).returncode == 0


def test_every_service_runs_is_healthy_and_ends_in_time(services: Services, env: dict[str, str], port: int) -> None:
    until(lambda: healthy(env, port))
    until(lambda: readiness(port)["worker_seconds"] is not None)
    assert readiness(port)["ready"]
    assert {name: process.poll() for name, process in services.items()} == dict.fromkeys(services)
    for name, process in services.items():
        process.send_signal(signal.SIGTERM)
        process.wait(crowding() * float(str(OURS[name].get("stop_grace_period", GRACE)).removesuffix("s")))
    assert not healthy(env, port)
