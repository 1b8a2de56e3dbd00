"""What a run says at its end: the counts by point, what was found, and with what it was made."""

import argparse
import os
import platform
import resource
from typing import Protocol

import django

from proof.points import ALL

MOST_REPEATED = 20
# How the sentences of the checker begin, and what that comes to.
LOST, DOUBLED, COPIES = ("lost",), ("doubled", "twice"), ("copies", "unflagged", "changed")


class Counts(Protocol):
    """What of a tally is reported."""

    trials: int
    kills: int
    in_the_gap: int
    found: list[str]

    @property
    def planned(self) -> dict[str, int]: ...

    @property
    def reached(self) -> dict[str, int]: ...

    @property
    def nemeses(self) -> dict[str, int]: ...


def crash(asked: argparse.Namespace, database: str, tally: Counts, seconds: float) -> None:
    print(f"\n{'point':42} killed  planned")
    for point in ALL:
        print(f"{point.name:42} {tally.reached.get(point.name, 0):6} {tally.planned.get(point.name, 0):8}")
    print(f"\n{len(ALL)} points; never reached: {', '.join(never(tally, asked)) or 'none'}")
    print(" · ".join(f"{name} {count}" for name, count in sorted(tally.nemeses.items())))
    print(f"{tally.kills} processes killed or stopped in {tally.trials} trials, seed {asked.seed}")
    print(f"{tally.in_the_gap} letters came twice in the send gap, with the same id, and flagged in the ledger")
    print(
        f"lost {_count(tally, LOST)}, doubled by id {_count(tally, DOUBLED)}, "
        f"copies outside the gap {_count(tally, COPIES)}, everything found {len(tally.found)}"
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    work = used.ru_utime + used.ru_stime
    print(
        f"{versions(database)}\n{seconds:.0f} s: {60 * tally.trials / seconds:.0f} trials a minute; "
        f"{work:.0f} s of work, with which two idle cores make {120 * tally.trials / work:.0f} a minute",
    )
    # Once more at the very end, where it is kept of a long report.
    print("\n".join(tally.found[:MOST_REPEATED]), end="\n" * bool(tally.found), flush=True)


def never(tally: Counts, asked: argparse.Namespace) -> list[str]:
    """Points at which nobody was killed, where there were trials enough for all."""
    if asked.only is not None or tally.trials < len(ALL):
        return []
    return [point.name for point in ALL if not tally.reached.get(point.name)]


def versions(database: str) -> str:
    return f"Python {platform.python_version()}, Django {django.__version__}, {database}, {os.cpu_count()} cores"


def _count(tally: Counts, kinds: tuple[str, ...]) -> int:
    return sum(any(f": {kind}:" in one for kind in kinds) for one in tally.found)
