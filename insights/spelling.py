"""How reports and charts spell times and durations. Every process reads it with the filters of the templates.

Pure, and without anything else of the room: what draws a report or a chart is imported by whoever asks for one.
"""

from datetime import UTC, datetime


def at(moment: datetime | None) -> str:
    """Minutes in UTC; a dash where it is not known."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "–"


def span(seconds: float) -> str:
    """A duration in words, rounded to its last word: “45 s”, “23 min”, “1 h 04 min”, “2 d 4 h”."""
    if round(seconds) < 60:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02d} min" if minutes % 60 else f"{minutes // 60} h"
    hours = round(seconds / 3600)
    return f"{hours // 24} d {hours % 24} h" if hours % 24 else f"{hours // 24} d"


def brief(seconds: float) -> str:
    """The same for a narrow column: “23 min”, “1 h 04”, “2 d 4 h”."""
    return span(seconds).removesuffix(" min") if 3600 <= seconds < 86400 else span(seconds)
