"""Tags of the home panels: what each group sees first; questions about what the viewer may see."""

from typing import Any

from django import template

from incidents import board
from incidents.models import Incident, Obligation
from incidents.visibility import IncidentQuerySet
from incidents.vocabulary import Duty, Visibility
from roles.models import User

register = template.Library()
FEW = 10


def _viewer(context: dict[str, Any]) -> User:
    user: User = context["request"].user
    return user


def _open(context: dict[str, Any]) -> IncidentQuerySet:
    return Incident.objects.visible_to(_viewer(context)).open()


@register.simple_tag(takes_context=True)
def waiting_for_levels(context: dict[str, Any]) -> list[Incident]:
    return list(_open(context).filter(severity_confirmed_at=None)[:FEW])


@register.simple_tag(takes_context=True)
def restricted(context: dict[str, Any]) -> list[Incident]:
    return list(_open(context).filter(visibility=Visibility.RESTRICTED)[:FEW])


@register.simple_tag(takes_context=True)
def of_type(context: dict[str, Any], type: str) -> list[Incident]:
    return list(_open(context).filter(type=type)[:FEW])


@register.simple_tag(takes_context=True)
def led_by_me(context: dict[str, Any]) -> list[Incident]:
    return board.led_by(_viewer(context))


@register.simple_tag(takes_context=True)
def communications_due(context: dict[str, Any]) -> list[Obligation]:
    duties = (Duty.PUBLIC_UPDATE, Duty.POSTURE)
    owed = Obligation.objects.visible_to(_viewer(context)).open().filter(duty__in=duties)
    return list(owed.select_related("incident").order_by("due_at")[:FEW])
