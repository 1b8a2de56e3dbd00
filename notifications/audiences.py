"""Audiences: who is among the stakeholders and the executives."""

from django.db import transaction

from incidents.vocabulary import Audience
from kit.rules import check, require
from notifications.models import AudienceMember
from roles.models import User

MANAGE = "notifications.manage_channels"
NAMES = (Audience.STAKEHOLDERS, Audience.EXECUTIVES)


def members(audience: str) -> list[AudienceMember]:
    """Its people by name."""
    found = AudienceMember.objects.filter(audience=audience).select_related("person")
    return list(found.order_by("person__name", "person__email"))


@transaction.atomic(durable=True)
def add(audience: str, person: User, *, actor: User) -> AudienceMember:
    """Tell this person what the audience is told, from now on. Adding twice is adding once."""
    require(actor, MANAGE)
    check(audience in NAMES, "no_such_audience", "There are stakeholders and executives.", field="audience")
    check(person.is_active, "left", f"{person} has left the organisation.", field="person")
    return AudienceMember.objects.get_or_create(audience=audience, person=person)[0]


@transaction.atomic(durable=True)
def remove(audience: str, person: User, *, actor: User) -> None:
    """From now on they hear nothing by it; letters that wait for them are cancelled."""
    require(actor, MANAGE)
    AudienceMember.objects.filter(audience=audience, person=person).delete()
