"""Questions that every request or command asks, whose SQL is made once.

To build such a statement and compile it takes Django several times as long as to send it and to read the answer.
"""

from collections.abc import Callable
from threading import local
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connections
from django.db.models import Field, Model, QuerySet, Value
from django.db.models.query import get_related_populators

from kit import prepared

M = TypeVar("M", bound=Model)


class Given(Value):
    """Stands in a question where a value of each asking belongs; the field says how it goes to the database."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(name, output_field)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def spelled(self, given: dict[str, Any], connection: Any) -> Any:
        return self.output_field.get_db_prep_value(given[self.value], connection)


class Statement(NamedTuple):
    """What is sent, and how the rows are read: their columns by number, with what Django's fields make of each."""

    compiler: Any
    sql: str
    values: tuple[Any, ...]
    model: type[Model]
    columns: slice
    names: list[str]
    annotations: dict[str, int]
    converters: dict[int, Any]
    beside: list[Any]


class Compiled(Generic[M]):
    """A question that never changes but for what is `Given`.

    `ask` gives the query set: of rows of a model, with `select_related`, `annotate` or `defer` if need be, but without
    `prefetch_related`, which would be a statement of its own.
    """

    def __init__(self, ask: "Callable[[], QuerySet[M]]") -> None:
        self._ask = ask
        # A compiler keeps the connection of its thread.
        self._kept = local()

    def rows(self, **given: Any) -> list[M]:
        """The rows that it finds now, with these values in the places of `Given`. One statement."""
        made = self._statement()
        connection = made.compiler.connection
        values = [one.spelled(given, connection) if isinstance(one, Given) else one for one in made.values]
        with prepared.cursor(connection) as cursor:
            cursor.execute(made.sql, values)
            found = cursor.fetchall()
        return [self._read(made, row) for row in made.compiler.apply_converters(found, made.converters)]

    def first(self, **given: Any) -> M | None:
        """The first of them; the statement gives all, so it should be one that finds few."""
        return next(iter(self.rows(**given)), None)

    def _read(self, made: Statement, row: Any) -> Any:
        one = made.model.from_db(made.compiler.using, made.names, row[made.columns])
        for related in made.beside:
            related.populate(row, one)
        for name, column in made.annotations.items():
            setattr(one, name, row[column])
        return one

    def _statement(self) -> Statement:
        if not hasattr(self._kept, "statement"):
            self._kept.statement = _compiled(self._ask())
        made: Statement = self._kept.statement
        return made


def _compiled(asked: "QuerySet[Any]") -> Statement:
    compiler = asked.query.get_compiler(connection=connections[asked.db])
    sql, values = compiler.as_sql()
    info = compiler.klass_info
    fields = info["select_fields"]
    columns = slice(fields[0], fields[-1] + 1)
    return Statement(
        compiler,
        sql,
        values,
        info["model"],
        columns,
        [column.target.attname for column, *_ in compiler.select[columns]],
        compiler.annotation_col_map or {},
        compiler.get_converters([column for column, *_ in compiler.select]),
        get_related_populators(info, compiler.select, asked.db),  # type: ignore[call-arg]
    )
