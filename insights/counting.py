"""Many facts counted into one: how it is added to and taken from, and how it lies in a row. Pure."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

from insights.durations import is_fallback
from insights.facts import DURATIONS, HITS, RUNS, STAGES, amounts, marks
from insights.models import Fact, Tally
from insights.runs import KIND, Run, Runs, merged, packed, run_of, unpacked
from insights.stages import thousandths


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

    def without(self, other: "Counted") -> "Counted":
        """What is left when everything is counted out that the other counts; both are settled."""
        found = Counted(self.names, self.n - other.n, self.numbers.copy())
        found.numbers.subtract(other.numbers)
        for left, mine, runs in (
            (found.solid, self.solid, other.solid),
            (found.hollow, self.hollow, other.hollow),
        ):
            left.update({name: run.without(runs[name]) for name, run in mine.items()})
        return found

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


def together(several: Sequence[Counted], names: Collection[str] = RUNS) -> Counted:
    """What settled ones count between them; of a single one, that itself."""
    if len(several) == 1:
        return several[0]
    found = Counted(names, sum(counted.n for counted in several))
    for counted in several:
        for key, count in counted.numbers.items():
            found.numbers[key] += count
    for name in names:
        found.solid[name] = _joined(counted.solid[name] for counted in several)
        found.hollow[name] = _joined(counted.hollow[name] for counted in several)
    return found


def _joined(runs: Iterable[Run]) -> Run:
    filled = [run for run in runs if run.values]
    return merged(filled) if filled else Run()


Columns = Mapping[str, Sequence[Any]]


def counted(columns: Columns, names: Collection[str] = RUNS) -> Counted:
    """What the columns of `facts.MARKED` come to, as if each of their facts was added: a column at a time."""
    found = Counted(names, len(columns["outside"]), _numbers(columns))
    for name, solid, hollow in _marks(columns, names):
        found.solid[name] = run_of(solid)
        found.hollow[name] = run_of(hollow)
    return found


def _numbers(columns: Columns) -> Counter[str]:
    found = Counter(f"outside {reason}" for reason in columns["outside"] if reason)
    is_inside = [not reason for reason in columns["outside"]]
    for key in DURATIONS:
        codes = Counter(compress(columns[f"{key}_code"], is_inside))
        found.update({f"code {key} {code}": count for code, count in codes.items()})
    for key in HITS:
        found[f"of {key}"], found[f"hit {key}"] = sum(columns[f"{key}_of"]), sum(columns[f"{key}_hits"])
    for name in STAGES:
        found[name] = sum(filter(None, columns[name]))
    return found


def _marks(columns: Columns, names: Collection[str]) -> Iterator[tuple[str, list[int], list[int]]]:
    """The values of each run that is named, solid and hollow."""
    for key in filter(names.__contains__, DURATIONS):
        values: tuple[list[int], list[int]] = [], []
        for value, code in zip(columns[key], columns[f"{key}_code"], strict=True):
            if value is not None:
                values[is_fallback(code)].append(value)
        yield key, *values
    stages = [[value or 0 for value in columns[name]] for name in STAGES]
    wholes = [sum(each) for each in zip(*stages, strict=True)]
    for name, column in zip(STAGES, stages, strict=True):
        if name in names:
            yield name, [thousandths(value, whole) for value, whole in zip(column, wholes, strict=True) if whole], []


def read(row: Tally, names: Collection[str] = RUNS) -> Counted:
    """What a row holds; of its runs those that are named."""
    found = Counted(names, row.n, Counter(row.numbers))
    for name in names:
        found.solid[name], found.hollow[name] = unpacked(getattr(row, name))
    return found
