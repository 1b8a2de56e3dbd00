"""One trial: a world, a story in a process that is killed or stopped, and fresh processes that go on from there."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from kit import clock
from proof import children, engine
from proof.cast import Cast
from proof.checking import evidence, rules
from proof.checking.evidence import Evidence
from proof.children import BEGINS_AFTER, Place
from proof.ground import Ground
from proof.planting import Countdown, Planted, Point
from proof.sinks import Sinks
from proof.stories import Later, Story

# Past every lease; small against the minutes of the stories, so that nothing else comes due by it.
SLACK = timedelta(seconds=62)
# At the end, three times: what is tried again after a minute or after five has been, and what waited for that, too.
# In no story anything more comes due within these minutes and the slack.
AT_LAST = (timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=7))

Design = Callable[[], None]


class Nemesis(StrEnum):
    """What befalls the process."""

    POINT = "killed at a point"
    INSTANT = "killed at an instant"
    STOP = "stopped, and woken when its lease was over"
    PEACE = "in peace"


@dataclass(frozen=True)
class Plan:
    """A trial as its seed has it; said whole where it fails, so that it can be had again."""

    number: int
    story: Story
    nemesis: Nemesis
    point: Point | None = None
    nth: int = 1
    after: float = 0.0
    # The first recovery is killed, too, after so many seconds.
    again_after: float | None = None
    # Another process ticks and sends at the same time.
    is_crowded: bool = False

    def __str__(self) -> str:
        if self.nemesis is Nemesis.PEACE:
            return f"trial {self.number}: {self.story.name}, {self.nemesis}"
        where = f"{self.point.name} ({self.nth})" if self.point else f"{self.after * 1000:.0f} ms"
        more = (f", recovery killed after {self.again_after * 1000:.0f} ms" if self.again_after else "") + (
            ", in a crowd" if self.is_crowded else ""
        )
        return f"trial {self.number}: {self.story.name}, {self.nemesis}: {where}{more}"


@dataclass
class Outcome:
    """What came of a trial: how many processes were killed, and what the checker found."""

    plan: Plan
    kills: int = 0
    # The point, or the instant, fell into the story, and not after its end.
    is_reached: bool = False
    # Letters that arrived twice, flagged, in the gap between sending and writing it down.
    in_the_gap: int = 0
    found: list[str] = field(default_factory=list)


@dataclass
class Bench:
    """What the trials of one stretch share."""

    ground: Ground
    place: Place
    sinks: Sinks
    cast: Cast
    # Keys of the letters that the worlds told before any story.
    before: frozenset[str] = frozenset()
    design: Design | None = None


class Trial:
    """Runs one plan on a bench."""

    def __init__(self, bench: Bench, plan: Plan) -> None:
        self._bench, self._plan = bench, plan
        self._outcome = Outcome(plan)
        self._killed: list[str] = []
        self._began = 0

    def run(self) -> Outcome:
        plan, place = self._plan, self._bench.place
        begin(self._bench, plan.story)
        self._began = self._bench.sinks.path.stat().st_size
        crowd = children.forked("B", place, self._crowd) if plan.is_crowded else None
        first = children.forked("A", place, self._first)
        code = children.wait(first, kill_after=plan.after if plan.nemesis is Nemesis.INSTANT else None)
        self._heard("A", code)
        self._outcome.found += rules.of_readers(place.public)
        self._recover(first if code == -signal.SIGSTOP else None)
        if crowd:
            (place.folder / "enough").touch()
            self._heard("B", children.wait(crowd))
        self._at_last()
        self._judge()
        return self._outcome

    def _first(self) -> None:
        if self._bench.design:
            self._bench.design()
        if self._plan.point:
            Planted([self._plan.point], self._watcher())
        tell(self._bench, self._plan.story, timedelta())

    def _watcher(self) -> Countdown:
        # Woken up: what it was doing is finished, and nothing new begun.
        woken = self._bench.place.folder / "woken"
        number = signal.SIGSTOP if self._plan.nemesis is Nemesis.STOP else signal.SIGKILL
        return Countdown(self._plan.nth, number, afterwards=woken.touch)

    def _crowd(self) -> None:
        if self._bench.design:
            self._bench.design()
        enough = self._bench.place.folder / "enough"
        while not enough.exists():
            with self._bench.place.turn():
                engine.turn(clock.now())
            # Whoever wants to move the clock comes in here.
            time.sleep(0.01)

    def _recover(self, stopped: int | None) -> None:
        again = self._plan.again_after
        code = children.wait(children.forked("C", self._bench.place, self._go_on), kill_after=again)
        self._heard("C", code)
        if code == -signal.SIGKILL:
            self._heard("D", children.wait(children.forked("D", self._bench.place, self._go_on)))
        if stopped:
            os.kill(stopped, signal.SIGCONT)
            self._finish(children.wait(stopped))

    def _go_on(self) -> None:
        if self._bench.design:
            self._bench.design()
        tell(self._bench, self._plan.story, SLACK * max(1, len(self._killed)))

    def _at_last(self) -> None:
        def settle() -> None:
            if self._bench.design:
                self._bench.design()
            settle_at_last(self._bench, self._plan.story, SLACK * (1 + len(self._killed)))

        self._heard("Z", children.wait(children.forked("Z", self._bench.place, settle)))

    def _heard(self, name: str, code: int) -> None:
        """How a process ended, or that it stands still."""
        if code in (-signal.SIGKILL, -signal.SIGSTOP):
            self._killed.append(name)
            self._outcome.is_reached |= name == "A"
            if code == -signal.SIGKILL:
                self._bench.ground.bury(name)
        else:
            self._finish(code, name)

    def _finish(self, code: int, name: str = "A") -> None:
        if code:
            self._outcome.found.append(f"broke: process {name} ended with {code}; its log says why")

    def _judge(self) -> None:
        self._outcome.kills = len(self._killed)
        seen = gathered(self._bench, self._began)
        killed = (*self._killed, *self._plan.story.kills)
        self._outcome.in_the_gap = len(rules.doubled(seen))
        self._outcome.found += rules.of_all(seen, self._plan.story.arrives, killed)


def begin(bench: Bench, story: Story) -> None:
    """The world of the story, as if nothing had happened since it was made."""
    evidence.clear(bench.place.var, keep=bench.place.folder / f"{story.world}.public")
    for name in ("done", "enough", "woken"):
        (bench.place.folder / name).unlink(missing_ok=True)
    bench.ground.begin(story.world)
    bench.place.set_clock(BEGINS_AFTER)


def tell(bench: Bench, story: Story, slack: timedelta) -> None:
    """The story, from the first step that nobody heard the end of."""
    done = bench.place.done
    first = len(done.read_text().split()) if done.exists() else 0
    _set_clock(bench, story.steps[:first], slack)
    for number, step in enumerate(story.steps[first:], start=first):
        if (bench.place.folder / "woken").exists():
            return
        if isinstance(step, Later):
            _set_clock(bench, [step], slack)
        else:
            step.do(bench.cast)
        with done.open("a") as file:
            file.write(f"{number}\n")


def settle_at_last(bench: Bench, story: Story, slack: timedelta) -> None:
    """The story is over, and everything that is tried again is."""
    for more in AT_LAST:
        _set_clock(bench, story.steps, slack + more)
        engine.settle()


def _set_clock(bench: Bench, steps: Sequence[object], slack: timedelta) -> None:
    minutes = max((step.minutes for step in steps if isinstance(step, Later)), default=0.0)
    bench.place.set_clock(BEGINS_AFTER + timedelta(minutes=minutes) + slack)


def gathered(bench: Bench, began: int) -> Evidence:
    """What is there now; of the sinks what they took since their file was so long."""
    taken = evidence.accepted(bench.sinks.path, began)
    now = datetime.now(UTC) + timedelta(seconds=float(bench.place.offset.read_text()))
    return evidence.gather(bench.ground.ask, bench.ground.vendor, taken, bench.before, bench.place.var, now)


def log_of(place: Place) -> str:
    """What the processes of a trial wrote; the end of it."""
    return Path(place.log).read_text(errors="replace")[-6000:] if place.log.exists() else ""
