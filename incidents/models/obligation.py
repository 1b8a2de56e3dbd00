"""What is owed: one table for everything with a clock."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from incidents.models.incident import Incident
from incidents.questions import ObligationQuerySet
from incidents.vocabulary import Audience, Duty
from roles.catalogue import Role


class Obligation(models.Model):
    """Something owed by a role, by a time. Open until satisfied or cancelled.

    `next_at` is the next instant the ticker must look at it: the next rung of its ladder, or the due
    time of what the workers send by themselves. Null means nobody is waiting for the ticker.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="obligations")
    duty = models.CharField(max_length=20, choices=Duty)
    audience = models.CharField(max_length=16, choices=Audience, blank=True)
    # What it is about, where a duty can be owed several times: an engagement, a public incident, an action.
    subject = models.CharField(max_length=40, blank=True)
    owner_role = models.CharField(max_length=24, choices=Role, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="owes")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    promised = models.BooleanField(default=False)
    next_at = models.DateTimeField(null=True)
    # How many rungs have spoken, how often it came due unanswered, and who was told (user ids).
    rung = models.PositiveSmallIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    alerted = models.JSONField(default=list)
    # Why the clock could not speak when it was last looked at; empty where all is well.
    fault = models.CharField(max_length=300, blank=True)
    snoozed_at = models.DateTimeField(null=True)
    satisfied_at = models.DateTimeField(null=True)
    satisfied_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    cancelled_at = models.DateTimeField(null=True)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        ordering = ("due_at",)
        indexes: ClassVar = [
            models.Index(
                fields=("next_at",),
                condition=Q(satisfied_at=None, cancelled_at=None, next_at__isnull=False),
                name="obligation_next",
            ),
            models.Index(fields=("due_at",), condition=Q(satisfied_at=None, cancelled_at=None), name="obligation_due"),
            models.Index(fields=("owner",), condition=Q(satisfied_at=None, cancelled_at=None), name="obligation_owner"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("incident", "duty", "audience", "subject"),
                condition=Q(satisfied_at=None, cancelled_at=None),
                name="owed_once",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.satisfied_at is None and self.cancelled_at is None

    @property
    def errand(self) -> str:
        """What is to be done: “Confirm the severity”."""
        return Duty(self.duty).errand
