"""An incident, its cadence, its readers and who may see it, in any order and killed anywhere, against a small model."""

import json
import math
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from proof.checking import rules
from proof.checking.evidence import Accepted, Entry, Evidence, Letter
from proof.points import ALL
from tests import reach

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 30.0
READERS = ["reader-1", "reader-2", "reader-3"]
PEOPLE = ("stella@denomas.example", "sour-stan@denomas.example", "elon@denomas.example")
MACHINES = ("/hook", "/sour-hook")
OUTSIDE = (*(f"{name}@outside.example" for name in [*READERS, "sour-reader", "reader-5"]), "/reader-hook")
HOURLY, CONFIRMED = 60.0, -10.0


class Stage:
    """The other process."""

    def __init__(self, database: str) -> None:
        command = [sys.executable, "-m", "proof", "stage", "--db", database]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._heard() == {}

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do} | more) + "\n")
        self._process.stdin.flush()
        return self._heard()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(300) == 0

    def _heard(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """On the database that this run of the tests is on."""
    is_postgres = os.environ.get("DATABASE_URL", "").startswith("postgres")
    if is_postgres:
        reach.postgres()
    made = Stage("postgres" if is_postgres else "sqlite")
    yield made
    made.close()


Kill = tuple[str, int] | None


def kills(*areas: str) -> st.SearchStrategy[Kill]:
    """None, or a point of these areas and the how manieth passage of it."""
    points = sorted(point.name for point in ALL if point.area in areas)
    return st.one_of(st.none(), st.tuples(st.sampled_from(points), st.integers(1, 3)))


ASKED, RELAYED = kills("web", "snapshot"), kills("relay", "ticker")
TURNED = kills("ticker", "relay", "claim", "send", "record", "snapshot")


class Incident(RuleBasedStateMachine):
    """The model: what was said and not sent, who reads, whether it is restricted, when a notice is due."""

    stage: Stage
    # After this instant nothing more is played.
    until: float

    @initialize()
    def begins(self) -> None:
        self.is_over = time.monotonic() > self.until
        self.readers, self.is_restricted, self.minutes, self.due = set(OUTSIDE), False, 0.0, CONFIRMED + HOURLY
        self.waiting: list[tuple[str, str]] = []
        self.arrived: Counter[tuple[str, str]] = Counter()
        self.killed: list[str] = []
        # A notice says what the public was told.
        self.public = {""}
        self.number, self.is_written, self.is_settled = 0, False, True
        if not self.is_over:
            self.stage.ask("begin")

    def step(self, kill: Kill, name: str, text: str = "") -> None:
        """Where it is killed, whoever did it does it again."""
        self.is_settled, self.is_over = False, self.is_over or time.monotonic() > self.until
        if self.is_over:
            return
        if kill:
            done = self.stage.ask("step", name=name, text=text, point=kill[0], nth=kill[1])
            assert done["code"] in (0, -9), done
            if not done["killed"]:
                return
            self.killed.append(done["who"])
        done = self.stage.ask("step", name=name, text=text)
        assert done["code"] == 0, done

    def mark(self) -> str:
        self.number += 1
        return f"mark-{self.number:05d}"

    @rule(kill=ASKED)
    def somebody_writes_to_stakeholders_and_executives(self, kill: Kill) -> None:
        mark = self.mark()
        self.step(kill, "update", f"We try this. {mark}")
        if not self.is_restricted:
            self.waiting += [(to, mark) for to in (*PEOPLE, *MACHINES)]

    @precondition(lambda self: not self.is_restricted)
    @rule(kill=ASKED)
    def the_public_is_told(self, kill: Kill) -> None:
        mark = self.mark()
        self.step(kill, "bulletin", f"We look. {mark}")
        self.public.add(mark)
        self.waiting += [(to, mark) for to in self.readers]

    @rule(name=st.sampled_from(READERS), kill=ASKED)
    def a_reader_unsubscribes(self, name: str, kill: Kill) -> None:
        self.step(kill, "unsubscribe", name)
        gone = f"{name}@outside.example"
        self.readers.discard(gone)
        self.waiting = [(to, mark) for to, mark in self.waiting if to != gone]

    # Not so soon that nothing more happens.
    @precondition(lambda self: self.number > 3)
    @rule(kill=ASKED)
    def it_is_flipped_to_restricted(self, kill: Kill) -> None:
        self.step(kill, "restrict")
        self.is_restricted, self.waiting = True, []

    @precondition(lambda self: not self.is_written)
    @rule(minutes=st.sampled_from([1, 12, 50, 130]))
    def the_clock_is_advanced(self, minutes: int) -> None:
        self.minutes += minutes
        self.is_settled = False
        if not self.is_over:
            self.stage.ask("clock", minutes=self.minutes)

    @rule(kill=RELAYED)
    def letters_are_written(self, kill: Kill) -> None:
        """From here on what has been said is a row for each recipient, and only what is sent asks again."""
        self.step(kill, "relay")
        self.is_written = True

    @rule(kill=TURNED)
    def the_engine_turns(self, kill: Kill) -> None:
        self.step(kill, "settle")
        self.arrived.update(self.waiting)
        self.waiting = []
        if self.minutes >= self.due:
            if not self.is_restricted:
                self.arrived.update((to, "notice") for to in (*PEOPLE, *MACHINES))
            self.due += HOURLY * (1 + (self.minutes - self.due) // HOURLY)
        self.is_written, self.is_settled = False, True

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        if not getattr(self, "is_settled", False) or self.is_over:
            return
        seen, until = looked(self.stage.ask("look")), self.until
        # Should this fail, it is played again, whatever the time.
        type(self).until = math.inf
        ours = {one.key: one for one in seen.accepted if one.to in (*PEOPLE, *MACHINES, *OUTSIDE)}
        is_notice = {key: one.to not in OUTSIDE and one.mark in self.public for key, one in ours.items()}
        assert Counter((one.to, "notice" if is_notice[key] else one.mark) for key, one in ours.items()) == self.arrived
        found = (rules.ledger(seen), rules.order(seen), rules.left_over(seen), rules.timeline(seen))
        assert [one for some in found for one in some] == []
        assert rules.occurrences(seen) + rules.copies(seen, self.killed) == []
        type(self).until = until


def looked(said: dict[str, Any]) -> Evidence:
    """The evidence, from the JSON that it came in."""
    return Evidence(
        accepted=[Accepted(**one) for one in said["accepted"]],
        before=frozenset(said["before"]),
        letters=[Letter(**one) for one in said["letters"]],
        entries=[Entry(**one) for one in said["entries"]],
        left=said["left"], positions=said["positions"], twice=said["twice"], page_version=said["page_version"],
        bodies=said["bodies"], var=Path(said["var"]),
    )  # fmt: skip


@pytest.mark.slow
def test_whatever_happens_in_whatever_order_the_engine_and_the_model_agree(stage: Stage) -> None:
    """A failure prints the steps that lead to it."""
    run_state_machine_as_test(
        type("Played", (Incident,), {"stage": stage, "until": time.monotonic() + SECONDS}),
        settings=settings(
            max_examples=20, stateful_step_count=30, deadline=None, database=None, print_blob=True,
            suppress_health_check=list(HealthCheck), phases=(Phase.generate,),
        ),
    )  # fmt: skip
