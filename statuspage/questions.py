"""Questions about what is public; QuerySet methods that read like English."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, Min, OuterRef, Q
from django.db.models.functions import Coalesce, Least

from statuspage.vocabulary import OPEN_STATES, UNRESOLVED, State

# Three calendar months, and a day for the page's zone.
REACH = timedelta(days=94)

if TYPE_CHECKING:
    from statuspage.models import Component, PublicIncident, Subscriber  # noqa: F401


class ComponentQuerySet(models.QuerySet["Component"]):
    """Components in the order readers see them."""

    def current(self) -> Self:
        return self.filter(retired_at=None)

    def leaves(self) -> Self:
        return self.current().filter(is_group=False)


class PublicIncidentQuerySet(models.QuerySet["PublicIncident"]):
    """Public incidents and maintenances."""

    def incidents(self) -> Self:
        return self.filter(is_maintenance=False)

    def maintenances(self) -> Self:
        return self.filter(is_maintenance=True)

    def unresolved(self) -> Self:
        """Open incidents; what was imported is history and never current."""
        return self.incidents().filter(state__in=UNRESOLVED, is_imported=False)

    def ahead(self) -> Self:
        return self.maintenances().filter(state=State.SCHEDULED, is_imported=False)

    def current(self) -> Self:
        return self.filter(state__in=OPEN_STATES, is_imported=False)

    def telling(self) -> Self:
        """Those whose state is true: what was imported without its closing update still says “investigating”."""
        return self.exclude(state__in=OPEN_STATES, is_imported=True)

    def begun(self) -> Self:
        """Everything but what is only announced."""
        return self.exclude(state=State.SCHEDULED, is_imported=False)

    def touching(self, since: datetime) -> Self:
        """What went on, or was told, at or after an instant."""
        lasting = Q(resolved_at=None, is_imported=False) | Q(resolved_at__gte=since)
        return self.filter(lasting | Q(started_at__gte=since) | Q(scheduled_for__gte=since) | Q(updated_at__gte=since))

    def needed_of_late(self, at: datetime) -> Self:
        """What may have touched the ninety days before an instant, or lies ahead."""
        return self.touching(at - REACH)

    def fifty(self, place: int, most: int) -> Self:
        """So many, the newest first as the documents list them; `place` counts such lists from 0."""
        return self.order_by("-created_at", "-pk")[place * most : (place + 1) * most]

    def began_within(self, since: datetime, until: datetime) -> Self:
        """What may stand in the history between two instants: by its work, its start or its early end."""
        span = (since, until)
        return self.filter(Q(started_at__range=span) | Q(scheduled_for__range=span) | Q(resolved_at__range=span))

    def first_began(self) -> datetime | None:
        """When the first of these began; a maintenance with its work, unless it was cancelled before."""
        began = Coalesce("scheduled_for", "started_at")
        found: datetime | None = self.aggregate(first=Min(Least(began, Coalesce("resolved_at", began))))["first"]
        return found


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    """Who wants to hear."""

    def confirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=False, ended_at=None)

    def pending(self) -> Self:
        """Asked to confirm, and silent so far."""
        return self.filter(confirmed_at=None, ended_at=None)

    def reachable(self) -> Self:
        """Confirmed, and their letters do not come back."""
        return self.confirmed().filter(quarantined_at=None)

    def quarantined(self) -> Self:
        return self.confirmed().exclude(quarantined_at=None)

    def hearing(self, components: Iterable[int], *, is_news: bool) -> Self:
        """Who of these hears a bulletin about the components; one without news is for those who want all."""
        found = self if is_news else self.filter(wants_all=True)
        # Asked for each row by index and not by a join, so that a large audience can be read in pieces.
        chosen = self.model.components.through.objects.filter(subscriber=OuterRef("pk"))
        return found.filter(~Exists(chosen) | Exists(chosen.filter(component__in=list(components))))

    def once_an_address(self) -> Self:
        """Without those who follow one incident and are among these by another subscription, too."""
        wider = self.filter(only=None, channel=OuterRef("channel"), address=OuterRef("address"))
        return self.exclude(Q(only__isnull=False) & Exists(wider))

    def caring(self, about: "PublicIncident | None", impacts: Iterable[str]) -> Self:
        """Who of these wants to hear of something of such an impact, or at worst: `impacts` are it and all below."""
        found = self.filter(Q(only=None) | Q(only=about)) if about else self.filter(only=None)
        return found.filter(least_impact__in=list(impacts))
