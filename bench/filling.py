"""Databases with eight years of incidents: `python -m bench.filling 1k 10k 100k 1M`, each kept under its name.

A database that lies there filled is only migrated, so the next measurement begins at once. It is filled anew when
what is filled in has changed, or when a week has passed: the last 90 days are counted from today.
"""

import importlib
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from psycopg.sql import SQL, Identifier, Literal

from bench.alone import POSTGRES, environment
from bench.table import ROOT

SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1M": 1_000_000}
FILL = "--fill"
# Counts what is filled in; raise it where that changes.
EDITION = 4
KEPT_FOR = timedelta(days=7)


def name_of(size: str) -> str:
    return f"sitrep_history_{size}".lower()


def address(size: str) -> str:
    return urlunsplit(urlsplit(POSTGRES)._replace(path=f"/{name_of(size)}"))


def prepared(size: str) -> str:
    """The address of a filled database of that size, with today's schema; whoever comes second waits for the first."""
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [name_of(size)])
        return _prepared(size)


def _prepared(size: str) -> str:
    if not _is_kept(name_of(size)):
        _create(name_of(size))
        _run(size, "manage.py", "migrate", "-v", "0")
        _run(size, "-m", "bench.filling", FILL, size)
        _run(size, "manage.py", "keep_figures", "rebuild")
        _settle(size)
        _note(name_of(size))
    elif _run(size, "manage.py", "migrate", "--check", "-v", "0", check=False):
        _run(size, "manage.py", "migrate", "-v", "0")
        # A migration may have begun what is kept for figures anew.
        _run(size, "manage.py", "keep_figures", "fold")
        _settle(size)
    return address(size)


def _settle(size: str) -> None:
    """What autovacuum does of a database that has long been running."""
    with psycopg.connect(address(size), autocommit=True) as base:
        base.execute("VACUUM ANALYZE")


def _run(size: str, *command: str, check: bool = True) -> int:
    with tempfile.TemporaryDirectory() as folder:
        env = environment(folder, address(size))
        return subprocess.run([sys.executable, *command], cwd=ROOT, env=env, check=check).returncode


def _is_kept(name: str) -> bool:
    """Whether it is there, whole, of this edition, and not too old; its comment says so."""
    said = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with psycopg.connect(POSTGRES) as server:
        found = server.execute(said, [name]).fetchone()
    if not (found and found[0]):
        return False
    edition, _, filled_at = found[0].partition(" ")
    return edition == str(EDITION) and datetime.now(UTC) - datetime.fromisoformat(filled_at) < KEPT_FOR


def _create(name: str) -> None:
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
        server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))


def _note(name: str) -> None:
    said = f"{EDITION} {datetime.now(UTC).isoformat()}"
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(SQL("COMMENT ON DATABASE {} IS {}").format(Identifier(name), Literal(said)))


def main(asked: list[str]) -> None:
    if asked[:1] == [FILL]:
        django.setup()
        # It stands on the models, which exist only from here on.
        importlib.import_module("bench.years").fill(SIZES[asked[1]])
        return
    for size in asked or SIZES:
        began = time.monotonic()
        print(f"{prepared(size)} is filled ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
