"""Seeding as a whole or not at all: whoever stops it in the middle finds an empty database again."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

# What SQLite keeps beside a database.
PARTS = ("", "-wal", "-shm", "-journal")


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """On SQLite everything is written into another file, which takes the database's place when it is whole.

    Six months of commands are six thousand transactions that faces open as durable ones, so no transaction can
    hold them together. On PostgreSQL the story says at its end that it is whole (`story.was_interrupted`).
    """
    if connection.vendor != "sqlite":
        yield
        return
    place = Path(connection.settings_dict["NAME"])
    aside = place.with_name(f"{place.name}.seeding")
    _remove(aside)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(aside)])
    try:
        with _opened(aside):
            # It is made from nothing, and is nothing until it is whole: no need to wait for the disk each time.
            connection.cursor().execute("PRAGMA synchronous=OFF")
            yield
        _put(aside, place)
    finally:
        _remove(aside)


@contextmanager
def _opened(file: Path) -> Iterator[None]:
    """The house's database is this file, as long as the block lasts."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(file)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _put(aside: Path, place: Path) -> None:
    """One file for the other, on disk before anybody opens it; what belonged to the old one goes first."""
    with aside.open("rb+") as whole:
        os.fsync(whole.fileno())
    _remove(place, PARTS[1:])
    aside.replace(place)


def _remove(file: Path, parts: tuple[str, ...] = PARTS) -> None:
    for part in parts:
        file.with_name(f"{file.name}{part}").unlink(missing_ok=True)
