"""What many durations come to: percentiles of type 7 and proportions with their interval. Pure (domain §2.11)."""

import math
from dataclasses import dataclass

from insights.runs import Runs

# Fewer than this are shown one by one and not summarised; a p95 of fewer than twenty is the second longest's.
FEWEST = 5
FEWEST_FOR_P95 = 20
Z_95 = 1.96


@dataclass(frozen=True)
class Proportion:
    """`hits` of `n`, with the 95 % interval after Wilson as shares from 0 to 1."""

    hits: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float:
        return self.hits / self.n


def proportion(hits: int, n: int) -> Proportion:
    """Wilson's interval: (p + z²/2n ± z√(p(1−p)/n + z²/4n²)) / (1 + z²/n), z = 1.96."""
    if not 0 <= hits <= n or n == 0:
        raise ValueError(f"{hits} of {n} is no proportion.")
    share, square = hits / n, Z_95**2
    centre = share + square / (2 * n)
    reach = Z_95 * math.sqrt(share * (1 - share) / n + square / (4 * n**2))
    low, high = ((centre + side * reach) / (1 + square / n) for side in (-1, 1))
    # At 0 of n and n of n a bound is the share itself, but for rounding.
    return Proportion(hits, n, max(0.0, min(low, share)), min(1.0, max(high, share)))


@dataclass(frozen=True)
class Percentiles:
    """p50, p75, p90 and, from twenty values on, p95; in the unit of the values."""

    p50: float
    p75: float
    p90: float
    p95: float | None


@dataclass(frozen=True)
class Summary:
    """What may be said of some values: always how many; percentiles and the longest only from five on."""

    n: int
    percentiles: Percentiles | None
    longest: float | None

    @property
    def too_few(self) -> bool:
        return self.percentiles is None


def summarise(runs: Runs) -> Summary:
    """Summarise as far as the number of values allows."""
    n = runs.n
    if n < FEWEST:
        return Summary(n, None, None)
    p95 = runs.percentile(0.95) if n >= FEWEST_FOR_P95 else None
    p50, p75, p90 = (runs.percentile(share) for share in (0.50, 0.75, 0.90))
    return Summary(n, Percentiles(p50, p75, p90, p95), runs.longest)


def within(runs: Runs, limit: float) -> Proportion | None:
    """How many are at most `limit`; None of too few to say."""
    return proportion(runs.at_most(limit), runs.n) if runs.n >= FEWEST else None
