"""Who may see a restricted incident."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from incidents.models.incident import Incident


class Member(models.Model):
    """A person who may see one restricted incident, given by somebody for a reason."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=240, blank=True)
    # Let in by being asked into a role; ends with it.
    by_role = models.BooleanField(default=False)
    granted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("incident", "person"), name="member_once")]
        # What somebody is a member of is read from the index alone.
        indexes: ClassVar = [models.Index(fields=("person", "incident"), name="member_of")]
