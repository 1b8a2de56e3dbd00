"""Subscribers, and what they must still be told."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from statuspage.models.incident import Bulletin, PublicIncident
from statuspage.models.page import Component, Page
from statuspage.questions import SubscriberQuerySet
from statuspage.vocabulary import Impact

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
        indexes: ClassVar = [
            models.Index(fields=("page", "-created_at", "-id"), condition=Q(ended_at=None), name="subscriber_newest"),
        ]
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
