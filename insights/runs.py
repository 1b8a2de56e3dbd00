"""Many durations as sorted runs of whole seconds: exact counts and percentiles without merging them. Pure.

A run is kept for each day, month and year. To find the k-th of all of them, a bound is moved until so many
lie below it; that costs a bisection in each run, however many values there are.
"""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Four bytes without a sign: 136 years in seconds.
KIND = "I"
# Shorter runs are merged before they are asked; longer ones cost less to ask than to merge.
SHORT = 1024
WIDTH = array(KIND).itemsize

Run = Sequence[int]


@dataclass(frozen=True)
class Runs:
    """Sorted runs of whole seconds; `hollow` are those that used a fallback, `solid` the others."""

    solid: tuple[Run, ...] = ()
    hollow: tuple[Run, ...] = ()

    @property
    def all(self) -> tuple[Run, ...]:
        return self.solid + self.hollow

    @property
    def n(self) -> int:
        return sum(len(run) for run in self.all)

    @property
    def n_hollow(self) -> int:
        return sum(len(run) for run in self.hollow)

    @property
    def longest(self) -> int:
        return max((run[-1] for run in self.all if run), default=0)

    def below(self, bound: float) -> int:
        """How many are less than `bound` seconds."""
        return sum([bisect_left(run, bound) for run in self.all])

    def hollow_below(self, bound: float) -> int:
        return sum([bisect_left(run, bound) for run in self.hollow])

    def at_most(self, bound: float) -> int:
        return sum([bisect_right(run, bound) for run in self.all])

    def first_from(self, bound: float) -> int:
        """The least of those that take at least `bound` seconds; there is one."""
        return min(run[place] for run in self.all if (place := bisect_left(run, bound)) < len(run))

    def nth(self, place: int) -> int:
        """The value at a place, counted from 0, as if all were sorted together."""
        runs = [run for run in self.all if run]
        least, most = min(run[0] for run in runs), max(run[-1] for run in runs)
        while least < most:
            middle = (least + most) // 2
            if sum([bisect_right(run, middle) for run in runs]) > place:
                most = middle
            else:
                least = middle + 1
        return least

    def slice(self, first: int, last: int) -> "Slice":
        """The values of the places from `first` to `last`, to be asked often."""
        least, most = self.nth(first), self.nth(last)
        inner = sorted(value for run in self.all for value in run[bisect_right(run, least) : bisect_left(run, most)])
        return Slice(least, most, self.at_most(least), inner)

    def percentile(self, share: float) -> float:
        """The value below which `share` (0–1) of all lies, interpolated linearly (type 7)."""
        place = (self.n - 1) * share
        below = math.floor(place)
        low = self.nth(below)
        if below == place:
            return float(low)
        high = low if self.at_most(low) > below + 1 else self.first_from(low + 1)
        return low + (high - low) * (place - below)


@dataclass(frozen=True)
class Slice:
    """Values of some places in a row: those between the least and the most are listed, which may stand there often."""

    least: int
    most: int
    # The first place beyond those of the least.
    first: int
    inner: list[int]

    def at(self, place: int) -> int:
        if place < self.first:
            return self.least
        return self.inner[place - self.first] if place - self.first < len(self.inner) else self.most


def of(values: Iterable[int], hollow: Iterable[int] = ()) -> Runs:
    """Runs of values in any order."""
    return Runs((array(KIND, sorted(values)),), (array(KIND, sorted(hollow)),))


def together(several: Iterable[Runs]) -> Runs:
    """All of them as one."""
    kept = list(several)
    return Runs(
        _merged(run for runs in kept for run in runs.solid), _merged(run for runs in kept for run in runs.hollow)
    )


def _merged(runs: Iterable[Run]) -> tuple[Run, ...]:
    short: list[int] = []
    long: list[Run] = []
    for run in runs:
        if len(run) < SHORT:
            short.extend(run)
        else:
            long.append(run)
    short.sort()
    return (*long, short) if short else tuple(long)


def packed(solid: Run, hollow: Run) -> bytes:
    """As it is kept in a column: how many are solid, then all of them; nothing for none."""
    if not solid and not hollow:
        return b""
    return array(KIND, [len(solid), *solid, *hollow]).tobytes()


def unpacked(kept: bytes | memoryview) -> tuple["array[int]", "array[int]"]:
    """Solid and hollow runs of a column."""
    values = array(KIND)
    values.frombytes(kept)
    if not values:
        return values, array(KIND)
    return values[1 : 1 + values[0]], values[1 + values[0] :]
