"""Filters of reports: times in UTC, durations in words, entries of a timeline as a sentence."""

from datetime import datetime

from django import template

from incidents import narrative
from incidents.models import Event
from insights import spelling

register = template.Library()


@register.filter
def utc(moment: datetime | None) -> str:
    """A report says the same to whoever reads it, wherever."""
    return spelling.at(moment)


@register.filter
def spelled(seconds: int | None) -> str:
    return "–" if seconds is None else spelling.span(seconds)


@register.filter
def in_words(event: Event) -> str:
    return narrative.sentence(event)
