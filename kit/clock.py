"""The one clock: the database's, plus an offset that only tests and the demo's past can set."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

_offset: ContextVar[timedelta] = ContextVar("clock_offset", default=timedelta())


def now() -> datetime:
    """This instant in UTC. Ask once a command or tick and hand it on.

    On PostgreSQL it is `clock_timestamp()`, never `now()`, which stands still within a
    transaction. SQLite lives in our own process, so its clock is ours.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            instant: datetime = cursor.fetchone()[0]
    else:
        instant = datetime.now(UTC)
    return instant.astimezone(UTC) + _offset.get() + _offset_of_other_processes()


def shown() -> datetime:
    """About now, for drawing a page: this process's clock, which costs no statement and decides nothing."""
    return datetime.now(UTC) + _offset.get() + _offset_of_other_processes()


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Shift the clock of this thread of work by a span, on top of any earlier shift."""
    token = _offset.set(_offset.get() + by)
    try:
        yield
    finally:
        _offset.reset(token)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let it be `instant` now; the clock walks on from there."""
    with shifted(instant - now()):
        yield


def _offset_of_other_processes() -> timedelta:
    """Seconds from the file that a test of real processes writes; no file outside of tests."""
    path: Path | None = settings.CLOCK_OFFSET_FILE
    if path is None or not path.exists():
        return timedelta()
    return timedelta(seconds=float(path.read_text() or 0))
