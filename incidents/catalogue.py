"""The service catalogue: adding a service, changing it, retiring it, and who is on call for each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from incidents import search
from incidents.models import Service
from kit import clock
from kit.lines import check_line
from kit.rules import check, require
from roles import rotations
from roles.models import Team, User
from roles.rotations import Shift
from statuspage.models import Component

MANAGE = "incidents.manage_catalogue"


@dataclass(frozen=True)
class ServiceCard:
    """A service as the catalogue shows it."""

    service: Service
    on_call: Shift | None
    open_incidents: int


def cards(user: User, now: datetime) -> list[ServiceCard]:
    """Every service with its owner, who is on call for it and its open incidents."""
    shifts = {shift.rotation.team_id: shift for shift in reversed(rotations.on_call_now(now))}
    counts = search.open_by_service(user)
    services = Service.objects.filter(retired_at=None).select_related("owner").prefetch_related("components")
    return [
        ServiceCard(one, shifts.get(one.owner_id) if one.owner_id else None, counts.get(one.pk, 0)) for one in services
    ]


@transaction.atomic(durable=True)
def save(
    service: Service | None, *, actor: User, name: str, owner: Team | None, components: Iterable[Component], **said: Any
) -> Service:
    """Add a service, or change one. `said` are its other fields."""
    require(actor, MANAGE)
    check_line(name, "no_name", "A service needs a name.", field="name")
    taken = Service.objects.filter(name__iexact=name.strip())
    taken = taken.exclude(pk=service.pk) if service else taken
    check(not taken.exists(), "name_taken", f"There is a service “{name.strip()}” already.", field="name")
    kept = Service.objects.select_for_update().get(pk=service.pk) if service else Service()
    kept.name, kept.owner = name.strip(), owner
    kept.slug = kept.slug or _free_slug(name)
    for field, value in said.items():
        setattr(kept, field, value)
    kept.save()
    kept.components.set(components)
    return kept


@transaction.atomic(durable=True)
def retire(service: Service, *, actor: User) -> Service:
    """It is run no more; what happened to it stays."""
    require(actor, MANAGE)
    kept = Service.objects.select_for_update().get(pk=service.pk)
    kept.retired_at = clock.now()
    kept.save()
    return kept


def _free_slug(name: str) -> str:
    base = slugify(name)[:100] or "service"
    taken = set(Service.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for n in range(1, len(taken) + 2) if (slug := base if n == 1 else f"{base}-{n}") not in taken)
