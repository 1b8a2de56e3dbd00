"""The service catalogue: what we run, who owns it, what the public calls it."""

import uuid
from typing import ClassVar

from django.db import models

from roles.models import Team
from statuspage.models import Component


class Service(models.Model):
    """Something we run, with the team that owns it and its public components."""

    class Criticality(models.TextChoices):
        CRITICAL = "critical", "Critical"
        IMPORTANT = "important", "Important"
        NORMAL = "normal", "Normal"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    description = models.CharField(max_length=240, blank=True)
    owner = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="services")
    criticality = models.CharField(max_length=12, choices=Criticality, default=Criticality.NORMAL)
    components = models.ManyToManyField(Component, blank=True, related_name="services")
    runbook_url = models.URLField("runbook", blank=True)
    dashboard_url = models.URLField("dashboard", blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
