"""CSV with cells that no spreadsheet takes for a formula (E46)."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

# A spreadsheet evaluates a cell that begins with one of these.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Line:
    """What the CSV writer writes to: it hands each line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(head)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def cell(value: object) -> str:
    """A value as a cell: nothing for None, times in ISO 8601 UTC, and an apostrophe before a would-be formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.lstrip(" ").startswith(DANGEROUS) else text
