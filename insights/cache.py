"""Tallies that this process read before and that nobody has changed since: their runs unpacked and summed up.

Most months that a figure stands on are over. Which of them changed is asked of the database each time
(`Tally.edition`), so that no row that is kept here is older than what is there; and where something changes between
that question and the reading of the rest, all of it is read at once, as an incident is counted in several rows.
"""

from collections import OrderedDict
from collections.abc import Collection
from datetime import date
from threading import Lock
from typing import NamedTuple

from django.db.models import QuerySet

from insights import counting
from insights.counting import Counted
from insights.models import Tally
from insights.pieces import Kind

# So many different values are kept at most, 40 bytes each; ninety days of ten thousand incidents a month hold half.
MOST = 500_000
# More rows than this are read as they were asked for, and not by their names.
MANY = 200
# The name of a row, what it held when it was read, and which of its runs.
Key = tuple[str, int, tuple[str, ...]]


class Read(NamedTuple):
    """What a row counts, and where it stands; not to be changed by whoever gets it."""

    kind: Kind
    grain: str
    start: date
    counted: Counted


class Cache:
    """What was read last, up to so many values of runs."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._values = most, 0
        self._kept: OrderedDict[Key, Read] = OrderedDict()
        self._lock = Lock()

    def find(self, rows: "QuerySet[Tally]", names: Collection[str]) -> list[Read]:
        """The rows, with those of their runs that are named. One statement, and another for what is not kept."""
        asked = [(pk, edition, tuple(names)) for pk, edition in rows.values_list("pk", "edition")]
        with self._lock:
            found = {key: self._kept[key] for key in asked if key in self._kept}
            for key in found:
                self._kept.move_to_end(key)
        missing = set(asked) - found.keys()
        if not missing:
            return [*found.values()]
        if len(missing) <= MANY:
            more = self._read(Tally.objects.filter(pk__in=[pk for pk, *_ in missing]), names)
            if more.keys() == missing:
                return [*found.values(), *more.values()]
        return [*self._read(rows, names).values()]

    def _read(self, rows: "QuerySet[Tally]", names: Collection[str]) -> dict[Key, Read]:
        only = rows.only("edition", *Kind._fields, "grain", "start", "n", "numbers", *names)
        new = {(row.pk, row.edition, tuple(names)): _read(row, names) for row in only}
        with self._lock:
            for key, read in new.items():
                if key not in self._kept:
                    self._kept[key] = read
                    self._values += _weight(read)
            while self._values > self._most:
                self._values -= _weight(self._kept.popitem(last=False)[1])
        return new


def _read(row: Tally, names: Collection[str]) -> Read:
    kind = Kind(*(getattr(row, name) for name in Kind._fields))
    counted = counting.read(row, names)
    # Whoever asks for a run that was not read is told so, and adds none.
    counted.solid, counted.hollow = dict(counted.solid), dict(counted.hollow)
    return Read(kind, row.grain, row.start, counted)


def _weight(read: Read) -> int:
    """Values of its runs, and some for the row itself."""
    return 50 + sum(len(run.values) for runs in (read.counted.solid, read.counted.hollow) for run in runs.values())
