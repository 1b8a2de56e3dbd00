"""What the API takes and gives about pages; a page goes by its slug, everything on it by its public id."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

from rest_framework import serializers

from statuspage.components import Part
from statuspage.maintenance import EFFECTS, Plan
from statuspage.models import Component, Page, PublicIncident
from statuspage.pages import Settings
from statuspage.vocabulary import Status

IDS = serializers.SlugRelatedField[Component]


class PageIn(serializers.Serializer[Page]):
    """A page's settings; what is left out stays as it is, or at its default."""

    name = serializers.CharField(max_length=120)
    url = serializers.CharField(max_length=200)
    host = serializers.CharField(max_length=253, required=False, allow_blank=True)
    description = serializers.CharField(max_length=240, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False)
    accent = serializers.CharField(max_length=7, required=False)
    major_weight = serializers.IntegerField(required=False)
    partial_weight = serializers.IntegerField(required=False)
    degraded_weight = serializers.IntegerField(required=False)
    is_private = serializers.BooleanField(required=False)

    def settings(self, page: Page | None = None) -> Settings:
        kept = {one.name: getattr(page, one.name) for one in fields(Settings)} if page else {}
        return Settings(**kept | {name: value for name, value in self.validated_data.items() if name != "slug"})


class NewPageIn(PageIn):
    """The same with the short name, which stays."""

    slug = serializers.CharField(max_length=60)


class PageOut(serializers.ModelSerializer[Page]):
    """A page and its settings."""

    id = serializers.CharField(source="public_id")

    class Meta:
        model = Page
        fields = (
            "id", "slug", "name", "url", "host", "description", "time_zone", "accent", "major_weight",
            "partial_weight", "degraded_weight", "is_private", "version", "created_at", "updated_at",
        )  # fmt: skip


class ComponentIn(serializers.Serializer[Component]):
    """A component or a group. There is no status here: that changes with a bulletin."""

    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=240, required=False, allow_blank=True)
    group: IDS = serializers.SlugRelatedField(
        queryset=Component.objects.current().filter(is_group=True), slug_field="public_id", required=False,
        allow_null=True,
    )  # fmt: skip
    is_group = serializers.BooleanField(required=False)
    showcase = serializers.BooleanField(required=False)
    only_show_if_degraded = serializers.BooleanField(required=False)
    start_date = serializers.DateField(required=False, allow_null=True)

    def part(self) -> Part:
        return Part(**self.validated_data)


class MoveIn(serializers.Serializer[Component]):
    """Which way among its neighbours."""

    step = serializers.ChoiceField(choices=("up", "down"))


class ComponentOut(serializers.ModelSerializer[Component]):
    """A component as operators have it; a group's status stands in the public documents."""

    id = serializers.CharField(source="public_id")
    group: IDS = serializers.SlugRelatedField(slug_field="public_id", read_only=True)

    class Meta:
        model = Component
        fields = (
            "id", "name", "description", "status", "position", "group", "is_group", "showcase",
            "only_show_if_degraded", "start_date", "created_at", "updated_at",
        )  # fmt: skip


class MaintenanceIn(serializers.Serializer[PublicIncident]):
    """A maintenance that is to be announced; times with their zone, `remind_before` in minutes (0: not at all)."""

    name = serializers.CharField(max_length=200)
    body = serializers.CharField(max_length=5000)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    components = serializers.ListField(child=serializers.CharField(max_length=12), allow_empty=False)
    effects = serializers.DictField(
        child=serializers.ChoiceField(choices=[one.value for one in EFFECTS]), required=False
    )
    is_automatic = serializers.BooleanField(required=False, default=True)
    remind_before = serializers.IntegerField(required=False, default=60, min_value=0, max_value=10_080)

    def plan(self, page: Page) -> Plan:
        said: dict[str, Any] = dict(self.validated_data)
        leaves = Component.objects.leaves().filter(page=page)
        known = {one.public_id: one for one in leaves.filter(public_id__in=said["components"])}
        strangers = sorted(set(said["components"]) - set(known))
        if strangers:
            raise serializers.ValidationError({"components": [f"Not on this page: {', '.join(strangers)}."]})
        return Plan(
            **said
            | {
                "components": [known[public_id] for public_id in dict.fromkeys(said["components"])],
                "effects": {public_id: Status(word) for public_id, word in said.get("effects", {}).items()},
                "remind_before": timedelta(minutes=said["remind_before"]),
            }
        )


class WordsIn(serializers.Serializer[PublicIncident]):
    """The words of a step; most steps have words of their own where nothing is said."""

    body = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")


class RescheduleIn(serializers.Serializer[PublicIncident]):
    """Another window, and why."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    body = serializers.CharField(max_length=5000)


class BecomeIn(serializers.Serializer[PublicIncident]):
    """The open incident that tells of it, by its public id."""

    incident: serializers.SlugRelatedField[PublicIncident] = serializers.SlugRelatedField(
        queryset=PublicIncident.objects.unresolved(), slug_field="public_id"
    )


class MaintenanceOut(serializers.ModelSerializer[PublicIncident]):
    """A maintenance as operators have it; its bulletins stand in the public documents."""

    id = serializers.CharField(source="public_id")
    status = serializers.CharField(source="state")
    starts_at = serializers.DateTimeField(source="scheduled_for")
    ends_at = serializers.DateTimeField(source="scheduled_until")
    url = serializers.SerializerMethodField()

    class Meta:
        model = PublicIncident
        fields = (
            "id", "name", "status", "starts_at", "ends_at", "effects", "is_automatic", "remind_at", "cancelled_at",
            "resolved_at", "created_at", "updated_at", "url",
        )  # fmt: skip

    def get_url(self, one: PublicIncident) -> str:
        return f"{one.page.url.rstrip('/')}/incidents/{one.public_id}"
