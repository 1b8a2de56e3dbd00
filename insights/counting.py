"""Many facts counted into one: how it is added to and taken from, and how it lies in a row. Pure."""

from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from insights.facts import RUNS, amounts, marks
from insights.models import Fact, Tally
from insights.runs import KIND, Runs, packed, unpacked


class Part:
    """What one fact adds wherever it is counted, worked out once."""

    def __init__(self, fact: Fact) -> None:
        self.amounts = tuple(amounts(fact))
        self.marks = tuple(marks(fact))


def _nothing() -> "array[int]":
    return array(KIND)


@dataclass
class Counted:
    """How many facts, the numbers of `facts.amounts` in sum, and sorted runs of `facts.marks`, of those `names`."""

    names: Collection[str] = RUNS
    n: int = 0
    numbers: Counter[str] = field(default_factory=Counter)
    solid: dict[str, "array[int]"] = field(default_factory=lambda: defaultdict(_nothing))
    hollow: dict[str, "array[int]"] = field(default_factory=lambda: defaultdict(_nothing))

    def add(self, part: Part) -> None:
        """Count it in; `settle` before the runs are read."""
        self._count(part, 1)
        for name, value, is_hollow in part.marks:
            if name in self.names:
                (self.hollow if is_hollow else self.solid)[name].append(value)

    def take(self, part: Part) -> None:
        """Count it out again, while the runs are sorted."""
        self._count(part, -1)
        for name, value, is_hollow in part.marks:
            if name in self.names:
                run = (self.hollow if is_hollow else self.solid)[name]
                run.pop(bisect_left(run, value))

    def _count(self, part: Part, by: int) -> None:
        self.n += by
        for key, amount in part.amounts:
            self.numbers[key] += by * amount

    def settle(self) -> None:
        for runs in (self.solid, self.hollow):
            for name, run in runs.items():
                runs[name] = array(KIND, sorted(run))

    def runs(self, name: str) -> Runs:
        return Runs((self.solid[name],), (self.hollow[name],))

    def columns(self) -> dict[str, Any]:
        """The columns of its row; of the runs those that it was asked for."""
        numbers = {key: count for key, count in sorted(self.numbers.items()) if count}
        return {"n": self.n, "numbers": numbers} | {
            name: packed(self.solid[name], self.hollow[name]) for name in self.names
        }


def counted(facts: Iterable[Fact], names: Collection[str] = RUNS) -> Counted:
    """Facts in any order, counted."""
    found = Counted(names)
    for fact in facts:
        found.add(Part(fact))
    found.settle()
    return found


def read(row: Tally, names: Collection[str] = RUNS) -> Counted:
    """What a row holds; of its runs those that are named."""
    found = Counted(names, row.n, Counter(row.numbers))
    for name in names:
        found.solid[name], found.hollow[name] = unpacked(getattr(row, name))
    return found
