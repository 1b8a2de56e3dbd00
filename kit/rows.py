"""Many rows written by one statement: what they hold goes to the database as one piece of JSON.

For what the engine does all the time: Django builds an expression for every value of every row, which takes several
times as long as the statement, and for `bulk_update` twenty times.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import AutoField, Field, JSONField, Model


def insert(rows: Sequence[Model]) -> None:
    """Insert new rows of one model in their order, none without rows; the database numbers those that are numbered.

    Unlike `bulk_create` it leaves those numbers out of `rows`, and knows of no defaults that the database makes.
    """
    if not rows:
        return
    fields = [field for field in rows[0]._meta.concrete_fields if not isinstance(field, AutoField)]
    names = ", ".join(_column(field) for field in fields)
    table = connection.ops.quote_name(rows[0]._meta.db_table)
    read = _READ[connection.vendor](fields)
    _tell(f"INSERT INTO {table} ({names}) SELECT {names} FROM {read}", fields, rows)  # noqa: S608 - names of our own


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
    said = json.dumps([{str(field.column): _value(field, row) for field in fields} for row in rows], default=str)
    with connection.cursor() as cursor:
        cursor.execute(sql, [said])


def _value(field: "Field[Any, Any]", row: Model) -> Any:
    value = getattr(row, field.attname)
    if connection.vendor == "postgresql":
        # It reads numbers, times, ids and JSON as JSON and `str` spell them; a field with a form of its own has it.
        return value if isinstance(field, JSONField) else field.get_prep_value(value)
    return field.get_db_prep_save(value, connection)


def _column(field: "Field[Any, Any]") -> str:
    return connection.ops.quote_name(str(field.column))


def _of_postgresql(fields: Sequence["Field[Any, Any]"]) -> str:
    kinds = ", ".join(f"{_column(field)} {field.rel_db_type(connection)}" for field in fields)
    return f"jsonb_to_recordset(%s::jsonb) AS one({kinds})"


def _of_sqlite(fields: Sequence["Field[Any, Any]"]) -> str:
    read = ", ".join(f"json_extract(value, '$.{field.column}') AS {_column(field)}" for field in fields)
    return f"(SELECT {read} FROM json_each(%s)) AS one"  # noqa: S608 - names of our own


_READ = {"postgresql": _of_postgresql, "sqlite": _of_sqlite}
