"""Providers: the services beyond mail and webhooks that an administrator has defined for people to be reached by."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from kit import clock
from kit.lines import check_line
from kit.rules import check, require
from notifications.models import Provider
from notifications.transports import service
from roles.models import User

MANAGE = "notifications.manage_channels"
PLACE = "{address}"
# What stands for a person's own address while a provider's is looked at.
SAMPLE = "+15551234567"


@dataclass(frozen=True)
class Service:
    """What somebody says of a provider; an empty template keeps the one that is there."""

    name: str
    template: str
    asks_for: str


@transaction.atomic(durable=True)
def save(said: Service, *, actor: User, pk: UUID | None = None) -> Provider:
    """Define one, or change it; people's contacts with it go by the new address from the next letter on."""
    require(actor, MANAGE)
    row = Provider.objects.select_for_update(of=("self",)).get(pk=pk) if pk else Provider(created_at=clock.now())
    _check_name(said.name, row)
    check(said.asks_for.strip(), "no_ask", "Say what people enter, such as “your mobile number”.", field="asks_for")
    if said.template or not row.template:
        _check_template(said.template.strip())
        row.template = said.template.strip()
    row.name, row.asks_for, row.created_by = said.name.strip(), said.asks_for.strip(), actor
    row.save()
    return row


@transaction.atomic(durable=True)
def remove(pk: UUID, *, actor: User) -> None:
    """With it go the contacts that people have by it."""
    require(actor, MANAGE)
    Provider.objects.get(pk=pk).delete()


def _check_name(name: str, row: Provider) -> None:
    check_line(name, "no_name", "Give it a name by which people know it.", field="name")
    namesake = Provider.objects.filter(name=name.strip()).exclude(pk=row.pk)
    check(not namesake.exists(), "name_taken", "There is a service of this name already.", field="name")


def _check_template(template: str) -> None:
    check(PLACE in template, "no_place", f"Write {PLACE} where a person's own address goes.", field="template")
    wrong = service.complaint(template.replace(PLACE, SAMPLE))
    check(not wrong, "no_service", wrong, field="template")
