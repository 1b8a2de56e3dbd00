"""Counted facts put together: what was measured, what was left out and why, and what went well. Pure."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from insights.counting import Counted
from insights.distributions import Proportion, proportion
from insights.durations import NOTES, Outcome, is_fallback, notes_of, outcome_of
from insights.runs import Runs, beside, together
from insights.stages import Share, Stage, where_time_went


@dataclass(frozen=True)
class LeftOut:
    """So many incidents are not in the figure, for this reason; `details` where there is more to say."""

    outcome: Outcome
    count: int
    details: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Pool:
    """Counted facts that lie beside each other; `drills` were not asked for and are only counted.

    Where other pools hold the same between them, they are its `parts`: what was merged for these is not merged again.
    """

    kept: tuple[Counted, ...] = ()
    drills: int = 0
    parts: tuple["Pool", ...] = ()

    @property
    def n(self) -> int:
        """All incidents, counted in a figure or not."""
        return self.drills + sum(counted.n for counted in self.kept)

    @cached_property
    def numbers(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for counted in self.kept:
            found.update(counted.numbers)
        return found

    def runs(self, name: str) -> Runs:
        if name not in self._merged:
            lie = [part.runs(name) for part in self.parts] or [counted.runs(name) for counted in self.kept]
            self._merged[name] = together(lie)
        return self._merged[name]

    @cached_property
    def _merged(self) -> dict[str, Runs]:
        return {}

    def codes(self, measure: str) -> dict[int, int]:
        """How many of those that are in durations have which code in this one."""
        start = f"code {measure} "
        return {int(key.removeprefix(start)): count for key, count in self.numbers.items() if key.startswith(start)}

    def left_out(self, measure: str) -> list[LeftOut]:
        """Every outcome but measured, in the order of their definition, also those that nobody had."""
        told: Counter[Outcome] = Counter()
        for code, count in self.codes(measure).items():
            told[outcome_of(code)] += count
        outside = self._outside()
        details = (*outside, ("not in its population", told[Outcome.NOT_APPLICABLE]))
        told[Outcome.NOT_APPLICABLE] += sum(count for _, count in outside)
        return [
            LeftOut(outcome, told[outcome], _named(details) if outcome == Outcome.NOT_APPLICABLE else ())
            for outcome in Outcome
            if outcome != Outcome.MEASURED
        ]

    def _outside(self) -> list[tuple[str, int]]:
        start = "outside "
        found = {key.removeprefix(start): count for key, count in self.numbers.items() if key.startswith(start)}
        return sorted((found | {"drill": self.drills}).items())

    def notes(self, measure: str) -> dict[str, int]:
        """How many of those measured used which fallback or estimate."""
        found = dict.fromkeys(NOTES, 0)
        for code, count in self.codes(measure).items():
            for note in notes_of(code) if outcome_of(code) == Outcome.MEASURED else ():
                found[note] += count
        return found

    def fallback_used(self, measure: str) -> int:
        return sum(count for code, count in self.codes(measure).items() if is_fallback(code))

    def proportion(self, count: str) -> Proportion | None:
        """What went well of what could have; None where there was nothing."""
        hits, of = self.numbers[f"hit {count}"], self.numbers[f"of {count}"]
        return proportion(hits, of) if of else None

    def stages(self) -> list[Share]:
        """Where the time of the resolved ones went."""
        seconds = {stage: self.numbers[f"stage_{stage.value}"] for stage in Stage}
        # Asked for two percentiles only, which is less work than merging them first.
        shares = {stage: beside(counted.runs(f"stage_{stage.value}") for counted in self.kept) for stage in Stage}
        return where_time_went(seconds, shares)


def _named(details: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    return tuple((reason, count) for reason, count in details if count)
