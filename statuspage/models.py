"""Pages, components, public incidents and maintenances with their bulletins, and subscribers."""

import uuid
import zoneinfo
from functools import cached_property
from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from kit.secrets import new_id
from statuspage.questions import ComponentQuerySet, PublicIncidentQuerySet, SubscriberQuerySet
from statuspage.vocabulary import INCIDENT_STATES, MAINTENANCE_STATES, OPEN_STATES, Impact, State, Status


def validate_zone(name: str) -> None:
    """Refuse a time zone that the IANA database does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name}” is not a time zone. Allowed are IANA names such as Europe/Berlin or UTC.")


def page_id() -> str:
    return new_id()


PERCENT = MaxValueValidator(100, "Allowed is a whole number from 0 to 100.")


class Page(models.Model):
    """A public status page; `version` counts what was published. What lies on disk, `snapshot.standing` says."""

    public_id = models.CharField(max_length=12, unique=True, default=page_id, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    # The host name its readers type; the server in front maps it to the page's folder.
    host = models.CharField(max_length=253, blank=True)
    url = models.URLField(help_text="The address readers use, without a slash at the end.")
    description = models.CharField(max_length=240, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    accent = models.CharField("colour", max_length=7, default="#2563eb")
    # How much of a minute counts as down in the uptime, in percent; printed under the bars.
    major_weight = models.PositiveSmallIntegerField("a major outage counts as", default=100, validators=[PERCENT])
    partial_weight = models.PositiveSmallIntegerField("a partial outage counts as", default=30, validators=[PERCENT])
    degraded_weight = models.PositiveSmallIntegerField(
        "degraded performance counts as", default=0, validators=[PERCENT]
    )
    # A PNG; drawn at the head of every sheet.
    logo = models.BinaryField(blank=True, default=b"")
    # Its files lie apart, and only people of the house are shown them.
    is_private = models.BooleanField("private", default=False)
    version = models.PositiveBigIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("host",), condition=~Q(host=""), name="one_page_a_host"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def base(self) -> str:
        """What stands before every path of the page; nothing, unless it is private and lives behind our door."""
        return urlsplit(self.url).path.rstrip("/")


class Component(models.Model):
    """A part of the product that readers know, or a group of such parts (`is_group`).

    A leaf's status changes only with a bulletin; a group's is its worst child and not stored.
    """

    public_id = models.CharField(max_length=12, unique=True, default=page_id, editable=False)
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="components")
    group = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    is_group = models.BooleanField(default=False)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=240, blank=True)
    status = models.CharField(max_length=24, choices=Status, default=Status.OPERATIONAL)
    position = models.PositiveIntegerField(default=1)
    showcase = models.BooleanField(default=True)
    only_show_if_degraded = models.BooleanField(default=False)
    start_date = models.DateField(null=True, blank=True)
    # The id it has on the page it was imported from.
    external_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ComponentQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("page", "external_id"), condition=~Q(external_id=""), name="component_imported_once"
            ),
            models.CheckConstraint(condition=Q(is_group=False) | Q(group=None), name="groups_do_not_nest"),
        ]

    def __str__(self) -> str:
        return self.name


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


LEAST_IMPACTS = [(one.value, one.label) for one in (Impact.NONE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)]


class Subscriber(models.Model):
    """Somebody who wants a page's bulletins by e-mail or webhook; confirmed by a link before anything is sent."""

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        WEBHOOK = "webhook", "Webhook"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="subscribers")
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.EMAIL)
    address = models.CharField(max_length=254)
    # Every bulletin, or only the first, the last and changes of state or scope (domain §2.6).
    wants_all = models.BooleanField(default=False)
    # Empty means all components of the page.
    components = models.ManyToManyField(Component, blank=True, related_name="subscribers")
    # Nothing below this impact; maintenance is told in any case.
    least_impact = models.CharField(max_length=12, choices=LEAST_IMPACTS, default=Impact.NONE)
    # Only this one incident, where it is named.
    only = models.ForeignKey(PublicIncident, null=True, on_delete=models.CASCADE, related_name="followers")
    # Letters came back: nothing is sent until an operator, or the reader, says that it works again.
    quarantined_at = models.DateTimeField(null=True)
    quarantined_because = models.CharField(max_length=240, blank=True)
    created_at = models.DateTimeField()
    # When it was last asked to confirm; it is not asked again at once.
    asked_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("page", "channel", "address"),
                condition=Q(ended_at=None, only=None),
                name="one_subscription_an_address",
            ),
            models.UniqueConstraint(
                fields=("channel", "address", "only"),
                condition=Q(ended_at=None, only__isnull=False),
                name="one_subscription_an_incident",
            ),
        ]


class Untold(models.Model):
    """Something subscribers must still be told; the relay deletes it when the letters are written."""

    class Kind(models.TextChoices):
        BULLETIN = "bulletin", "Bulletin"
        CONFIRMATION = "confirmation", "Please confirm"

    kind = models.CharField(max_length=16, choices=Kind)
    bulletin = models.OneToOneField(Bulletin, null=True, on_delete=models.CASCADE, related_name="untold")
    subscriber = models.ForeignKey(Subscriber, null=True, on_delete=models.CASCADE, related_name="untold")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
