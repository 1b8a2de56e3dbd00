"""Pieces of what was counted: whole months and years, with days counted in beside them and days left out of them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from insights.counting import Counted, together


class Kind(NamedTuple):
    """What tells tallies of the same days apart."""

    scope: str
    severity: str
    is_imported: bool
    is_drill: bool
    is_restricted: bool


@dataclass(frozen=True)
class Piece:
    """Counted facts of one severity, and where they stand."""

    severity: str
    start: date
    scope: str
    is_drill: bool
    counted: Counted


class Pieces:
    """What was read of one choice, until it is whole."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names
        # Months by their first day, and years by theirs.
        self.months: dict[tuple[date, Kind], Counted] = {}
        self.years: dict[tuple[date, Kind], Counted] = {}
        # By the first day of their month.
        self.days: dict[tuple[date, Kind], list[Counted]] = defaultdict(list)
        self.surplus: dict[tuple[date, Kind], list[Counted]] = defaultdict(list)

    def count_in(self, day: date, kind: Kind, counted: Counted) -> None:
        self.days[day.replace(day=1), kind].append(counted)

    def count_out(self, day: date, kind: Kind, counted: Counted) -> None:
        """Of the month or year that holds the day."""
        self.surplus[day.replace(day=1), kind].append(counted)

    def all(self) -> list[Piece]:
        """Every piece, without its surplus; once."""
        for (month, kind), several in self.surplus.items():
            for read, start in ((self.months, month), (self.years, month.replace(month=1))):
                if (start, kind) in read:
                    read[start, kind] = read[start, kind].without(together(several, self.names))
                    break
        whole = [(place, counted) for read in (self.years, self.months) for place, counted in read.items()]
        days = [(place, counted) for place, several in self.days.items() for counted in several]
        return [
            Piece(kind.severity, start, kind.scope, kind.is_drill, counted)
            for (start, kind), counted in (*whole, *days)
            # Of which every day was left out.
            if counted.n
        ]
