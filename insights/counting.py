"""Many facts counted into one: how it is added to and taken from, and how it lies in a row. Pure."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from insights.facts import RUNS, amounts, marks
from insights.models import Fact, Tally
from insights.runs import KIND, Run, Runs, packed, unpacked


class Part:
    """What one fact adds wherever it is counted, worked out once."""

    def __init__(self, fact: Fact) -> None:
        self.amounts = tuple(amounts(fact))
        # Most add one: counted together, many at a time.
        self.ones = tuple(key for key, amount in self.amounts if amount == 1)
        self.more = tuple((key, amount) for key, amount in self.amounts if amount != 1)
        self.marks = tuple(marks(fact))


def _nothing() -> "array[int]":
    return array(KIND)


@dataclass
class Counted:
    """How many facts, the numbers of `facts.amounts` in sum, and sorted runs of `facts.marks`, of those `names`."""

    names: Collection[str] = RUNS
    n: int = 0
    numbers: Counter[str] = field(default_factory=Counter)
    solid: dict[str, Run] = field(default_factory=lambda: defaultdict(Run))
    hollow: dict[str, Run] = field(default_factory=lambda: defaultdict(Run))
    # What was added and is not yet in its run, by the name of the run and whether it is hollow.
    added: dict[tuple[str, bool], "array[int]"] = field(default_factory=lambda: defaultdict(_nothing))

    def add(self, part: Part) -> None:
        """Count it in; `settle` before the runs are read."""
        self.n += 1
        self.numbers.update(part.ones)
        for key, amount in part.more:
            self.numbers[key] += amount
        for name, value, is_hollow in part.marks:
            self.added[name, is_hollow].append(value)

    def take(self, part: Part) -> None:
        """Count it out again, while the runs are settled."""
        self.n -= 1
        self.numbers.subtract(dict(part.amounts))
        for name, value, is_hollow in part.marks:
            if name in self.names:
                (self.hollow if is_hollow else self.solid)[name].take(value)

    def join(self, other: "Counted") -> None:
        """Count everything in that the other counts, which is settled."""
        self.n += other.n
        self.numbers.update(other.numbers)
        for is_hollow, runs in ((False, other.solid), (True, other.hollow)):
            for name, run in runs.items():
                self.added[name, is_hollow].extend(run)

    def settle(self) -> None:
        for (name, is_hollow), values in self.added.items():
            if name in self.names:
                (self.hollow if is_hollow else self.solid)[name].put(values)
        self.added.clear()

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
