"""The databases that trials run on: each begins as a copy of a template, so that nothing is migrated or made twice."""

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.db import connections

Row = tuple[Any, ...]


class Ground(Protocol):
    """Where the database of one stretch of trials lives."""

    vendor: str

    def use(self, name: str) -> None:
        """Let Django of this process, and of those forked from it, speak to this database; an empty one if new."""

    def adopt(self, name: str, of: Self) -> None:
        """Take a template over from the ground of another stretch."""

    def keep(self, name: str) -> None:
        """Keep what the database in use holds as a template of this name. Nobody may be connected."""

    def begin(self, template: str) -> None:
        """Make the database of a trial anew from a template, and use it."""

    def ask(self, sql: str) -> Sequence[Row]:
        """Plain SQL on the database in use, past Django."""

    def version(self) -> str: ...

    def bury(self, who: str) -> None:
        """Wait until the server has noticed that a killed process is gone.

        Until then it holds what that one held, and may still commit what that one said last.
        """

    def close(self) -> None:
        """Remove every database that was made."""


def on(url: str, folder: Path, name: str) -> Ground:
    """SQLite in the folder where `url` is empty, else databases on that PostgreSQL whose names begin with `name`."""
    return Postgres(url, name) if url else Sqlite(folder)


def point_django_at(name: str) -> None:
    """Django keeps one dictionary of its database's settings; what connects later reads it."""
    connections["default"].close()
    connections.settings["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name


class Sqlite:
    """Files in one folder."""

    vendor = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "none"

    def use(self, name: str) -> None:
        self._path = self._folder / f"{name}.sqlite3"
        point_django_at(str(self._path))

    def adopt(self, name: str, of: "Sqlite") -> None:
        shutil.copyfile(of._folder / f"{name}.template", self._folder / f"{name}.template")

    def keep(self, name: str) -> None:
        connections["default"].close()
        with contextlib.closing(self._connected()) as line:
            line.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(self._path, self._folder / f"{name}.template")

    def begin(self, template: str) -> None:
        for path in self._folder.glob("trial.sqlite3*"):
            path.unlink()
        shutil.copyfile(self._folder / f"{template}.template", self._folder / "trial.sqlite3")
        self.use("trial")

    def ask(self, sql: str) -> Sequence[Row]:
        with contextlib.closing(self._connected()) as line:
            return list(line.execute(sql).fetchall())

    def version(self) -> str:
        return f"SQLite {self.ask('SELECT sqlite_version()')[0][0]}"

    def bury(self, who: str) -> None:
        """Locks on files end with the process."""

    def close(self) -> None:
        """The folder goes with whoever made it."""

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=20)


class Postgres:
    """One database beside the one that `url` names. Templates are schemas in it, and copying their rows costs the
    server far less than making a database."""

    vendor = "postgresql"

    def __init__(self, url: str, name: str) -> None:
        self._url, self._name, self._is_made = url, name, False
        self._again: dict[str, str] = {}

    def use(self, name: str) -> None:
        if not self._is_made:
            self._make("template0")
        point_django_at(self._name)

    def adopt(self, name: str, of: "Postgres") -> None:
        self._make(of._name)
        self._again[name] = of._again[name]

    def keep(self, name: str) -> None:
        connections["default"].close()
        schema = f"kept_{name}"
        tables = [table for (table,) in self.ask(TABLES)]
        with self._connected() as line:
            line.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE; CREATE SCHEMA "{schema}"'.encode())
            for table in tables:
                line.execute(f'CREATE TABLE "{schema}"."{table}" AS TABLE public."{table}"'.encode())
        self._again[name] = "\n".join(self._script(schema, tables))

    def begin(self, template: str) -> None:
        connections["default"].close()
        with self._connected() as line:
            # What a killed process was in the middle of ends here.
            line.execute(OTHERS)
            line.execute(self._again[template].encode())
        self.use("trial")

    def ask(self, sql: str) -> Sequence[Row]:
        with self._connected() as line:
            return line.execute(sql.encode()).fetchall()

    def bury(self, who: str) -> None:
        until = time.monotonic() + MOST_SECONDS_TO_NOTICE
        while self.ask(f"{LINES} AND application_name = '{who}'")[0][0] and time.monotonic() < until:
            time.sleep(0.005)

    def version(self) -> str:
        return f"PostgreSQL {self.ask('SHOW server_version')[0][0]}"

    def close(self) -> None:
        connections["default"].close()
        self._drop()

    def _script(self, schema: str, tables: Sequence[str]) -> Iterator[str]:
        """Statements that make every table what it was, past triggers and foreign keys."""
        yield "SET LOCAL session_replication_role = replica;"
        for table in tables:
            columns = ", ".join(f'"{name}"' for (name,) in self.ask(COLUMNS.format(table=table)))
            yield f'DELETE FROM public."{table}"; INSERT INTO public."{table}" ({columns}) OVERRIDING SYSTEM VALUE '
            yield f'SELECT {columns} FROM "{schema}"."{table}";'
        for sequence, last in self.ask(SEQUENCES):
            yield f"SELECT setval('public.\"{sequence}\"', {last or 1}, {'true' if last else 'false'});"

    def _make(self, template: str) -> None:
        self._drop()
        with self._server() as line:
            line.execute(f'CREATE DATABASE "{self._name}" TEMPLATE "{template}"'.encode())
        self._is_made = True

    def _drop(self) -> None:
        with self._server() as line:
            line.execute(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)'.encode())

    @contextlib.contextmanager
    def _server(self) -> Iterator[psycopg.Connection[Row]]:
        with psycopg.connect(self._url, autocommit=True) as line:
            yield line

    @contextlib.contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Row]]:
        with psycopg.connect(urlunsplit(urlsplit(self._url)._replace(path=f"/{self._name}"))) as line:
            yield line


TABLES = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
COLUMNS = (
    "SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'public' "
    "AND table_name = '{table}' AND is_generated = 'NEVER' ORDER BY ordinal_position"
)
SEQUENCES = "SELECT sequencename::text, last_value FROM pg_sequences WHERE schemaname = 'public'"
AMONG_OTHERS = (
    "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)
OTHERS = f"SELECT pg_terminate_backend(pid) {AMONG_OTHERS}".encode()
LINES = f"SELECT count(*) {AMONG_OTHERS}"
MOST_SECONDS_TO_NOTICE = 30.0
