"""A page, and the components on it."""

import zoneinfo
from typing import ClassVar
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from kit.secrets import new_id
from statuspage.questions import ComponentQuerySet
from statuspage.vocabulary import Status


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
