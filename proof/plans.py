"""Drawing the trials of a seed: which story, where or when it is killed, and what happens beside."""

import random
from collections.abc import Iterator, Mapping, Sequence

from proof.planting import Point
from proof.points import CAN_BE_STOPPED_AT
from proof.stories import RELAY, Story
from proof.trial import Nemesis, Plan

# By story and point: how often the point is passed where nobody is killed.
Passed = Mapping[str, Mapping[str, int]]
# Of a hundred trials so many are killed at an instant, and so many stopped; the others are killed at a point.
INSTANTS, STOPS = 20, 8


class Draw:
    """Draws plans; the same seed draws the same."""

    def __init__(
        self, seed: str, stories: Sequence[Story], points: Sequence[Point], passed: Passed, spans: Mapping[str, float]
    ) -> None:
        self._seed, self._stories, self._passed, self._spans = seed, stories, passed, spans
        self._points = list(points)
        random.Random(seed).shuffle(self._points)

    def plans(self, most: int) -> Iterator[Plan]:
        """So many. The points come in turn, each at its first passage before any at a later one."""
        turn = 0
        for number in range(most):
            chance = random.Random(f"{self._seed}:{number}")
            kind = chance.randrange(100)
            if kind < INSTANTS:
                yield self._instant(number, chance)
            elif kind < INSTANTS + STOPS:
                yield self._stop(number, chance)
            else:
                yield self._point(number, turn, chance)
                turn += 1

    def _instant(self, number: int, chance: random.Random) -> Plan:
        story = chance.choice(self._stories)
        after = chance.uniform(0.0, self._spans[story.name])
        return Plan(
            number,
            story,
            Nemesis.INSTANT,
            after=after,
            again_after=_again(chance),
            is_crowded=_is_crowded(story, chance),
        )

    def _stop(self, number: int, chance: random.Random) -> Plan:
        point = chance.choice([one for one in self._points if one.name in CAN_BE_STOPPED_AT])
        story = chance.choice(self._passing(point))
        return Plan(number, story, Nemesis.STOP, point, self._nth(story, point, chance))

    def _point(self, number: int, turn: int, chance: random.Random) -> Plan:
        point = self._points[turn % len(self._points)]
        story = chance.choice(self._passing(point))
        if turn < len(self._points):
            return Plan(number, story, Nemesis.POINT, point)
        return Plan(
            number, story, Nemesis.POINT, point, self._nth(story, point, chance),
            again_after=_again(chance), is_crowded=_is_crowded(story, chance),
        )  # fmt: skip

    def _passing(self, point: Point) -> list[Story]:
        found = [story for story in self._stories if self._passed[story.name].get(point.name)]
        if not found:
            raise AssertionError(f"No story passes {point.name}.")
        return found

    def _nth(self, story: Story, point: Point, chance: random.Random) -> int:
        """Most often one of the first passages."""
        return min(self._passed[story.name][point.name], 1 + int(chance.expovariate(0.5)))


def _again(chance: random.Random) -> float | None:
    """When the first recovery is killed, too; most often it is not."""
    return chance.uniform(0.005, 0.3) if chance.random() < 0.2 else None


def _is_crowded(story: Story, chance: random.Random) -> bool:
    """Not where nobody is to send yet."""
    return chance.random() < 0.25 and RELAY not in story.steps
