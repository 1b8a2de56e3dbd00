"""`make bench-insights`: what a page costs with a thousand incidents and with a million, as whole requests.

A process for each size asks its own database through Django's test client. They are asked in turns, one request at
a time, so that whatever else the machine does meets all of them.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

import psycopg

from bench import alone, filling, table
from bench.table import ROOT, Row, at_most

# What takes seconds is asked fewer times, but three at least.
ROUNDS, LEAST, WARM = 11, 3, 2
PATIENCE_SECONDS = 30.0
# The beginning of a name → the size it is compared with, and how many times as long it may take at the largest.
BARS = {
    "board": ("1k", 1.2),
    "room": ("1k", 1.2),
    "declare": ("1k", 1.2),
    "similar": ("1k", 1.2),
    "tick": ("1k", 1.2),
    "list": ("10k", 1.3),
    "page 1,000": ("10k", 1.3),
    "search": ("10k", 3.0),
    "insights, last 90 days": ("10k", 1.5),
}
EVERYTHING = "list, everything"
# A page that is so much smaller lists fewer incidents.
HALF = 0.5
EIGHT_YEARS, BY_ROWS, NEW_ONE = "insights, eight years", "insights by rows", "a new one, seen"
# Whose answer is full at which size.
FULL = {
    "board": "1k",
    "room, an open one": "1k",
    EVERYTHING: "1k",
    "insights, last 90 days": "10k",
    EIGHT_YEARS: "10k",
    f"{EIGHT_YEARS}, filtered": "10k",
}
# Seconds, as config.ticker has it; it cannot be read before the models are there.
FOLDED_EVERY = 1.0


class Measured(NamedTuple):
    """Milliseconds, the middle of all rounds; statements and bytes of one."""

    ms: float
    statements: int
    size: int


class Asker:
    """The process that asks one database."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin
        assert process.stdout
        self.to, self.answers = process.stdin, process.stdout
        self.names: list[str] = json.loads(self.answers.readline())

    def ask(self, name: str) -> tuple[float, int, int]:
        print(name, file=self.to, flush=True)
        seconds, statements, size = json.loads(self.answers.readline())
        return seconds, statements, size


@contextmanager
def asker(size: str) -> Iterator[Asker]:
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.asking"],
            cwd=ROOT,
            env=alone.environment(folder, filling.prepared(size)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield Asker(process)
        finally:
            process.communicate()


def measure(sizes: Sequence[str]) -> dict[str, dict[str, Measured]]:
    """By name and size."""
    with ExitStack() as stack:
        askers = {size: stack.enter_context(asker(size)) for size in sizes}
        names = askers[sizes[0]].names
        return {name: _in_turns(name, askers) for name in names}


def _in_turns(name: str, askers: dict[str, Asker]) -> dict[str, Measured]:
    counted = {size: one.ask(f"+{name}") for size, one in askers.items()}
    took: dict[str, list[float]] = {size: [] for size in askers}
    began = time.monotonic()
    for number in range(WARM + ROUNDS):
        if number >= WARM + LEAST and time.monotonic() - began > PATIENCE_SECONDS:
            break
        for size, one in askers.items():
            seconds = one.ask(name)[0]
            if number >= WARM:
                took[size].append(seconds * 1000)
    found = {size: Measured(statistics.median(took[size]), *counted[size][1:]) for size in askers}
    said = "  ".join(f"{size} {one.ms:.1f} ms ({one.statements}, {one.size:,} B)" for size, one in found.items())
    print(f"   {name}: {said}", file=sys.stderr, flush=True)
    return found


def rows(found: dict[str, dict[str, Measured]], sizes: Sequence[str]) -> list[Row]:
    """The figures at the largest size, each against the smaller one that it is compared with."""
    top = sizes[-1]
    made = [_compared(name, found, sizes) for name in found if name.startswith(tuple(BARS))]
    searched = statistics.median(took[top].ms for name, took in found.items() if name.startswith("search"))
    asked = max(took[top].statements for name, took in found.items() if name.startswith(("list", "page", "search")))
    return [
        *made,
        at_most("all searches, p50", top, searched, 100, unit=" ms"),
        at_most("statements of a list, the most", "–", asked, 12),
        at_most(
            "a new incident, until the dashboard counts it",
            f"{top}; declared, folded in, and asked twice; the ticker folds every {FOLDED_EVERY:.0f} s",
            found[NEW_ONE][top].ms / 1000 + FOLDED_EVERY,
            5,
            unit=" s",
        ),
        *_sizes(found, sizes),
        *_eight_years(found, top),
    ]


def _compared(name: str, found: dict[str, dict[str, Measured]], sizes: Sequence[str]) -> Row:
    """Against the same at the smaller size; a full page of a list against a full page, which few do not fill there."""
    wanted, bar = next(bar for beginning, bar in BARS.items() if name.startswith(beginning))
    took, base, top = found[name], _base(wanted, sizes), sizes[-1]
    before, said = took[base], f"{base}: {took[base].ms:.0f} ms"
    if name.startswith(("list", "page")) and before.size < HALF * took[top].size:
        before = found[EVERYTHING][base]
        said = f"{base}, everything, as these do not fill its page: {before.ms:.0f} ms ({said})"
    note = f" × ({took[top].ms:.0f} ms, {took[top].statements} statements)"
    return at_most(name, said, took[top].ms / before.ms, bar, note=note)


def _sizes(found: dict[str, dict[str, Measured]], sizes: Sequence[str]) -> list[Row]:
    """How much answers grow that are full at the smaller size, and the largest of the figures.

    Lists fill a page with a thousand incidents, charts need ten thousand: few incidents are few marks. Figures have
    their own numbers of digits.
    """
    top = sizes[-1]
    base = {name: _base(wanted, sizes) for name, wanted in FULL.items() if name in found}
    grown = {name: found[name][top].size / found[name][size].size for name, size in base.items()}
    most = max(grown, key=lambda name: grown[name])
    figures = max(took[top].size for name, took in found.items() if name.startswith("insights,"))
    return [
        at_most("a response's size, the most grown", f"{base[most]}: {most}", grown[most], 1.1, note=" ×"),
        at_most("the largest answer of figures", top, figures / 1000, 600, unit=" kB"),
    ]


def _base(wanted: str, sizes: Sequence[str]) -> str:
    return wanted if wanted in sizes[:-1] else sizes[0]


def _eight_years(found: dict[str, dict[str, Measured]], top: str) -> list[Row]:
    by_rows, dashboard = found[BY_ROWS][top].ms, found[EIGHT_YEARS][top].ms
    return [
        at_most(f"{EIGHT_YEARS}", top, dashboard / 1000, 1, unit=" s"),
        at_most(f"{EIGHT_YEARS}", f"one statement over rows: {by_rows:.0f} ms", dashboard / by_rows, 0.1, note=" ×"),
    ]


def main() -> None:
    sizes = sys.argv[1].split(",") if sys.argv[1:] else list(filling.SIZES)
    if wrong := set(sizes) - set(filling.SIZES):
        sys.exit(f"There is no size {', '.join(sorted(wrong))}; there are {', '.join(filling.SIZES)}.")
    if len(sizes) < 2:
        sys.exit("Give two sizes at least, the smallest first: SIZES=1k,10k.")
    with psycopg.connect(alone.POSTGRES) as server:
        about = table.where(f"PostgreSQL {server.info.server_version // 10000}")
    made = rows(measure(sizes), sizes)
    # What else the machine does makes everything slower; all sizes meet it alike, but not in the same moment.
    busy = f"load {os.getloadavg()[2]:.0f}"
    sizes_said = f"{busy}; whole requests through Django's test client, middle of up to {ROUNDS}"
    table.keep("insights", f"make bench-insights SIZES={','.join(sizes)}", made, f"{about}; {sizes_said}")
    print(table.markdown(made))


if __name__ == "__main__":
    main()
