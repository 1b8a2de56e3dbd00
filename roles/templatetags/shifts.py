"""Tags about the viewer's own shifts, for their home."""

from datetime import datetime, timedelta
from typing import Any

from django import template

from kit import clock
from roles import rotations
from roles.rotations import Shift

register = template.Library()
AHEAD = timedelta(days=14)
FEW = 2


@register.simple_tag(takes_context=True)
def my_next_shifts(context: dict[str, Any]) -> list[Shift]:
    """The shift the viewer has now, and the next; of the fourteen days ahead."""
    return rotations.shifts_of(context["request"].user, clock.shown(), AHEAD)[:FEW]


@register.simple_tag
def page_time() -> datetime:
    return clock.shown()
