"""Whether there is anything at all, asked so often that its SQL is made once.

The ticker asks the same few questions four times a second, and mostly finds nothing: to build such a statement anew
takes Django five times as long as the database takes to answer it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

# Stands in the statement where the instant of each asking belongs.
SOME_INSTANT = datetime(2000, 1, 1, 1, 2, 3, 456789, tzinfo=UTC)


class Glance:
    """A question about an instant: the rows it finds, in the order in which their first is found soonest."""

    def __init__(self, ask: "Callable[[datetime], QuerySet[Any, Any]]") -> None:
        self.ask = ask
        self._made: dict[str, tuple[str, tuple[Any, ...]]] = {}

    def finds(self, now: datetime) -> bool:
        """Whether it finds any row now."""
        sql, values = self._statement()
        some, instant = (connection.ops.adapt_datetimefield_value(one) for one in (SOME_INSTANT, now))
        with connection.cursor() as cursor:
            cursor.execute(sql, [instant if value == some else value for value in values])
            return cursor.fetchone() is not None

    def _statement(self) -> tuple[str, tuple[Any, ...]]:
        """Made once for each kind of database."""
        if connection.vendor not in self._made:
            one = self.ask(SOME_INSTANT).values_list("pk")[:1]
            self._made[connection.vendor] = one.query.sql_with_params()
        return self._made[connection.vendor]
