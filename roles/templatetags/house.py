"""Tags that every template may use: icons, times, marks, navigation. They render; they decide nothing."""

from datetime import UTC, datetime
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kit import clock, icons, markup

register = template.Library()
register.simple_tag(static, name="static")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    return icons.icon(name, label)


@register.filter
def markdown(text: str) -> SafeString:
    return markup.to_html(text)


@register.simple_tag
def page_now() -> int:
    """Milliseconds since 1970, so that countdowns keep to our clock and not to the reader's."""
    return int(clock.shown().timestamp() * 1000)


@register.simple_tag
def when(at: datetime | None, form: str = "") -> SafeString:
    """A time in the viewer's zone with UTC one tap apart: “14:30”, with the day where it is not today.

    `form` is “full” for day, time and zone, “day” for the date alone.
    """
    if at is None:
        return format_html('<span class="soft">{}</span>', "—")
    local = timezone.localtime(at)
    now = timezone.localtime(clock.shown())
    utc = at.astimezone(UTC)
    same_day = form != "full" and local.date() == now.date()
    return format_html(
        '<time datetime="{}" title="{}" data-utc="{}" class="nowrap">{}</time>',
        f"{utc:%Y-%m-%dT%H:%M:%S.%fZ}",
        f"{local:%a %d %b %Y %H:%M:%S %Z} · {utc:%H:%M:%S} UTC",
        _spell(utc, form, same_day, now.year, "UTC"),
        _spell(local, form, same_day, now.year, local.tzname() or ""),
    )


def _spell(at: datetime, form: str, same_day: bool, this_year: int, zone: str) -> str:
    day = f"{at.day} {at:%b}" if at.year == this_year else f"{at.day} {at:%b %Y}"
    if form == "day":
        return f"{at.day} {at:%b %Y}"
    if form == "full":
        return f"{at:%a} {day}, {at:%H:%M} {zone}"
    clock_face = f"{at:%H:%M}{' UTC' if zone == 'UTC' else ''}"
    return clock_face if same_day else f"{day}, {clock_face}"


@register.simple_tag
def ago(at: datetime | None) -> SafeString:
    """How long ago, kept running in the browser: “12 min”."""
    if at is None:
        return format_html('<span class="soft">{}</span>', "—")
    return format_html(
        '<time datetime="{0}" data-since="{0}" title="{1}" class="nowrap">{2}</time>',
        f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        f"{timezone.localtime(at):%a %d %b %Y %H:%M:%S %Z}",
        duration((clock.shown() - at).total_seconds()),
    )


@register.simple_tag
def due(at: datetime) -> SafeString:
    """A countdown that turns to “late by 2 min”; the clock beside it is filled when it is late."""
    left = (at - clock.shown()).total_seconds()
    late = left < 0
    text = f"late by {duration(-left)}" if late else countdown(left)
    return format_html(
        '<time class="due{}" datetime="{}" data-due="{}" title="{}">{} <span data-count>{}</span></time>',
        " is-late" if late else "",
        f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        f"{timezone.localtime(at):%a %d %b %Y %H:%M:%S %Z}",
        icons.icon("clock-filled" if late else "clock"),
        text,
    )


@register.simple_tag
def left(at: datetime) -> str:
    """How long until then, where nothing is late afterwards: “4 s”."""
    return duration((at - clock.shown()).total_seconds())


@register.filter
def duration(seconds: float | None) -> str:
    """A span in words: “45 s”, “12 min”, “3 h 05 min”, “2 d 4 h”."""
    if seconds is None:
        return "—"
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


def countdown(seconds: float) -> str:
    """“06:12” below an hour, words above."""
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}" if seconds < 3600 else duration(seconds)


SHAPES = {"S1": "square-filled", "S2": "square-half", "S3": "square", "S4": "circle-filled"}


@register.simple_tag
def severity(level: str, label: str = "") -> SafeString:
    """The mark of a severity: its shape, its code and, where given, its word."""
    text = f"{level} {label}".strip() if level else "Unknown"
    return format_html(
        '<span class="severity" data-severity="{}">{} {}</span>',
        level,
        icons.icon(SHAPES.get(level, "help")),
        text,
    )


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The main navigation (settings.NAVIGATION), with the entry one is in."""
    request: HttpRequest = context["request"]
    items = []
    for label, name, permission in settings.NAVIGATION:
        url = reverse(name)
        inside = request.path == url if url == "/" else request.path.startswith(url)
        if not permission or request.user.has_perm(permission):
            items.append({"label": label, "url": url, "current": inside})
    return items


@register.filter
def may(user: Any, permission: str) -> bool:
    """`{% if request.user|may:"roles.manage_people" %}`."""
    return bool(user.has_perm(permission))


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: object) -> str:
    """The address's query with some values changed; an empty one drops its key."""
    parameters = context["request"].GET.copy()
    for key, value in changes.items():
        parameters.pop(key, None)
        if value not in (None, ""):
            parameters[key] = str(value)
    return f"?{parameters.urlencode()}"
