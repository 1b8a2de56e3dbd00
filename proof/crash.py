"""make crash: many trials, each killed somewhere else, and one report. Ends with 1 where anything was found."""

import argparse
import json
import os
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from proof import ground, report, stretch, surroundings
from proof.ground import Ground
from proof.plans import Draw
from proof.points import ALL
from proof.repertoire import STORIES
from proof.trial import Bench, Outcome, Trial, log_of


@dataclass
class Tally:
    """What came of the trials of one or more stretches; it goes from process to process as JSON."""

    trials: int = 0
    kills: int = 0
    in_the_gap: int = 0
    # By the name of the point: planned there, and killed there.
    planned: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    nemeses: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        plan = outcome.plan
        self.trials += 1
        self.kills += outcome.kills
        self.in_the_gap += outcome.in_the_gap
        self.nemeses[plan.nemesis] += 1
        self.nemeses["recovery killed, too"] += plan.again_after is not None
        self.nemeses["in a crowd"] += plan.is_crowded
        if plan.point:
            self.planned[plan.point.name] += 1
            self.reached[plan.point.name] += outcome.is_reached
        self.found += [f"{plan}: {one}" for one in outcome.found]

    def merge(self, path: Path) -> None:
        said = json.loads(path.read_text())
        self.trials += said["trials"]
        self.kills += said["kills"]
        self.in_the_gap += said["in_the_gap"]
        self.planned.update(said["planned"])
        self.reached.update(said["reached"])
        self.nemeses.update(said["nemeses"])
        self.found += said["found"]


def main(asked: argparse.Namespace, folder: Path) -> int:
    url = surroundings.postgres_url() if asked.db == "postgres" else ""
    base = ground.on(url, folder, f"proof_{os.getpid()}")
    try:
        stretch.migrate(base)
        began = time.monotonic()
        tally = _run_all(asked, base, folder, url)
        report.crash(asked, base.version(), tally, time.monotonic() - began)
        return int(bool(tally.found) or bool(report.never(tally, asked)))
    finally:
        base.close()


def _run_all(asked: argparse.Namespace, base: Ground, folder: Path, url: str) -> Tally:
    """Each stretch in a process of its own."""
    sys.stdout.flush()
    pids = []
    for number in range(asked.stretches):
        pid = os.fork()
        if pid == 0:
            _stretch(asked, base, folder / str(number), url, number)
        pids.append(pid)
    tally = Tally()
    with ExitStack() as ends:
        for pid in pids:
            ends.callback(_end, pid)
        _collect(tally, pids, folder)
        ends.pop_all()
    return tally


def _end(pid: int) -> None:
    """Whoever ends us ends them; they clear up behind themselves."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


def _collect(tally: Tally, pids: Sequence[int], folder: Path) -> None:
    for number, pid in enumerate(pids):
        _, status = os.waitpid(pid, 0)
        if os.waitstatus_to_exitcode(status):
            tally.found.append(f"stretch {number} broke")
        else:
            tally.merge(folder / f"{number}.json")


def _stretch(asked: argparse.Namespace, base: Ground, folder: Path, url: str, number: int) -> None:
    """The trials whose turn it is here. Never returns."""
    code = 1
    try:
        folder.mkdir()
        tally = _trials(asked, base, folder, url, number)
        folder.with_suffix(".json").write_text(json.dumps(vars(tally)))
        code = 0
    finally:
        if code:
            traceback.print_exc()
        sys.stdout.flush()
        os._exit(code)


def _trials(asked: argparse.Namespace, base: Ground, folder: Path, url: str, number: int) -> Tally:
    here, tally = ground.on(url, folder, f"proof_{os.getpid()}"), Tally()
    here.adopt(stretch.EMPTY, base)
    made = stretch.bench(here, folder)
    try:
        draw, tally.found = peaceful(made, asked.seed)
        if tally.found:
            print("\n".join(tally.found), log_of(made.place), sep="\n", flush=True)
            return tally
        for plan in draw.plans(asked.trials):
            if plan.number % asked.stretches == number and asked.only in (None, plan.number):
                tell(tally, made, Trial(made, plan).run())
    finally:
        made.sinks.stop()
        here.close()
    return tally


def peaceful(made: Bench, seed: str) -> tuple[Draw, list[str]]:
    """Every story is told in peace first; what is wrong then is no fault of a kill."""
    peace = stretch.Peace(made, ALL)
    found = [f"{story.name}, in peace: {said}" for story in STORIES for said in peace.tell(story)]
    return Draw(seed, STORIES, ALL, peace.passed, peace.spans), found


def tell(tally: Tally, made: Bench, outcome: Outcome) -> None:
    """Count it; what was found is said at once, with what the processes wrote."""
    tally.add(outcome)
    if outcome.found:
        print(f"{outcome.plan}\n   " + "\n   ".join(outcome.found), flush=True)
        print(log_of(made.place), flush=True)
    made.place.log.unlink(missing_ok=True)
