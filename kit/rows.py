"""Many rows written by one statement: what they hold goes to the database as one piece of JSON.

For what the engine does all the time: Django builds an expression for every value of every row, which takes several
times as long as the statement, and for `bulk_update` twenty times.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import AutoField, Field, Model

from kit import prepared

# A statement, its values, and the table it inserts into.
Step = tuple[str, list[Any], str]


@dataclass(frozen=True)
class Spelled:
    """Rows of one model as they go to the database, spelled before they are written; at least one."""

    rows: Sequence[Model]
    step: Step


def spelled(rows: Sequence[Model]) -> Spelled:
    """These rows for `insert`, by whoever will hold a lock then; they must not change any more."""
    one = _inserting(type(rows[0]))
    return Spelled(rows, (one.sql, [_spelled(one.fields, rows)], one.table))


def insert(*kinds: Sequence[Model] | Spelled, last: str = "", values: Sequence[Any] = ()) -> None:
    """Insert new rows, each kind of one model in their order; the database numbers those that are numbered.

    Unlike `bulk_create` it leaves those numbers out of `rows`, and knows of no defaults that the database makes.
    PostgreSQL takes several kinds in one statement, at whose end their keys must hold; SQLite takes them one by one,
    so rows that others point to come first. `last` is a statement that goes with them: of each table that it reads by
    name it finds at least the rows that were inserted here, with their numbers.
    """
    said = [rows if isinstance(rows, Spelled) else spelled(rows) for rows in kinds if rows]
    steps = [one.step for one in said]
    steps += [(last, [*values], "")] if last else []
    with prepared.cursor() as cursor:
        for sql, told, _ in _together(steps) if connection.vendor == "postgresql" else steps:
            cursor.execute(sql, told)
    for row in (row for one in said for row in one.rows):
        # As Django's own saving leaves them: what saves them again changes them.
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 - a documented part of models


def _together(steps: Sequence[Step]) -> Sequence[Step]:
    """One statement, before whose end the others stand under the name of their table, and hide it from the last."""
    if len(steps) < 2:
        return steps
    before = ", ".join(f"{table} AS ({sql} RETURNING *)" for sql, _, table in steps[:-1])
    return [(f"WITH {before} {steps[-1][0]}", [value for _, told, _ in steps for value in told], "")]


# Values that Django's own fields hand on as they are.
PLAIN = frozenset({type(None), bool, int, str, datetime, UUID, list, dict})
DJANGOS = ("django.db.models.fields", "django.db.models.fields.related", "django.db.models.fields.json")


class Inserting(NamedTuple):
    """The statement that inserts rows of a model, and what it reads of each."""

    sql: str
    table: str
    fields: "Sequence[Field[Any, Any]]"


def _inserting(model: type[Model]) -> Inserting:
    """Made once for each model and kind of database."""
    known = _known.get((model, connection.vendor))
    if known is None:
        fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
        names = ", ".join(_column(field) for field in fields)
        table, read = connection.ops.quote_name(model._meta.db_table), _READ[connection.vendor](fields)
        sql = f"INSERT INTO {table} ({names}) SELECT {names} FROM {read}"  # noqa: S608 - names of our own
        known = Inserting(sql, table, fields)
        _known[model, connection.vendor] = known
    return known


def update(rows: Sequence[Model], names: Sequence[str]) -> None:
    """Write these fields of rows of one model, each found by its primary key, in one statement; none without rows."""
    if not rows:
        return
    meta = rows[0]._meta
    known = {field.name: field for field in meta.concrete_fields}
    fields = [meta.pk, *(known[name] for name in names)]
    key, *changed = (_column(field) for field in fields)
    table, sets = connection.ops.quote_name(meta.db_table), ", ".join(f"{name} = one.{name}" for name in changed)
    read = _READ[connection.vendor](fields)
    _tell(f"UPDATE {table} SET {sets} FROM {read} WHERE {table}.{key} = one.{key}", fields, rows)  # noqa: S608


def _tell(sql: str, fields: "Sequence[Field[Any, Any]]", rows: Sequence[Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [_spelled(fields, rows)])


def _spelled(fields: "Sequence[Field[Any, Any]]", rows: Sequence[Model]) -> str:
    """The rows as JSON. PostgreSQL reads numbers, times, ids and JSON as JSON and `str` spell them."""
    read = _as_postgresql_reads if connection.vendor == "postgresql" else _as_sqlite_reads
    return json.dumps(read(fields, rows), default=str)


def _as_postgresql_reads(fields: "Sequence[Field[Any, Any]]", rows: Sequence[Model]) -> list[dict[str, Any]]:
    known = [(str(field.column), field.attname, field.get_prep_value, _plain(field)) for field in fields]
    return [
        {
            name: value if type(value := getattr(row, attname)) in plain else spell(value)
            for name, attname, spell, plain in known
        }
        for row in rows
    ]


def _plain(field: "Field[Any, Any]") -> frozenset[type]:
    """The kinds of values that are spelled as they are; a field with a form of its own has none."""
    return PLAIN if type(field).__module__ in DJANGOS else frozenset()


def _as_sqlite_reads(fields: "Sequence[Field[Any, Any]]", rows: Sequence[Model]) -> list[dict[str, Any]]:
    return [
        {str(field.column): field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields}
        for row in rows
    ]


def _column(field: "Field[Any, Any]") -> str:
    return connection.ops.quote_name(str(field.column))


def _of_postgresql(fields: Sequence["Field[Any, Any]"]) -> str:
    kinds = ", ".join(f"{_column(field)} {field.rel_db_type(connection)}" for field in fields)
    return f"jsonb_to_recordset(%s::jsonb) AS one({kinds})"


def _of_sqlite(fields: Sequence["Field[Any, Any]"]) -> str:
    read = ", ".join(f"json_extract(value, '$.{field.column}') AS {_column(field)}" for field in fields)
    return f"(SELECT {read} FROM json_each(%s)) AS one"  # noqa: S608 - names of our own


_READ = {"postgresql": _of_postgresql, "sqlite": _of_sqlite}
_known: dict[tuple[type[Model], str], Inserting] = {}
