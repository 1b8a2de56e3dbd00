"""A person asked into a role on an incident."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from incidents.models.incident import Incident
from incidents.questions import EngagementQuerySet
from roles.catalogue import SINGLE, Role


class Engagement(models.Model):
    """From being asked to being released; a shadow watches and never counts as the holder."""

    class State(models.TextChoices):
        PAGED = "paged", "Paged"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        OFFERED = "offered", "Offered"
        RELEASED = "released", "Released"

    ACTIVE = (State.PAGED, State.ACKNOWLEDGED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="engagements")
    role = models.CharField(max_length=24, choices=Role)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="engagements")
    state = models.CharField(max_length=16, choices=State)
    is_shadow = models.BooleanField(default=False)
    # Why they were asked, in a sentence.
    reason = models.CharField(max_length=240, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    # When a page rings: at once, but for S3 and S4, for which nobody is woken. Null where nobody was paged.
    rings_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    objects = EngagementQuerySet.as_manager()

    class Meta:
        ordering = ("created_at",)
        indexes: ClassVar = [
            models.Index(fields=("person",), condition=~Q(state="released"), name="engagement_present"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("incident", "role"),
                condition=Q(role__in=SINGLE, is_shadow=False, state__in=("paged", "acknowledged")),
                name="one_holder_of_a_single_role",
            ),
            models.UniqueConstraint(
                fields=("incident", "role", "person"),
                condition=~Q(state="released"),
                name="one_engagement_a_person_and_role",
            ),
        ]

    @property
    def is_active(self) -> bool:
        """Paged or acknowledged; whoever has left the organisation counts no more."""
        return self.state in self.ACTIVE and self.person.is_active

    @property
    def counts(self) -> bool:
        """Active, and not only there to watch."""
        return self.is_active and not self.is_shadow
