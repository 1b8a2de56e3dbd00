"""How the page says things to readers: its headline, spans of time, and what a day was like. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from django.utils.safestring import SafeString

from kit import markup
from statuspage.uptime import Day, Weights
from statuspage.vocabulary import WORSE, Status

# The headline of the documents in plain words, where those of the contract say little to a reader.
SENTENCES = {
    "All Systems Operational": "All Systems Operational",
    "Service Under Maintenance": "Some systems are under maintenance",
    "Partially Degraded Service": "Some systems are degraded",
    "Degraded System Service": "All systems are degraded",
    "Minor Service Outage": "Some systems are partly down",
    "Partial System Outage": "Important systems are down",
    "Major Service Outage": "All systems are down",
}


@lru_cache(maxsize=4096)
def html(text: str) -> SafeString:
    """A bulletin's text as HTML; kept, for the same words stand on several sheets and in every rendering."""
    return markup.to_html(text)


def open_now(incidents: int, maintenances: int) -> str:
    """“1 incident is open, 2 maintenances are under way.”; empty where there is nothing."""
    said = []
    if incidents:
        said.append(f"{incidents} incident{' is' if incidents == 1 else 's are'} open")
    if maintenances:
        said.append(f"{maintenances} maintenance{' is' if maintenances == 1 else 's are'} under way")
    return f"{', '.join(said)}." if said else ""


def span(lasted: timedelta) -> str:
    """“40 s”, “34 min”, “3 h 05 min”, “2 d 4 h”; never negative."""
    seconds = max(0, int(lasted.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 86_400:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
    return f"{seconds // 86_400} d {seconds % 86_400 // 3600} h"


def calendar_day(on: date) -> str:
    return f"{on.day} {on:%b %Y}"


def of_day(day: Day) -> str:
    """“12 Oct 2026: partial outage 34 min, degraded performance 5 min”."""
    return f"{calendar_day(day.on)}: {trouble(day)}"


def trouble(day: Day) -> str:
    """What was the matter on that day, the worst first; “no outage” where nothing was."""
    if not day.is_known:
        return "not measured yet"
    worst_first = sorted(day.spans.items(), key=lambda one: WORSE.index(one[0]), reverse=True)
    return ", ".join(f"{status.label.lower()} {span(lasted)}" for status, lasted in worst_first) or "no outage"


def of_ninety_days(name: str, days: Sequence[Day], percent: str) -> str:
    """What a screen reader says of the bars as a whole."""
    bad = sum(1 for day in days if day.minutes > 0)
    outages = {0: "no day with an outage", 1: "1 day with an outage"}.get(bad, f"{bad} days with an outage")
    return f"{name}, last {len(days)} days: {percent} % uptime, {outages}"


def formula(weights: Weights) -> str:
    """How the uptime is reckoned, with the page's own weights."""
    counted = ", ".join(
        f"{status.label.lower()} {weights.of(status)} %"
        for status in (Status.MAJOR_OUTAGE, Status.PARTIAL_OUTAGE, Status.DEGRADED_PERFORMANCE)
        if weights.of(status)
    )
    return (
        "Uptime is the share of the last 90 days in which a component was up, rounded down. "
        f"What a minute counts as down: {counted or 'nothing'}; everything else counts as up. "
        "Where incidents overlap, the worse one counts. A group is the mean of its parts."
    )
