"""The page's small pictures: ninety bars, and a badge for other people's pages. SVG without styles or scripts."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString

from statuspage import uptime, wording
from statuspage.rollup import Headline
from statuspage.uptime import Day

STEP, BAR, HEIGHT = 5, 3, 34
# How tall a bar stands by its weighted minutes down: the worse, the shorter, so that it reads without colour.
HEIGHTS = ((0.0, HEIGHT), (20.0, 26), (60.0, 19))
SHORTEST = 12
NOT_MEASURED = "#8a94a3"
BADGE_COLOURS = {
    "none": "#1c7a43",
    "maintenance": "#1b58c4",
    "minor": "#8a5a00",
    "major": "#a8430a",
    "critical": "#a8201a",
}


def bars(days: Sequence[Day], label: str) -> SafeString:
    """One bar a day, oldest first, each with a tooltip in words."""
    drawn = "".join(
        _bar(place, day) if day.spans else _clear(place, day.on, is_known=day.is_known)
        for place, day in enumerate(days)
    )
    width = STEP * len(days) - (STEP - BAR)
    return SafeString(
        f'<svg class="bars" viewBox="0 0 {width} {HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(label)}" focusable="false">{drawn}</svg>'
    )


@lru_cache(maxsize=4 * uptime.DAYS)
def _clear(place: int, on: date, *, is_known: bool) -> str:
    """A day without trouble looks alike in every component's bars, and most days are without."""
    return _bar(place, Day(on, is_known=is_known))


def _bar(place: int, day: Day) -> str:
    height, fill = (3, NOT_MEASURED) if not day.is_known else (_height(day.minutes), uptime.colour(day.minutes))
    title = f"<title>{escape(wording.of_day(day))}</title>"
    # A day with lesser trouble than an outage keeps its colour; a gap across the bar marks it.
    if day.spans and not day.minutes:
        path = f"M{place * STEP} 0h{BAR}v15h-{BAR}zm0 19h{BAR}v15h-{BAR}z"
        return f'<path d="{path}" fill="{fill}">{title}</path>'
    return (
        f'<rect x="{place * STEP}" y="{HEIGHT - height}" width="{BAR}" height="{height}" fill="{fill}">{title}</rect>'
    )


def _height(minutes: float) -> int:
    return next((height for most, height in HEIGHTS if minutes <= most), SHORTEST)


def badge(headline: Headline) -> str:
    """“status | All Systems Operational” as a picture of its own."""
    # Seven units a letter is wide enough for every sans-serif there is; textLength holds it to that.
    said, width = escape(headline.description), 7 * len(headline.description)
    colour = BADGE_COLOURS[headline.indicator]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width + 70}" height="22" role="img" '
        f'aria-label="Status: {said}"><title>Status: {said}</title>'
        f'<rect width="{width + 70}" height="22" rx="4" fill="#39424e"/>'
        f'<path d="M54 0h{width + 12}a4 4 0 0 1 4 4v14a4 4 0 0 1-4 4H54z" fill="{colour}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        '<text x="9" y="15" textLength="36" lengthAdjust="spacingAndGlyphs">status</text>'
        f'<text x="62" y="15" textLength="{width}" lengthAdjust="spacingAndGlyphs">{said}</text></g></svg>'
    )


def dot(headline: Headline) -> str:
    """The icon of the browser's tab: the shape says what the colour says."""
    shapes = {
        "none": '<path d="M9 16l5 5 9-10" fill="none" stroke="#fff" stroke-width="3"/>',
        "maintenance": '<path d="M10 16h12" stroke="#fff" stroke-width="3"/>',
    }
    sign = shapes.get(headline.indicator, '<path d="M16 8v10M16 22v3" stroke="#fff" stroke-width="3.5"/>')
    colour = BADGE_COLOURS[headline.indicator]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="7" fill="{colour}"/>{sign}</svg>'
    )
