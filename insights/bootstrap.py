"""Whether two groups differ: the bootstrap of the difference of their medians, and of proportions. Pure.

The median of a sample drawn with replacement from n sorted values is the value at a random place, and that place
is known to be the k-th smallest of n uniform numbers (a beta variable). So a round costs the same for a hundred
values and for a million, and is exactly what drawing n values would give.
"""

import math
from dataclasses import dataclass
from random import Random

from insights.distributions import FEWEST, Proportion
from insights.runs import Runs

ROUNDS = 2000
# Fixed, so that a page shows the same twice.
SEED = 20


@dataclass(frozen=True)
class Difference:
    """What the second has more than the first, with its 95 % interval, in the unit of the values."""

    value: float
    low: float
    high: float

    @property
    def is_evident(self) -> bool:
        """Whether the interval leaves out nought."""
        return self.low > 0 or self.high < 0


def of_medians(before: Runs, after: Runs) -> Difference | None:
    """The difference of two medians; None of too few."""
    if min(before.n, after.n) < FEWEST:
        return None
    random = Random(SEED)  # noqa: S311 - statistics, no secret
    old, new = medians(before, random), medians(after, random)
    low, high = _middle([b - a for a, b in zip(old, new, strict=True)])
    return Difference(after.percentile(0.5) - before.percentile(0.5), low, high)


def of_median(runs: Runs) -> tuple[float, float] | None:
    """The 95 % interval of one median; None of too few."""
    return _middle(medians(runs, Random(SEED))) if runs.n >= FEWEST else None  # noqa: S311 - statistics, no secret


def _middle(drawn: list[float]) -> tuple[float, float]:
    ordered = sorted(drawn)
    last = len(ordered) - 1
    return ordered[math.floor(last * 0.025)], ordered[math.ceil(last * 0.975)]


def medians(runs: Runs, random: Random) -> list[float]:
    """The medians of so many samples of n values, drawn with replacement."""
    n = runs.n
    places = [_places(n, random) for _ in range(ROUNDS)]
    slice_ = runs.slice(min(low for low, _ in places), max(high for _, high in places))
    return [(slice_.at(low) + slice_.at(high)) / 2 for low, high in places]


def _places(n: int, random: Random) -> tuple[int, int]:
    """Where the one or two values in the middle of a sample lie among the n sorted ones."""
    below = (n - 1) // 2
    first = random.betavariate(below + 1, n - below)
    if n % 2:
        return (_place(first, n),) * 2
    # The next is the least of those that lie above it.
    return _place(first, n), _place(first + (1 - first) * random.betavariate(1, n - below - 1), n)


def _place(share: float, n: int) -> int:
    return min(int(share * n), n - 1)


def of_proportions(before: Proportion, after: Proportion) -> Difference:
    """The difference of two shares, with Newcombe's interval, which is made of Wilson's two."""
    value = after.share - before.share
    below = math.hypot(after.share - after.low, before.high - before.share)
    above = math.hypot(after.high - after.share, before.share - before.low)
    return Difference(value, value - below, value + above)
