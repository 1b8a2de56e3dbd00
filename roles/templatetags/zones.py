"""Tags for times in somebody else's zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kit import clock, icons

register = template.Library()
NIGHT_ENDS, NIGHT_STARTS = 7, 22


@register.simple_tag
def local_time(zone: str) -> SafeString:
    """What a colleague's clock shows now, and whether it is night there: “03:10 in Tokyo, night”."""
    local = clock.shown().astimezone(ZoneInfo(zone))
    night = "" if NIGHT_ENDS <= local.hour < NIGHT_STARTS else format_html(", {} night", icons.icon("moon"))
    return format_html(
        '<span title="{}, {}">{} in {}{}</span>',
        zone,
        f"{local:%a %d %b}",
        f"{local:%H:%M}",
        place(zone),
        night,
    )


@register.simple_tag
def in_zone(at: datetime, zone: str) -> SafeString:
    """A time on the wall clock of a zone, with the zone's own abbreviation: “Mon 30 Nov, 09:00 GMT”."""
    local = at.astimezone(ZoneInfo(zone))
    return format_html(
        '<time datetime="{}" class="nowrap">{}</time>',
        f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        f"{local:%a} {local.day} {local:%b}, {local:%H:%M} {local.tzname()}",
    )


@register.filter
def place(zone: str) -> str:
    """“America/Argentina/Buenos_Aires” is “Buenos Aires”."""
    return zone.rpartition("/")[2].replace("_", " ")
