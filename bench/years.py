"""Fills the migrated, empty database at hand with so many incidents over eight years, in minutes."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import NOT_PROVIDED, Field

from bench import company, history
from incidents.models import ReferenceCounter, Service
from kit import clock
from roles.models import User

YEARS = timedelta(days=2922)


def fill(count: int) -> None:
    """Fill it and leave it as a database that has long been running: indexed, vacuumed, analysed."""
    now = clock.now()
    company.gather(now - YEARS)
    ReferenceCounter.objects.update_or_create(pk=1, defaults={"last": count})
    tables = [model(label) for label in history.ROWS]
    with transaction.atomic(), _bare(tables):
        _run(history.FUNCTIONS)
        _run(history.DRAWN, count=count, now=now, words=company.words(), **_catalogue())
        for label in history.ROWS:
            _insert(label)
        _numbers_go_on(tables)
    # Kept between measurements: whoever asks finds what autovacuum would have done meanwhile.
    _run("VACUUM ANALYZE")


def model(label: str) -> type[models.Model]:
    app, name = label.split(".")
    return apps.get_model(app, name, require_ready=False)


def _catalogue() -> dict[str, Any]:
    services = [*Service.objects.order_by("name").values_list("pk", "name")]
    people = [*User.objects.order_by("email").values_list("pk", flat=True)]
    return {"services": [pk for pk, _ in services], "names": [name for _, name in services], "people": people}


def _insert(label: str) -> None:
    began = time.monotonic()
    source, given = history.ROWS[label]
    columns = _defaults(model(label)) | given
    table = model(label)._meta.db_table
    _run(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {source}")
    print(f"   {label} ({time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)


def _defaults(of: type[models.Model]) -> dict[str, str]:
    """What stands in the columns that nobody gives: the field's default; the database's own is null, or counts."""
    found = {}
    for field in of._meta.concrete_fields:
        if not (field.null or field.primary_key):
            found[str(field.column)] = _default(field)
    return found


def _default(field: "Field[object, object]") -> str:
    value = field.get_default() if field.default is not NOT_PROVIDED else ""
    text = json.dumps(value) if isinstance(field, models.JSONField) else str(value)
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def _bare(tables: list[type[models.Model]]) -> Iterator[None]:
    """Without indexes, unique constraints and triggers, which cost more row by row than all at once."""
    names = [table._meta.db_table for table in tables]
    constraints = _rows(
        """SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE contype = 'u' AND conrelid::regclass::text = ANY(%s)""",
        names,
    )
    indexes = _rows(
        """SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT IN
        (SELECT conname FROM pg_constraint)""",
        names,
    )
    _run("SET LOCAL session_replication_role = replica; SET LOCAL maintenance_work_mem = '512MB'")
    for table, constraint, _ in constraints:
        _run(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}" CASCADE')
    for index, _ in indexes:
        _run(f'DROP INDEX "{index}"')
    yield
    for _, definition in indexes:
        _run(definition)
    for table, constraint, definition in constraints:
        _run(f'ALTER TABLE {table} ADD CONSTRAINT "{constraint}" {definition}')


def _numbers_go_on(tables: list[type[models.Model]]) -> None:
    """Rows that were given their number leave the counter where it was."""
    for table in tables:
        key = table._meta.pk
        if isinstance(key, models.AutoField | models.BigAutoField):
            name = table._meta.db_table
            _run(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) + 1 FROM {name}))")


def _run(statement: str, **given: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given or None)


def _rows(statement: str, names: list[str]) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [names])
        return list(cursor.fetchall())
