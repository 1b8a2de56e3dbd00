"""What the API says of letters."""

from rest_framework import serializers

from notifications.models import Attempt, Delivery


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    """One try to deliver."""

    class Meta:
        model = Attempt
        fields = ("number", "started_at", "ended_at", "succeeded", "detail")


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """One letter to one recipient by one channel; `key` is its Message-ID or webhook-id."""

    incident = serializers.CharField(source="notice.incident.reference", default=None, allow_null=True)
    audience = serializers.CharField(source="notice.audience")
    subject = serializers.CharField(source="notice.subject")
    to = serializers.CharField(source="label")

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = (
            "key", "incident", "audience", "channel", "to", "subject", "state", "created_at", "due_at", "settled_at",
            "attempts", "error", "maybe_doubled",
        )  # fmt: skip


class OneDeliverySerializer(DeliverySerializer):
    """The same with its text and every attempt."""

    text = serializers.CharField(source="notice.shown_text")
    tries = AttemptSerializer(many=True)

    class Meta(DeliverySerializer.Meta):
        fields: tuple[str, ...] = (*DeliverySerializer.Meta.fields, "text", "tries")
