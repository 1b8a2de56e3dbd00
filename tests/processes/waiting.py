"""Waiting for other processes, and how long they may take on a machine that others use, too."""

import time
from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

# Bounds a hang, and says nothing about how fast anything is.
PATIENCE = 120.0
# Seconds of work from which is told how crowded the machine is.
SAMPLE = 0.5


def until(holds: Callable[[], Any], within: float = PATIENCE) -> Any:
    """Wait for something to become true, and give it back. An address that does not answer is not true yet."""
    deadline = time.monotonic() + within
    while not (found := _tried(holds)):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s")
        time.sleep(0.2)
    return found


def _tried(holds: Callable[[], Any]) -> Any:
    try:
        return holds()
    except OSError:
        return None


def read(url: str) -> str:
    """What is there; raises `OSError` where nothing answers."""
    with urlopen(url, timeout=PATIENCE) as answer:
        return str(answer.read().decode())


def crowding() -> float:
    """How many times longer than alone on the machine something takes just now; 1 where nobody else is there."""
    began, worked = time.monotonic(), time.process_time()
    while time.process_time() - worked < SAMPLE:
        pass
    return max(1.0, (time.monotonic() - began) / SAMPLE)
