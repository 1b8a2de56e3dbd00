"""A cursor for statements that are asked over and over: PostgreSQL parses and plans each once for a connection.

That takes the server five times as long as to answer a question with joins. Django's own cursors write the values into
the text, so that no two statements are the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import NotSupportedError
from django.db import connection as ours


@contextmanager
def cursor(connection: Any = ours) -> Iterator[Any]:
    """Django's cursor with everything that it checks and counts; what it executes is prepared when it comes again.

    The text of a statement must not change with what is asked, and its values are to be spelled for the database.
    """
    with connection.cursor() as made:
        # Where statements are written down, Django reads their text from its own cursor.
        if connection.vendor == "postgresql" and not connection.queries_logged:
            made.cursor.close()
            made.cursor = psycopg.Cursor(connection.connection)
        try:
            yield made
        except NotSupportedError:
            # A migration gave a column another type since: the next to come gets a connection that has planned nothing.
            connection.close_at = 0
            raise
