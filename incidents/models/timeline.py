"""What happened: the append-only timeline, and what of it has not been told yet."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from incidents.models.incident import Incident
from incidents.vocabulary import Kind


class Event(models.Model):
    """One entry of a timeline. Triggers on both databases refuse to change or delete it.

    Only the body may be erased (a leaked secret); the chain runs over its digest and still verifies.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="events")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=Kind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    body = models.TextField(blank=True)
    # Facts in machine words; ids, times in ISO 8601, never a text that somebody wrote.
    data = models.JSONField(default=dict)
    body_digest = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("incident", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("incident", "position"), name="one_event_a_position"),
        ]


class Untold(models.Model):
    """An event that the relay has not turned into notices; deleted in the transaction that does."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="untold")

    class Meta:
        ordering = ("pk",)
