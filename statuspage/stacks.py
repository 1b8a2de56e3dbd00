"""The older files of a page on disk: each is replaced by itself, and no version of the page holds them.

<root>/<page>/stacks/… beside the versions. The servers look here for what the shown version does not have, so that a
new version is a few dozen files, however long the history is. An index beside them says what each was drawn from and
how far somebody who looks through them has come; without it they are drawn anew.
"""

import fcntl
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from statuspage.shelf import Drawn, forms, replace_all
from statuspage.shelf import replace as replace_file

INDEX = ".index.sqlite"
TABLES = """
    CREATE TABLE IF NOT EXISTS file (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, turn INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS round (said TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Round:
    """How far the looking through has come. Racks are looked at one after another, round and round."""

    # What the page was like when the round began.
    about: str = ""
    # The rack that comes next, and how many are left until all were looked at.
    place: int = 0
    left: int = 0
    # How many were ever looked at.
    turn: int = 0
    # How many racks there are: later lists, later pages of months, and fifties of sheets.
    lists: int = 0
    months: int = 0
    sheets: int = 0
    # When the first of all that is told began, as ISO 8601; empty where nothing is.
    since: str = ""

    @property
    def racks(self) -> int:
        """Those three kinds and the page of many bars."""
        return 1 + self.lists + self.months + self.sheets

    @property
    def goes_back_to(self) -> datetime | None:
        return datetime.fromisoformat(self.since) if self.since else None

    def next(self) -> "Round":
        return replace(self, place=(self.place + 1) % self.racks, left=self.left - 1, turn=self.turn + 1)


@dataclass(frozen=True)
class Stacks:
    """The folder of the older files of one page."""

    folder: Path

    @property
    def _seen(self) -> Path:
        return self.folder / ".in-order"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold them against other processes; what is read inside is never older than what lies there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
            yield

    def is_in_order(self, about: str) -> bool:
        """Whether nothing was left to do when the page was as `about` says."""
        return self._seen.exists() and self._seen.read_text() == about

    def stamps(self, paths: Iterable[str]) -> dict[str, str]:
        """What these files were drawn from, by path; those that do not lie here are left out."""
        asked = list(paths)
        marks = ",".join("?" * len(asked))
        with self._index() as index:
            return dict(index.execute(f"SELECT path, stamp FROM file WHERE path IN ({marks})", asked))  # noqa: S608

    def round(self) -> Round:
        with self._index() as index:
            found = index.execute("SELECT said FROM round").fetchone()
        return Round(**json.loads(found[0])) if found else Round()

    def put(self, files: list[Drawn]) -> None:
        """Write these, each in one step. The caller holds the stacks."""
        written: list[tuple[Path, bytes]] = []
        for file in files:
            assert file.content is not None
            written += forms(self.folder / file.path, file.content)
        replace_all(written)
        turn = self.round().turn
        with self._index() as index:
            index.executemany("REPLACE INTO file VALUES (?, ?, ?)", [(file.path, file.stamp, turn) for file in files])

    def note(self, round_: Round, wanted: Iterable[tuple[str, int]]) -> None:
        """So far has the round come, and in these turns these files were found to be wanted."""
        with self._index() as index:
            index.executemany("UPDATE file SET turn = ? WHERE path = ?", [(turn, path) for path, turn in wanted])
            index.execute("DELETE FROM round")
            index.execute("INSERT INTO round VALUES (?)", [json.dumps(asdict(round_))])

    def tidy(self, round_: Round) -> None:
        """The round is done: take away what nobody wanted in it, and say that all is in order."""
        with self._index() as index:
            since = round_.turn - round_.racks
            gone = [path for (path,) in index.execute("SELECT path FROM file WHERE turn < ?", [since])]
            for path in gone:
                for form in (path, f"{path}.gz"):
                    (self.folder / form).unlink(missing_ok=True)
            index.executemany("DELETE FROM file WHERE path = ?", [(path,) for path in gone])
        replace_file(self._seen, round_.about.encode())

    @contextmanager
    def _index(self) -> Iterator[sqlite3.Connection]:
        """The index, in one transaction; made anew where there is none, or where it cannot be read."""
        path = self.folder / INDEX
        if not path.exists() or not _is_readable(path):
            path.unlink(missing_ok=True)
            self._register(path)
        with closing(sqlite3.connect(path)) as index, index:
            yield index

    def _register(self, path: Path) -> None:
        """Everything that lies here is known by its path alone, so it is drawn anew where it is wanted."""
        there = [one.relative_to(self.folder) for one in self.folder.rglob("[!.]*") if one.is_file()]
        with closing(sqlite3.connect(path)) as index, index:
            index.executescript(TABLES)
            index.executemany(
                "REPLACE INTO file VALUES (?, '', -1)", [(str(one),) for one in there if one.suffix != ".gz"]
            )


def _is_readable(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as index:
            index.execute("SELECT 1 FROM file, round LIMIT 1")
    except sqlite3.OperationalError as error:
        # A table that is not there: its making was broken off.
        return "no such table" not in str(error)
    except sqlite3.DatabaseError:
        return False
    return True
