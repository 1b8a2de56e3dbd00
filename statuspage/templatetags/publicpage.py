"""Tags of the public page: times in UTC, statuses and states in a shape and a word. They draw; they decide nothing."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kit import icons
from statuspage import wording
from statuspage.models import PublicIncident
from statuspage.vocabulary import Impact, State, Status, status_of

if TYPE_CHECKING:
    # Every process reads these filters, and few draw a page.
    from statuspage.sheets import Part

register = template.Library()

STATUS_SHAPES = {
    Status.OPERATIONAL: "circle-check",
    Status.UNDER_MAINTENANCE: "tool",
    Status.DEGRADED_PERFORMANCE: "alert-triangle",
    Status.PARTIAL_OUTAGE: "circle-half-2",
    Status.MAJOR_OUTAGE: "square-filled",
}
STATE_SHAPES = {
    State.INVESTIGATING: "search",
    State.IDENTIFIED: "flag",
    State.MONITORING: "activity",
    State.RESOLVED: "circle-check",
    State.POSTMORTEM: "book",
    State.SCHEDULED: "calendar",
    State.IN_PROGRESS: "tool",
    State.VERIFYING: "eye",
    State.COMPLETED: "circle-check",
}
INDICATOR_SHAPES = {
    "none": "circle-check",
    "maintenance": "tool",
    "minor": "alert-triangle",
    "major": "circle-half-2",
    "critical": "square-filled",
}
register.filter("body", wording.html)
register.filter("lasted", wording.span)
register.filter("day", wording.calendar_day)


@register.filter
def was_later(recorded_at: datetime, held_at: datetime) -> bool:
    """Whether it was written down noticeably after it held (E11)."""
    return recorded_at - held_at >= timedelta(minutes=1)


@register.simple_tag
def at(instant: datetime, form: str = "") -> SafeString:
    """“23 Nov, 14:30 UTC”; `form` is “clock” for the time alone, “full” for the year as well."""
    utc = instant.astimezone(UTC)
    days = {"clock": "", "full": f"{wording.calendar_day(utc)}, "}.get(form, f"{utc.day} {utc:%b}, ")
    return format_html('<time datetime="{}">{}{} UTC</time>', f"{utc:%Y-%m-%dT%H:%M:%SZ}", days, f"{utc:%H:%M}")


@register.simple_tag
def on(first: date, form: str = "") -> SafeString:
    """A day, or a month where `form` is “month”."""
    if form == "month":
        return format_html('<time datetime="{}">{}</time>', f"{first:%Y-%m}", f"{first:%B %Y}")
    return format_html('<time datetime="{}">{}</time>', first.isoformat(), wording.calendar_day(first))


@register.simple_tag
@lru_cache(maxsize=64)
def status(word: str) -> SafeString:
    """A component's status: its shape and its word; an unknown one is drawn as the worst and says so."""
    known = status_of(word)
    label = known.label if known == word else "Unknown"
    return format_html(
        '<span class="sign" data-status="{}">{} {}</span>', known, icons.icon(STATUS_SHAPES[known]), label
    )


@register.simple_tag
def plain_part(part: "Part") -> SafeString:
    """A component of a page that has too many for bars; by hand, because a template for each takes too long."""
    one = part.component
    about = format_html('<p class="quiet">{}</p>', one.description) if one.description else ""
    share = format_html('<p class="scale"><b>{} % uptime</b></p>', part.percent) if part.percent else ""
    return format_html(
        '<li class="part" id="component-{}"><div class="row"><p class="what">{}</p>{}</div>{}{}</li>',
        one.public_id, one.name, status(part.word), about, share,
    )  # fmt: skip


@register.simple_tag
def state(incident: PublicIncident) -> SafeString:
    """Where an incident stands: its shape and its word."""
    if incident.lacks_its_end:
        return format_html('<span class="sign">{} {}</span>', icons.icon("help"), "Closing update not recorded")
    if incident.cancelled_at:
        return format_html('<span class="sign">{} {}</span>', icons.icon("x"), "Cancelled")
    return step(incident.state)


@register.simple_tag
@lru_cache(maxsize=64)
def step(word: str, label: str = "") -> SafeString:
    """One bulletin's state."""
    known = State(word)
    return format_html(
        '<span class="sign" data-state="{}">{} {}</span>', known, icons.icon(STATE_SHAPES[known]), label or known.label
    )


@register.simple_tag
def impact(incident: PublicIncident) -> str:
    """“Major impact”, “Maintenance”; empty where it had none."""
    known = incident.shown_impact
    if known == Impact.NONE:
        return ""
    return known.label if known == Impact.MAINTENANCE else f"{known.label} impact"


@register.simple_tag
def indicator(word: str) -> SafeString:
    return icons.icon(INDICATOR_SHAPES[word])
