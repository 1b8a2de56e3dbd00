"""Tags of the room: a sentence of the timeline with its times in the reader's zone."""

from collections.abc import Iterable

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from incidents import board
from incidents.models import Engagement, Obligation
from incidents.narrative import Part
from roles.templatetags.house import when

register = template.Library()


@register.simple_tag
def whom(owed: Obligation, engagements: Iterable[Engagement]) -> str:
    """Whom it waits for."""
    return board.whom(owed, engagements)


@register.simple_tag
def told(parts: Iterable[Part]) -> SafeString:
    """The parts of a sentence as one; what is an instant becomes a time that can be tapped."""
    return SafeString("".join(conditional_escape(part) if isinstance(part, str) else when(part) for part in parts))
