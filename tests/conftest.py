"""What every test stands on: test mode, a fast password hasher, and a database of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.sqlite3.base import DatabaseWrapper
from hypothesis import settings as drawing

from kit import clock

# How long an example takes says nothing of it where other work shares the machine.
drawing.register_profile("house", deadline=None)
drawing.load_profile("house")

MORNING = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def house(settings: Any, tmp_path: Path) -> None:
    """Files of the public page and the outbox go where the test ends; passwords are cheap."""
    settings.PUBLIC_ROOT = tmp_path / "public"
    settings.OUTBOX = tmp_path / "outbox"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def morning() -> Iterator[datetime]:
    """It is Monday, 10:00 UTC, and the clock walks on from there."""
    with clock.at(MORNING):
        yield MORNING


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """It is Monday, 10:00 UTC, and stays so but for what a test shifts: for what is about seconds."""

    def now() -> datetime:
        return MORNING + clock._offset.get()

    monkeypatch.setattr(clock, "now", now)
    monkeypatch.setattr(clock, "shown", now)
    return MORNING


@pytest.fixture(autouse=True, scope="session")
def flush_past_the_guard() -> Iterator[None]:
    """SQLite empties tables by DELETE, which the timeline's guard refuses; stand it aside for the flush."""
    operations = DatabaseWrapper.ops_class
    flush = operations.sql_flush

    def past_the_guard(self: BaseDatabaseOperations, *args: Any, **kwargs: Any) -> list[str]:
        with connection.cursor() as cursor:
            row = cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'event_is_not_deleted'").fetchone()
        statements: list[str] = flush(self, *args, **kwargs)
        return ["DROP TRIGGER event_is_not_deleted", *statements, row[0]] if row else statements

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", past_the_guard)
        yield
