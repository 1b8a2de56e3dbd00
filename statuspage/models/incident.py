"""What readers are told: public incidents and maintenances, their bulletins, and what these say of components."""

from functools import cached_property
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from statuspage.models.page import Component, Page, page_id
from statuspage.questions import PublicIncidentQuerySet
from statuspage.vocabulary import INCIDENT_STATES, MAINTENANCE_STATES, OPEN_STATES, Impact, State, Status


class PublicIncident(models.Model):
    """What readers are told about one disturbance, or one maintenance (`is_maintenance`), in its own words."""

    public_id = models.CharField(max_length=12, unique=True, default=page_id, editable=False)
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="public_incidents")
    is_maintenance = models.BooleanField(default=False)
    name = models.CharField(max_length=200)
    # Always the state of its newest bulletin.
    state = models.CharField(max_length=16, choices=State)
    impact = models.CharField(max_length=12, choices=Impact, default=Impact.NONE)
    impact_override = models.CharField(max_length=12, choices=Impact, blank=True)
    started_at = models.DateTimeField()
    monitoring_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    scheduled_for = models.DateTimeField(null=True)
    scheduled_until = models.DateTimeField(null=True)
    # When the last bulletin promised the next one; shown to readers.
    next_update_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    # A maintenance that was moved by hand once stays with the hand; the clock leaves it alone.
    is_automatic = models.BooleanField(default=False)
    cancelled_at = models.DateTimeField(null=True)
    # What a maintenance does to a component by its public id, where that is not “under maintenance”.
    effects = models.JSONField(default=dict)
    # When subscribers are reminded that it begins; empty once they were, and where nobody wants it.
    remind_at = models.DateTimeField(null=True)
    # The maintenance that broke something and became this incident.
    came_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="became")
    # Counts what was said or changed, so that a page that says the same is not drawn again.
    revision = models.PositiveIntegerField(default=1)
    is_imported = models.BooleanField(default=False)
    external_id = models.CharField(max_length=64, blank=True)

    objects = PublicIncidentQuerySet.as_manager()

    class Meta:
        ordering = ("-started_at",)
        indexes: ClassVar = [
            models.Index(fields=("page", "-started_at"), name="public_incident_by_start"),
            models.Index(fields=("page", "-created_at", "-id"), name="public_incident_newest"),
            models.Index(fields=("state", "scheduled_for"), condition=Q(is_maintenance=True), name="maintenance_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("page", "external_id"), condition=~Q(external_id=""), name="public_incident_imported_once"
            ),
            models.CheckConstraint(
                condition=Q(is_maintenance=False, state__in=INCIDENT_STATES)
                | Q(is_maintenance=True, state__in=MAINTENANCE_STATES),
                name="state_fits_kind",
            ),
            models.CheckConstraint(
                condition=Q(is_maintenance=False)
                | Q(scheduled_for__isnull=False, scheduled_until__gt=F("scheduled_for")),
                name="maintenance_has_window",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def told(self) -> list["Bulletin"]:
        """Its bulletins, newest first, as they were when first asked for; `reading.fill` fetches many at once."""
        return list(self.bulletins.all())

    @property
    def shown_impact(self) -> Impact:
        """What readers see: a maintenance is one; else the override where there is one, else what it came to."""
        return Impact.MAINTENANCE if self.is_maintenance else Impact(self.impact_override or self.impact)

    @property
    def is_current(self) -> bool:
        """It goes on, or lies ahead. What was imported is history, even where its closing update was lost."""
        return self.state in OPEN_STATES and not self.is_imported

    @property
    def lacks_its_end(self) -> bool:
        """Imported without its closing update; nobody knows when it ended."""
        return self.is_imported and self.state in OPEN_STATES


class Bulletin(models.Model):
    """One public update. Append-only: a mistake is put right by another bulletin."""

    public_id = models.CharField(max_length=12, unique=True, default=page_id, editable=False)
    public_incident = models.ForeignKey(PublicIncident, on_delete=models.CASCADE, related_name="bulletins")
    state = models.CharField(max_length=16, choices=State)
    body = models.TextField()
    # When it holds for readers; may lie before created_at (back-dated).
    display_at = models.DateTimeField()
    created_at = models.DateTimeField()
    # After created_at means edited.
    updated_at = models.DateTimeField()
    next_update_at = models.DateTimeField(null=True)
    tells_subscribers = models.BooleanField(default=True)
    # News although the state stays: a reminder, a maintenance that was moved, a correction.
    is_news = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    external_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-display_at", "-pk")
        indexes: ClassVar = [
            models.Index(fields=("public_incident", "-display_at"), name="bulletin_newest_first"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(body=""), name="bulletin_says_something"),
        ]

    @cached_property
    def touches(self) -> list["AffectedComponent"]:
        """What it says of components, as it was when first asked for; `reading.fill` fetches many at once."""
        return list(self.affected.all())


class AffectedComponent(models.Model):
    """What a bulletin says about one component; its name as it was then."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.CASCADE, related_name="affected")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="affected_by")
    name = models.CharField(max_length=120)
    old_status = models.CharField(max_length=24, choices=Status)
    new_status = models.CharField(max_length=24, choices=Status)

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("bulletin", "component"), name="component_once_a_bulletin"),
        ]
