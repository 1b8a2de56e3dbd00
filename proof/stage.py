"""A stage for whoever plays step by step: it holds the world, and does in processes that may be killed what it is told.

It reads a line of JSON from its input and answers with one. It is a process of its own because it forks, which a
program with threads must not.
"""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from proof import children, ground, stretch, surroundings
from proof.children import BEGINS_AFTER
from proof.planting import Countdown, Planted, Point
from proof.points import ALL
from proof.stories import RELAY, SETTLE, Step, Story, bulletin, ends, restrict, told, updated
from proof.trial import Bench, begin, gathered

POINTS = {point.name: point for point in ALL}
WORLD = Story("on the stage", "outside", ())


def main(asked: argparse.Namespace, folder: Path) -> int:
    url = surroundings.postgres_url() if asked.db == "postgres" else ""
    here = ground.on(url, folder, f"proof_{os.getpid()}")
    try:
        stretch.migrate(here)
        made = stretch.bench(here, folder, worlds=("quiet", "outside"), is_sour=False)
        try:
            Stage(made).play()
        finally:
            made.sinks.stop()
        return 0
    finally:
        here.close()


class Stage:
    """Plays until its input ends."""

    def __init__(self, made: Bench) -> None:
        self._bench, self._number, self._began = made, 0, 0
        self._deeds: dict[str, Callable[..., dict[str, Any]]] = {
            "begin": self._begin, "clock": self._clock, "step": self._step, "look": self._look,
        }  # fmt: skip

    def play(self) -> None:
        self._say({})
        for line in sys.stdin:
            asked = json.loads(line)
            self._say(self._deeds[asked.pop("do")](**asked))

    def _say(self, answer: dict[str, Any]) -> None:
        print(json.dumps(answer, default=str), flush=True)

    def _begin(self) -> dict[str, Any]:
        begin(self._bench, WORLD)
        self._began = self._bench.sinks.path.stat().st_size
        return {}

    def _clock(self, minutes: float) -> dict[str, Any]:
        """So many minutes after the story began."""
        self._bench.place.set_clock(BEGINS_AFTER + timedelta(minutes=minutes))
        return {}

    def _step(self, name: str, text: str = "", point: str = "", nth: int = 1) -> dict[str, Any]:
        """Do it in a process of its own; with a point it is killed there, if it passes it."""
        self._number += 1
        who = f"S{self._number}"
        step, planted = _named(name, text), POINTS.get(point)
        code = children.wait(children.forked(who, self._bench.place, lambda: self._do(step, planted, nth)))
        if code == -signal.SIGKILL:
            self._bench.ground.bury(who)
        log = self._bench.place.log.read_text()[-3000:] if code == children.BROKE else ""
        return {"who": who, "killed": code == -signal.SIGKILL, "code": code, "log": log}

    def _do(self, step: Step, point: Point | None, nth: int) -> None:
        if point:
            Planted([point], Countdown(nth, signal.SIGKILL))
        step.do(self._bench.cast)

    def _look(self) -> dict[str, Any]:
        seen = gathered(self._bench, self._began)
        return {name: value for name, value in asdict(seen).items() if name != "before"} | {
            "before": sorted(seen.before)
        }


def _named(name: str, text: str) -> Step:
    steps: dict[str, Callable[[], Step]] = {
        "update": lambda: updated(text, "stakeholders", "executives"),
        "bulletin": lambda: bulletin("investigating", text, text),
        "unsubscribe": lambda: ends(text),
        "restrict": lambda: told("restrict", restrict, "restricted_already"),
        "relay": lambda: RELAY,
        "settle": lambda: SETTLE,
    }
    return steps[name]()
