"""What is about to be said outside, who looked at it first, and where it was said."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from incidents.models.incident import Incident
from statuspage.models import Page, PublicIncident
from statuspage.vocabulary import State


class PublicLink(models.Model):
    """Ties an incident to what the public is told about it; every duty to the public hangs here."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="public_links")
    public_incident = models.OneToOneField(PublicIncident, on_delete=models.CASCADE, related_name="internal_link")
    # Where switched on, workers publish this text at the due time, at most four times (domain §2.6).
    holding_text = models.TextField(blank=True)
    holding_left = models.PositiveSmallIntegerField(default=0)
    holding_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("pk",)


class Draft(models.Model):
    """A bulletin being written; it becomes one when somebody publishes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="drafts")
    # Empty for the first bulletin, which opens a public incident on `page`.
    public_incident = models.ForeignKey(
        PublicIncident, null=True, blank=True, on_delete=models.CASCADE, related_name="drafts"
    )
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=16, choices=State)
    body = models.TextField(blank=True)
    # Component public id → status.
    statuses = models.JSONField(default=dict)
    next_update_at = models.DateTimeField(null=True, blank=True)
    # The same for networks that cut long posts, and with “monitoring” for how many minutes we watch.
    short = models.CharField(max_length=500, blank=True)
    watch = models.PositiveSmallIntegerField(null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    # The newest bulletin when this was begun; another one since means it must be looked at again.
    based_on = models.CharField(max_length=12, blank=True)
    # It goes out then, by this person's word, unless it is taken back; what refused it in the end is said in words.
    publish_at = models.DateTimeField(null=True)
    publish_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    refused = models.CharField(max_length=300, blank=True)
    # Why it goes out although whoever was asked has not answered.
    unasked = models.CharField(max_length=240, blank=True)
    published_at = models.DateTimeField(null=True)
    discarded_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(
                fields=("publish_at",),
                condition=Q(publish_at__isnull=False, published_at=None),
                name="draft_to_publish",
            ),
        ]


class Approval(models.Model):
    """Somebody is asked whether a bulletin is right before it goes out; their answer is bound to its exact words."""

    class Answer(models.TextChoices):
        OPEN = "", "Not answered"
        RIGHT = "right", "It is right"
        CHANGE = "change", "Not yet"
        CALLED_OFF = "called_off", "Not asked any more"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="approvals")
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="approvals")
    # Of the words that were asked about, and once answered of those that were answered (`approvals.digest`).
    digest = models.CharField(max_length=64)
    promise = models.DateTimeField(null=True)
    # The words field by field as they were asked, and as the approver would have them; empty where they kept them.
    asked = models.JSONField(default=dict)
    offered = models.JSONField(default=dict)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    role = models.CharField(max_length=20, blank=True)
    answer = models.CharField(max_length=10, choices=Answer, blank=True, default=Answer.OPEN)
    said = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        indexes: ClassVar = [models.Index(fields=("incident", "digest"), name="approval_of_words")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("incident",), condition=Q(answer=""), name="one_open_approval"),
        ]


class Wording(models.Model):
    """A text to begin a bulletin with, where administrators changed the one Sitrep came with (`wordings.DEFAULTS`)."""

    key = models.CharField(max_length=20, primary_key=True)
    text = models.TextField()
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
