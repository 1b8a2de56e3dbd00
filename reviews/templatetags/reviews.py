"""Tags by which the room and the board show what looking back has to say."""

from typing import Any

from django import template

from incidents.models import Incident
from reviews import checks
from reviews.models import Action, Review

register = template.Library()
FEW = 10


@register.simple_tag
def review_of(incident: Incident) -> Review | None:
    return Review.objects.filter(incident=incident).select_related("author").first()


@register.simple_tag
def actions_of(incident: Incident) -> list[Action]:
    return list(Action.objects.filter(incident=incident).select_related("owner"))


@register.simple_tag
def review_required(incident: Incident) -> bool:
    return checks.is_required(incident)


@register.simple_tag(takes_context=True)
def my_actions(context: dict[str, Any]) -> list[Action]:
    """The viewer's actions that are not done."""
    user = context["request"].user
    mine = Action.objects.visible_to(user).open().filter(owner=user)
    return list(mine.select_related("incident", "owner")[:FEW])
