"""Many durations as sorted runs of whole seconds: exact counts and percentiles without merging them. Pure.

A run is kept for each day, month and year: its values, each once, and how often each occurs. Many incidents took the
same number of seconds, so that a run of a year is hardly longer than that of a month. To find the k-th of all of
them, a bound is moved until so many lie below it; that costs a bisection in each run, however many values there are.
"""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, compress, repeat
from operator import mul
from struct import Struct

# Four bytes without a sign: 136 years in seconds. What is smaller is kept in fewer.
KIND = "I"
KINDS = "BHI"
WIDTHS = [array(kind).itemsize for kind in KINDS]
# Before the four parts of what is kept: of each its length, times four, and the place of its kind.
HEAD = Struct("4I")
# Runs of fewer values are merged before they are asked; longer ones cost less to ask than to merge.
SHORT = 128
# So many new values are put in one by one; more are sorted in together.
FEW = 32
# From so many numbers on it is worth it to keep them in fewer bytes.
WORTH = 64


class Run:
    """Whole seconds in their order: each value once, and how often it occurs."""

    def __init__(self, values: "array[int] | None" = None, counts: "array[int] | None" = None) -> None:
        self.values = array(KIND) if values is None else values
        self.counts = array(KIND) if counts is None else counts

    @cached_property
    def ends(self) -> list[int]:
        """At each place, how many lie before it; at last, how many there are."""
        return list(accumulate(self.counts, initial=0))

    def __len__(self) -> int:
        return self.ends[-1]

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(map(repeat, self.values, self.counts))

    def below(self, bound: float) -> int:
        """How many are less than `bound`."""
        return self.ends[bisect_left(self.values, bound)]

    def at_most(self, bound: float) -> int:
        return self.ends[bisect_right(self.values, bound)]

    def at(self, place: int) -> int:
        """The value at a place, counted from 0."""
        return self.values[bisect_right(self.ends, place) - 1]

    def between(self, low: int, high: int) -> Iterator[int]:
        """The values above `low` and below `high`, as often as they occur."""
        first, last = bisect_right(self.values, low), bisect_left(self.values, high)
        return chain.from_iterable(map(repeat, self.values[first:last], self.counts[first:last]))

    def put(self, new: "array[int]") -> None:
        """Count values in, in any order."""
        if self.values and len(new) <= FEW:
            for value in new:
                self._raise(value)
        elif len(new) == 1:
            self._become(new, array(KIND, (1,)))
        else:
            made = merged([self, run_of(new)])
            self._become(made.values, made.counts)

    def take(self, value: int) -> None:
        """Count one value out. Raises `ValueError` where there is none."""
        place = bisect_left(self.values, value)
        if place == len(self.values) or self.values[place] != value:
            raise ValueError(f"{value} is not in the run.")
        self.counts[place] -= 1
        if not self.counts[place]:
            del self.values[place], self.counts[place]
        self.__dict__.pop("ends", None)

    def without(self, other: "Run") -> "Run":
        """What is left when the other is counted out; what it holds and this does not is let be."""
        if not other.values:
            return self
        # Both are sorted: each is looked for behind the last.
        values, counts, place, end = self.values, self.counts[:], 0, len(self.values)
        for value, count in zip(other.values, other.counts, strict=True):
            place = bisect_left(values, value, place)
            if place < end and values[place] == value:
                counts[place] = max(0, counts[place] - count)
        return Run(array(KIND, compress(values, counts)), array(KIND, filter(None, counts)))

    def _become(self, values: "array[int]", counts: "array[int]") -> None:
        self.values, self.counts = values, counts
        self.__dict__.pop("ends", None)

    def _raise(self, value: int) -> None:
        # Those that were read may be narrower than what comes.
        values, counts = _widened(self.values), _widened(self.counts)
        place = bisect_left(values, value)
        if place == len(values) or values[place] != value:
            values.insert(place, value)
            counts.insert(place, 0)
        counts[place] += 1
        self._become(values, counts)


def _widened(part: "array[int]") -> "array[int]":
    return part if part.typecode == KIND else array(KIND, part)


def run_of(values: Iterable[int]) -> Run:
    """A run of values in any order."""
    counted = Counter(sorted(values))
    if not counted:
        return Run()
    return Run(array(KIND, counted.keys()), array(KIND, counted.values()))


def merged(runs: Iterable[Run]) -> Run:
    """All of them as one, each value once."""
    longest, *others = sorted(runs, key=lambda run: len(run.values), reverse=True)
    # The longest is taken over at one go.
    counted = dict(zip(longest.values, longest.counts, strict=True))
    for run in others:
        for value, count in zip(run.values, run.counts, strict=True):
            counted[value] = counted.get(value, 0) + count
    values = sorted(counted)
    return Run(array(KIND, values), array(KIND, map(counted.__getitem__, values)))


@dataclass(frozen=True)
class Runs:
    """Sorted runs of whole seconds; `hollow` are those that used a fallback, `solid` the others."""

    solid: tuple[Run, ...] = ()
    hollow: tuple[Run, ...] = ()

    @cached_property
    def all(self) -> tuple[Run, ...]:
        """Those that hold anything."""
        return tuple(run for run in self.solid + self.hollow if run.values)

    @property
    def n(self) -> int:
        return sum(len(run) for run in self.all)

    @property
    def n_hollow(self) -> int:
        return sum(len(run) for run in self.hollow)

    @property
    def longest(self) -> int:
        return max((run.values[-1] for run in self.all), default=0)

    @property
    def total(self) -> int:
        """All seconds together."""
        return sum(sum(map(mul, run.values, run.counts)) for run in self.all)

    def below(self, bound: float) -> int:
        """How many are less than `bound` seconds."""
        # Asked for each column of a chart, so nothing is called for it that need not be.
        return sum([run.ends[bisect_left(run.values, bound)] for run in self.all])

    def hollow_below(self, bound: float) -> int:
        return sum([run.below(bound) for run in self.hollow])

    def at_most(self, bound: float) -> int:
        return sum([run.ends[bisect_right(run.values, bound)] for run in self.all])

    def first_from(self, bound: float) -> int:
        """The least of those that take at least `bound` seconds; there is one."""
        places = ((run.values, bisect_left(run.values, bound)) for run in self.all)
        return min(values[place] for values, place in places if place < len(values))

    def nth(self, place: int) -> int:
        """The value at a place, counted from 0, as if all were sorted together."""
        runs, n = self.all, self.n
        # As far along in each run as the place is in all: below the least of these values lie at most `place`, up to
        # the most of them more than that. Runs of the same kind agree nearly, so that few steps are left.
        near = [run.at(place * len(run) // n) for run in runs]
        least, most = min(near), max(near)
        told = [(run.values, run.ends) for run in runs]
        while least < most:
            middle = (least + most) // 2
            if sum([ends[bisect_right(values, middle)] for values, ends in told]) > place:
                most = middle
            else:
                least = middle + 1
        return least

    def slice(self, first: int, last: int) -> "Slice":
        """The values of the places from `first` to `last`, to be asked often."""
        least, most = self.nth(first), self.nth(last)
        inner = sorted(value for run in self.all for value in run.between(least, most))
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
    return Runs((run_of(values),), (run_of(hollow),))


def beside(several: Iterable[Runs]) -> Runs:
    """All of them, as they lie."""
    kept = list(several)
    return Runs(
        tuple(run for runs in kept for run in runs.solid if run.values),
        tuple(run for runs in kept for run in runs.hollow if run.values),
    )


def together(several: Iterable[Runs]) -> Runs:
    """All of them as one."""
    kept = list(several)
    return Runs(
        _merged(run for runs in kept for run in runs.solid), _merged(run for runs in kept for run in runs.hollow)
    )


def _merged(runs: Iterable[Run]) -> tuple[Run, ...]:
    long: list[Run] = []
    few: list[Run] = []
    for run in runs:
        if run.values:
            (few if len(run.values) < SHORT else long).append(run)
    return (*long, *few) if len(few) < 2 else (*long, merged(few))


def packed(solid: Run, hollow: Run) -> bytes:
    """As it is kept in a column: the kinds and lengths of its four parts, then these; nothing for none."""
    if not solid.values and not hollow.values:
        return b""
    parts = [_narrowed(part) for run in (solid, hollow) for part in (run.values, run.counts)]
    head = HEAD.pack(*(4 * len(part) + KINDS.index(part.typecode) for part in parts))
    return b"".join([head, *(part.tobytes() for part in parts)])


def _narrowed(part: "array[int]") -> "array[int]":
    if len(part) < WORTH:
        return _widened(part)
    most = max(part)
    return array("B" if most < 1 << 8 else "H" if most < 1 << 16 else KIND, part)


def unpacked(kept: bytes | memoryview) -> tuple[Run, Run]:
    """Solid and hollow run of a column."""
    if not kept:
        return Run(), Run()
    at, parts, lies = HEAD.size, [], bytes(kept)
    for told in HEAD.unpack_from(lies):
        length, kind = divmod(told, 4)
        end = at + length * WIDTHS[kind]
        parts.append(array(KINDS[kind], lies[at:end]))
        at = end
    return Run(parts[0], parts[1]), Run(parts[2], parts[3])
