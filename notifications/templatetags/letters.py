"""Tags about the letters of an incident, for its room."""

import json
from typing import Any
from uuid import UUID

from django import template

from incidents.models import Incident
from notifications import panel
from notifications.models import Delivery
from notifications.vocabulary import Channel, State

register = template.Library()


@register.inclusion_tag("notifications/panel.html", takes_context=True)
def letters_panel(context: dict[str, Any], incident: Incident) -> dict[str, Any]:
    """How the incident's letters stand: counts, pages, the latest notices, errors."""
    return {"panel": panel.Panel(incident), "incident": incident, "request": context["request"]}


@register.simple_tag
def page_states(incident: Incident) -> dict[str, list[Delivery]]:
    """The pages of everybody who has not answered, by their id: `{% page_states incident as pages %}`."""
    found: dict[str, list[Delivery]] = {}
    for letter in panel.Panel(incident).pages:
        found.setdefault(letter.recipient.split(":")[1], []).append(letter)
    return found


@register.filter
def pages_to(pages: dict[str, list[Delivery]] | str, person: UUID) -> list[Delivery]:
    """One person's among them, each contact's in the order in which they ring."""
    return pages.get(str(person), []) if isinstance(pages, dict) else []


@register.filter
def sent_by(letters: list[Delivery]) -> str:
    """“by mail and SMS”: how a page went out so far; nothing where it has not."""
    ways = dict.fromkeys(way(letter) for letter in letters if letter.state == State.SENT)
    return f"by {' and '.join(ways)}" if ways else ""


@register.filter
def way(letter: Delivery) -> str:
    """“mail”, “webhook”, or the name of the service; never somebody's own address."""
    if letter.channel == Channel.SERVICE:
        return letter.label.rpartition(", ")[2]
    return "mail" if letter.channel == Channel.MAIL else letter.get_channel_display().lower()


@register.simple_tag(takes_context=True)
def audience_reach(context: dict[str, Any], incident: Incident) -> str:
    """“1,1,6”: for each person an update could reach, the sum of their audiences (`panel.BITS`)."""
    return ",".join(str(mask) for mask in panel.reach(incident, but=context["request"].user))


@register.simple_tag(takes_context=True)
def audience_counts(context: dict[str, Any], incident: Incident) -> dict[str, int]:
    """How many people an update would reach now, by audience; its author is not counted among the responders."""
    found = panel.reach(incident, but=context["request"].user)
    return {to.value: sum(bool(mask & bit) for mask in found) for to, bit in panel.BITS.items()}


@register.simple_tag(takes_context=True)
def people_reached(context: dict[str, Any], incident: Incident, audiences: list[str]) -> int:
    """How many people are in any of the audiences, each counted once."""
    ticked = sum(bit for to, bit in panel.BITS.items() if to.value in audiences)
    return sum(bool(mask & ticked) for mask in panel.reach(incident, but=context["request"].user))


@register.simple_tag
def told_when_confirmed(incident: Incident, severity: str) -> list[str]:
    """“1 executive”, “3 stakeholders”: who hears by itself once this severity is confirmed."""
    found = panel.told_when_confirmed(incident, severity)
    return [f"{count} {to.label.lower() if count != 1 else to.label.lower().removesuffix('s')}" for to, count in found]


@register.filter
def grouped(number: int) -> str:
    """“1,231”."""
    return f"{number:,}"


@register.filter
def pretty(body: dict[str, Any]) -> str:
    """A webhook's body for reading."""
    return json.dumps(body, ensure_ascii=False, indent=2)


@register.filter
def called(letter: Delivery) -> str:
    """Who is paged, by name."""
    event = letter.notice.event
    return str(event.data["name"]) if event and "name" in event.data else letter.label


@register.filter
def reader(letter: Delivery) -> str:
    """Who a letter is for, as the room says it: strangers have no address there."""
    return letter.notice.get_audience_display() if panel.is_stranger(letter) else letter.label
