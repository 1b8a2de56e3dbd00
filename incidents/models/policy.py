"""The cadence an incident runs under, kept by version."""

from django.conf import settings
from django.db import models


class CadencePolicy(models.Model):
    """One version of the cadence; never changed. A running incident keeps the version it was declared under."""

    version = models.PositiveIntegerField(primary_key=True)
    preset = models.CharField(max_length=20)
    # The shape is `incidents.cadence.Policy`, in minutes.
    body = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ("-version",)

    def __str__(self) -> str:
        return f"version {self.version} ({self.preset})"
