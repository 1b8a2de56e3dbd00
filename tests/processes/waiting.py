"""Waiting for other processes."""

import time
from collections.abc import Callable
from typing import Any


def until(holds: Callable[[], Any], within: float = 30.0) -> Any:
    """Wait for something to become true, and give it back."""
    deadline = time.monotonic() + within
    while not (found := holds()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s")
        time.sleep(0.2)
    return found
