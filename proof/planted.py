"""make crash-mutants: designs that are known to fail, planted one by one; the checker must catch each of them."""

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from proof import designs, ground, report, stretch, surroundings
from proof.planting import AFTER_ROW, Point
from proof.points import ALL, HOLD
from proof.repertoire import STORIES
from proof.trial import Bench, Design, Nemesis, Plan, Trial

SELECTED = Point("claim.selected", AFTER_ROW, HOLD, '"notifications_delivery"."key"')
POINTS = {point.name: point for point in (*ALL, SELECTED)}
TOLD = {story.name: story for story in STORIES}


class Try(NamedTuple):
    """A trial in which a design must show what it is: killed at the nth passage of a point; no point is in peace."""

    story: str
    point: str = ""
    nth: int = 1
    is_stopped: bool = False

    def plan(self, number: int) -> Plan:
        if not self.point:
            return Plan(number, TOLD[self.story], Nemesis.PEACE)
        return Plan(
            number, TOLD[self.story], Nemesis.STOP if self.is_stopped else Nemesis.POINT, POINTS[self.point], self.nth
        )


TRIES: tuple[tuple[Design, tuple[Try, ...]], ...] = (
    (designs.mark_before_send, (Try("updates", "send.turn"), Try("bulletins", "send.mail.half", 2))),
    (designs.no_lease_recovery, (Try("updates", "claim.read"), Try("bulletins", "send.mail.accepted"))),
    (designs.select_then_update, (Try("updates", "claim.selected", 2, is_stopped=True),)),
    (designs.clock_outside_the_transaction, (Try("clocks", "ticker.chase.after-clocks-moved"),)),
    (designs.hours_modulo_n, (Try("clocks"), Try("unanswered"))),
    (designs.self_rescheduling_chain, (Try("clocks", "ticker.chase.before-commit"),)),
    (designs.eta_in_the_broker, (Try("answered", "claim.read"), Try("unanswered", "record.before"))),
    (designs.sweep_bounded_below, (Try("updates", "relay.together.after-commit"), Try("bulletins", "claim.before"))),
    (designs.replay_of_all_missed, (Try("clocks"),)),
    (designs.no_fence, (Try("updates", "record.before", is_stopped=True),)),
    (designs.one_failure_ends_the_others, (Try("updates"), Try("bulletins"))),
    (designs.outbox_emptied_first, (Try("updates", "relay.together.after-commit"),)),
    (designs.new_id_for_each_attempt, (Try("updates", "send.mail.accepted"), Try("bulletins", "send.hook.accepted"))),
    (designs.doubt_untold, (Try("updates", "send.mail.accepted", 2), Try("bulletins", "send.hook.accepted"))),
    (designs.no_journal, (Try("bulletins", "send.answered", 4), Try("updates", "send.answered", 5))),
    (designs.page_written_in_place, (Try("bulletins", "snapshot.before-sync", 2),)),
    (designs.stale_permission, (Try("restricted"), Try("unsubscribed"), Try("answered"))),
)


def main(asked: argparse.Namespace, folder: Path) -> int:
    url = surroundings.postgres_url() if asked.db == "postgres" else ""
    here, began = ground.on(url, folder, f"proof_{os.getpid()}"), time.monotonic()
    try:
        stretch.migrate(here)
        made = stretch.bench(here, folder)
        try:
            survived = list(_survivors(made))
        finally:
            made.sinks.stop()
        print(f"{len(TRIES) - len(survived)} of {len(TRIES)} designs caught, {time.monotonic() - began:.0f} s")
        print(report.versions(here.version()), flush=True)
        return int(bool(survived))
    finally:
        here.close()


def _survivors(made: Bench) -> Iterator[str]:
    """Says of each design how it was caught. First the product itself goes through the same trials, and passes."""
    number = 0
    for design, tries in TRIES:
        for one in tries:
            number += 1
            if said := _found(made, one, number, None):
                print(f"THE PRODUCT ITSELF  {one.plan(number)}\n   {said[0]}", flush=True)
                yield "the product"
        caught = _caught(made, design, tries, number)
        print(f"{design.__name__.replace('_', ' '):32} {caught or 'SURVIVED'}", flush=True)
        if not caught:
            yield design.__name__


def _caught(made: Bench, design: Design, tries: tuple[Try, ...], number: int) -> str:
    """By which trial, and the first thing that the checker said; empty where it said nothing."""
    for one in tries:
        if said := _found(made, one, number, design):
            return f"caught by {one.plan(number)}\n{'':32}    {said[0][:160]}"
    return ""


def _found(made: Bench, one: Try, number: int, design: Design | None) -> list[str]:
    made.design = design
    made.place.log.unlink(missing_ok=True)
    return Trial(made, one.plan(number)).run().found
