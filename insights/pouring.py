"""Writing very many rows at once: as a stream where the database takes one, else in batches."""

import json
from collections.abc import Iterable, Sequence

from django.db import connection, models

AT_ONCE = 200


def pour(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Insert them. Their values are plain: nothing is prepared but JSON."""
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows, AT_ONCE)
        return
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row(_values(row, fields))


def _values(row: models.Model, fields: Sequence[models.Field]) -> list[object]:  # type: ignore[type-arg]
    return [
        json.dumps(value) if isinstance(value := getattr(row, field.attname), list | dict) else value
        for field in fields
    ]
