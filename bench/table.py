"""One table of figures, each with its bar, printed and kept in docs/benchmarks.md between marks of its own."""

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PAPER = ROOT / "docs/benchmarks.md"
HEAD = """# Benchmarks

Each figure is a ratio to a limit measured in the same run, or a count. The commands print them anew.
"""


class Row(NamedTuple):
    """One figure: what was measured, against what, the bar, the value with its unit, and whether it reaches the bar."""

    what: str
    against: str
    bar: str
    value: str
    is_reached: bool


def at_most(what: str, against: str, value: float, bar: float, *, unit: str = "", note: str = "") -> Row:
    return Row(what, against, f"≤ {_number(bar)}{unit}", f"{_number(value)}{unit}{note}", value <= bar)


def at_least(what: str, against: str, value: float, bar: float, *, unit: str = "", note: str = "") -> Row:
    return Row(what, against, f"≥ {_number(bar)}{unit}", f"{_number(value)}{unit}{note}", value >= bar)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def markdown(rows: Sequence[Row]) -> str:
    head = ("what", "against", "bar", "measured", "reached")
    lines = [head, *((*row[:4], "yes" if row.is_reached else "**no**") for row in rows)]
    cells = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([cells[0], "|---|---|---|---|---|", *cells[1:]])


def where(database: str) -> str:
    """The machine and the moment in one line."""
    today = datetime.now(UTC).date().isoformat()
    return f"{today}, {os.cpu_count()} cores, Python {platform.python_version()}, {database}"


def keep(mark: str, command: str, rows: Sequence[Row], about: str) -> None:
    """Write the table between `<!-- mark -->` and `<!-- /mark -->` of the paper, which is made where it is missing."""
    text = PAPER.read_text() if PAPER.exists() else HEAD
    block = f"<!-- {mark} -->\n`{command}` — {about}\n\n{markdown(rows)}\n<!-- /{mark} -->"
    between = re.compile(rf"<!-- {mark} -->.*?<!-- /{mark} -->", re.DOTALL)
    PAPER.write_text(between.sub(lambda _: block, text) if between.search(text) else f"{text.rstrip()}\n\n{block}\n")
