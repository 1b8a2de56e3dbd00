"""The quick start: what `make run` looks at before and while the processes start."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.error import HTTPError
from urllib.request import urlopen

from django.core.management.base import CommandError

# Ctrl-C that was not heard is said again so soon.
AGAIN_SECONDS = 0.25


def answers(url: str) -> bool:
    """Whether a server on this machine answers there with 200."""
    try:
        with urlopen(url, timeout=1) as response:  # noqa: S310 - our own http address
            return bool(response.status == HTTPStatus.OK)
    except OSError:
        return False


def speaks(url: str) -> bool:
    """Whether a server on this machine answers there at all, be it that there is no page yet."""
    try:
        with urlopen(url, timeout=1):  # noqa: S310 - our own http address
            return True
    except HTTPError:
        return True
    except OSError:
        return False


def check_port_is_free(port: int, variable: str) -> None:
    """Raise a sentence that names the port and how to choose another."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is taken ({error}). Choose another: {variable}={port + 10} make run"
            ) from error


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C within ends it with `KeyboardInterrupt` for certain.

    The first may come at a moment when Python has nowhere to raise it to, such as while it clears memory, and would
    be lost: it is raised again until it was heard.
    """

    def interrupt(*_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS, AGAIN_SECONDS)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGALRM)}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
