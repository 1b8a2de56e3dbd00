"""What is asked again is prepared on PostgreSQL, and counted and checked like everything else."""

import uuid
from datetime import datetime
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connection, connections, transaction

from bench.world import Counter
from kit import prepared
from tests.conftest import MORNING

pytestmark = pytest.mark.django_db


def test_what_it_finds_is_what_the_cursor_of_django_finds() -> None:
    values: list[Any] = ["it's 100 %", 7, str(uuid.UUID(int=7))]
    sql = "SELECT CAST(%s AS text), CAST(%s AS integer) + 1, CAST(%s AS text)"
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        expected = cursor.fetchall()
    counter = Counter()
    with connection.execute_wrapper(counter):
        for _ in range(3):
            with prepared.cursor() as cursor:
                cursor.execute(sql, values)
                assert cursor.fetchall() == expected
    assert counter.count == 3


@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL what it has prepared")
def test_what_comes_for_the_third_time_is_prepared() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    for number in range(4):
        with prepared.cursor() as cursor:
            cursor.execute("SELECT %s::timestamptz, %s::integer", [MORNING, number])
            found: tuple[datetime, int] = cursor.fetchone()
            assert found == (MORNING, number)
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement, generic_plans + custom_plans FROM pg_prepared_statements")
        assert cursor.fetchall() == [("SELECT $1::timestamptz, $2::integer", 2)]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL plans for the types of columns")
def test_a_column_of_another_type_is_planned_by_a_new_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    # The connection itself: of the name for this thread's it would be taken away afterwards, and not put back.
    monkeypatch.setattr(connections[DEFAULT_DB_ALIAS], "close_at", None)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE changing (word varchar(3)) ON COMMIT DROP")
    for _ in range(4):
        _ask()
    with connection.cursor() as cursor:
        # As by another connection: of its own it would know.
        cursor.execute("DO $$ BEGIN ALTER TABLE changing ALTER word TYPE integer USING 1; END $$")
    with pytest.raises(NotSupportedError), transaction.atomic():
        _ask()
    assert connection.close_at == 0


def _ask() -> None:
    with prepared.cursor() as cursor:
        cursor.execute("SELECT word FROM changing WHERE %s::integer = 1", [1])
