"""The report of a month or a quarter: areas beside each other, every one with the same columns (BG1-4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from insights import spelling
from insights.choosing import Choice
from insights.distributions import summarise
from insights.pools import Pool
from kit import tables

MOST_INCIDENTS = 100
HEAD = (
    "Area", "Incidents", "Resolved", "Half mitigated within", "Nine of ten within", "Half resolved within",
    "S1 and S2 mitigated within 30 min", "Pages answered within 15 min", "Public updates on time", "Reopened",
    "False alarms",
)  # fmt: skip
RATES = ("half_hour", "page", "public_update", "reopened", "false_alarm")


@dataclass(frozen=True)
class Stretch:
    """A month or a quarter, by the name that stands in addresses, with its days."""

    name: str
    label: str
    first: date
    last: date


def month(year: int, number: int) -> Stretch:
    first = date(year, number, 1)
    return Stretch(f"{first:%Y-%m}", f"{first:%B %Y}", first, _end(first, 1))


def quarter(year: int, number: int) -> Stretch:
    first = date(year, 3 * number - 2, 1)
    return Stretch(f"{year}-Q{number}", f"quarter {number} of {year}", first, _end(first, 3))


def _end(first: date, months: int) -> date:
    following = first.year * 12 + first.month - 1 + months
    return date(following // 12, following % 12 + 1, 1) - timedelta(days=1)


def parse(name: str) -> Stretch:
    """“2026-11”, “2026-Q4”. Raises `ValueError` for another name."""
    year, _, part = name.partition("-")
    return quarter(int(year), int(part[1:])) if part.startswith("Q") else month(int(year), int(part))


def recent(today: date) -> list[Stretch]:
    """The months and quarters of the last two years that one can choose, the newest first."""
    months = [month(number // 12, number % 12 + 1) for number in _counted_back(today.year * 12 + today.month - 1, 24)]
    first = today.year * 4 + (today.month - 1) // 3
    return months + [quarter(number // 4, number % 4 + 1) for number in _counted_back(first, 8)]


def _counted_back(newest: int, many: int) -> range:
    return range(newest, newest - many, -1)


def lines(choice: Choice) -> Iterator[list[str]]:
    """A line for the company and one for each area, in words."""
    yield _line("All", choice.everything)
    for group, pool in choice.rows.items():
        yield _line(group.label, pool)


def _line(label: str, pool: Pool) -> list[str]:
    mitigate, resolve = summarise(pool.runs("mitigate")), summarise(pool.runs("resolve"))
    halves = (
        spelling.span(found.p50) if (found := mitigate.percentiles) else "–",
        spelling.span(found.p90) if (found := mitigate.percentiles) else "–",
        spelling.span(found.p50) if (found := resolve.percentiles) else "–",
    )
    kept = (f"{rate.hits} of {rate.n}" if (rate := pool.proportion(key)) else "–" for key in RATES)
    return [label, str(pool.n), str(resolve.n), *halves, *kept]


def csv(choice: Choice) -> Iterator[str]:
    return tables.lines(HEAD, lines(choice))
