"""A crowd of readers for a minute, while no database, broker or worker is there: `make bench TABLES=crowd`."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection

from bench import past, readers
from bench.table import Row, at_most

CONNECTIONS = 256
# In the table of everything about the page, and in the one of its own.
SECONDS, LONG_SECONDS = 10.0, 60.0


def rows() -> list[Row]:
    past.page("usual", components=20, incidents=50, days=90)
    root, found = Path(settings.PUBLIC_ROOT), []
    connection.close()
    with tempfile.TemporaryDirectory() as folder:
        with readers.small_server(root) as small:
            found.append(row(small, LONG_SECONDS, "`make run`'s server"))
        with readers.front_server(root, Path(folder)) as front:
            found.append(row(front, LONG_SECONDS, "the shipped front server"))
    return found


def row(port: int, seconds: float, server: str) -> Row:
    """The server was started without a word of databases or brokers, and knows none."""
    crowd = readers.run(port, "/", connections=CONNECTIONS, seconds=seconds)
    what = f"failed requests of {crowd.answered:,} to {server}: {CONNECTIONS} connections for {seconds:.0f} s"
    return at_most(f"{what}, no database, no broker, no worker", "–", crowd.failed, 0)
