"""What each team answers for, so that the directory finds it by its services (settings.TEAM_SUBJECTS)."""

from collections import defaultdict
from uuid import UUID

from django.urls import reverse

from incidents.models import Service


def subjects() -> dict[UUID, list[tuple[str, str]]]:
    """The services in use by the team that owns them: (name, address of its page)."""
    found: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for owner, name, slug in Service.objects.filter(retired_at=None, owner__isnull=False).values_list(
        "owner_id", "name", "slug"
    ):
        found[owner].append((name, reverse("service", args=[slug])))
    return dict(found)
