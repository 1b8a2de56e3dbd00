"""What the API takes for the steps that put an incident right: times, details, access, exits."""

from typing import Any

from rest_framework import serializers

from incidents.models import Service
from incidents.vocabulary import Duty, Milestone, Type
from roles.models import User


class ImpactIn(serializers.Serializer[Any]):
    started_at = serializers.DateTimeField(required=False, default=None, allow_null=True)
    ended_at = serializers.DateTimeField(required=False, default=None, allow_null=True)
    estimated = serializers.BooleanField(required=False, default=False)
    none = serializers.BooleanField(required=False, default=False)
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=240)


class TimeIn(serializers.Serializer[Any]):
    """A milestone, or the number of an entry in `phases` (from 1)."""

    milestone = serializers.ChoiceField(choices=Milestone.choices, required=False)
    entry = serializers.IntegerField(min_value=1, required=False)
    at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=240)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if ("milestone" in said) == ("entry" in said):
            raise serializers.ValidationError("Name a milestone or an entry, one of the two.")
        return said


class RecurIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=240)
    at = serializers.DateTimeField(required=False, default=None, allow_null=True)


class PersonReasonIn(serializers.Serializer[Any]):
    """`person` is a handle."""

    person = serializers.SlugRelatedField(slug_field="handle", queryset=User.objects.filter(is_active=True))
    reason = serializers.CharField(max_length=240)


class PersonIn(serializers.Serializer[Any]):
    """`person` is a handle."""

    person = serializers.SlugRelatedField(slug_field="handle", queryset=User.objects.all())


class DetailsIn(serializers.Serializer[Any]):
    """Type and affected services, by their slugs; all of them, as they shall be."""

    type = serializers.ChoiceField(choices=Type.choices)
    services = serializers.SlugRelatedField(
        slug_field="slug", queryset=Service.objects.filter(retired_at=None), many=True
    )


class SnoozeIn(serializers.Serializer[Any]):
    """The duty that somebody is at; of several of a kind the one that is due first."""

    duty = serializers.ChoiceField(choices=Duty.choices)


class ReasonIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=240)


class MergeIn(serializers.Serializer[Any]):
    survivor = serializers.CharField(max_length=16)
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=240)


class TickIn(serializers.Serializer[Any]):
    item = serializers.CharField(max_length=40)
    done = serializers.BooleanField(required=False, default=True)
