"""What the API takes and gives about looking back."""

from typing import Any

from rest_framework import serializers

from incidents.models import Incident
from incidents.vocabulary import Severity
from reviews.models import Action, Findings, Review
from roles.models import User
from roles.serializers import PersonBrief


class ReviewOut(serializers.ModelSerializer[Review]):
    """What was learned from an incident."""

    incident = serializers.SlugRelatedField[Incident](slug_field="reference", read_only=True)
    author = PersonBrief(allow_null=True)

    class Meta:
        model = Review
        fields = ("incident", "text", "author", "written_at", "updated_at")


class ReviewIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=50_000)
    severity = serializers.ChoiceField(
        choices=Severity.choices,
        required=False,
        allow_blank=True,
        help_text="Confirms or corrects the severity in hindsight; what is left out stays as it is.",
    )


class FindingsIn(serializers.Serializer[Any]):
    """What was found out; what is left out is not known."""

    detection = serializers.ChoiceField(choices=Findings.Detection.choices, required=False, allow_blank=True)
    cause_known_at = serializers.DateTimeField(required=False, allow_null=True)
    severity = serializers.ChoiceField(choices=Severity.choices, required=False, allow_blank=True)
    factors = serializers.ListField(child=serializers.ChoiceField(choices=Findings.Factor.choices), required=False)
    is_false_alarm = serializers.BooleanField(required=False, allow_null=True)


class FindingsOut(serializers.ModelSerializer[Findings]):
    """What was found out; empty or null is not known."""

    incident = serializers.SlugRelatedField[Incident](slug_field="reference", read_only=True)
    factors = serializers.ListField(child=serializers.CharField())
    said_by = PersonBrief(allow_null=True)

    class Meta:
        model = Findings
        fields = (
            "incident", "detection", "cause_known_at", "severity", "factors", "is_false_alarm", "said_by", "said_at",
        )  # fmt: skip


class ActionOut(serializers.ModelSerializer[Action]):
    """Something that follows from an incident; `done_at` is null until it is done."""

    incident = serializers.SlugRelatedField[Incident](slug_field="reference", read_only=True)
    owner = PersonBrief()

    class Meta:
        model = Action
        fields = ("key", "incident", "title", "aim", "owner", "due_at", "created_at", "done_at")


class ActionIn(serializers.Serializer[Any]):
    """`owner` is the handle of whoever does it."""

    title = serializers.CharField(max_length=240)
    aim = serializers.ChoiceField(choices=Action.Aim.choices, required=False, default=Action.Aim.PREVENT)
    owner = serializers.SlugRelatedField(slug_field="handle", queryset=User.objects.filter(is_active=True))
    due_at = serializers.DateTimeField()


class NothingIn(serializers.Serializer[Any]):
    """Whoever says that it is done needs no more words."""
