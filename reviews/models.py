"""The review text of an incident, what was found out about it, and its actions."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models

from incidents.models import Incident
from incidents.visibility import BelongsToIncident
from incidents.vocabulary import Severity
from kit.secrets import new_id


class Review(models.Model):
    """What was learned; required for S1 and S2 before an incident closes (domain §2.9)."""

    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, related_name="review")
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = BelongsToIncident["Review"].as_manager()


class Findings(models.Model):
    """What is known of an incident looking back, each of it optional; figures are made of it (domain §2.11)."""

    class Detection(models.TextChoices):
        MONITORING = "monitoring", "Monitoring"
        TEAM = "team", "A team member"
        SECURITY = "security", "A security control"
        TRAFFIC = "traffic", "Automated traffic"
        INTELLIGENCE = "intelligence", "Threat intelligence"
        CUSTOMER = "customer", "A customer"
        PARTNER = "partner", "A partner"
        SOCIAL = "social", "Social media"

    class Factor(models.TextChoices):
        CHANGE = "change", "A change of ours"
        CONFIGURATION = "configuration", "Configuration"
        CAPACITY = "capacity", "Capacity"
        DEPENDENCY = "dependency", "Somebody we depend on"
        DEFECT = "defect", "A defect that was there before"
        HARDWARE = "hardware", "Hardware or network"
        DATA = "data", "Data that nobody expected"
        MONITORING = "monitoring", "Monitoring that did not see it"
        PROCESS = "process", "Process or hand-over"
        DOCUMENTATION = "documentation", "Missing or wrong documentation"
        ATTACK = "attack", "An attack"

    # Who noticed it from inside; the others are told by somebody outside.
    INSIDE = (Detection.MONITORING, Detection.TEAM, Detection.SECURITY, Detection.TRAFFIC, Detection.INTELLIGENCE)

    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, related_name="findings")
    detection = models.CharField(max_length=12, choices=Detection, blank=True)
    cause_known_at = models.DateTimeField(null=True)
    # What it should have been, looking back; beside the first, the worst and the last.
    severity = models.CharField(max_length=2, choices=Severity, blank=True)
    factors = models.JSONField(default=list)
    # Null as long as nobody said.
    is_false_alarm = models.BooleanField(null=True)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    said_at = models.DateTimeField()

    objects = BelongsToIncident["Findings"].as_manager()


class ActionQuerySet(BelongsToIncident["Action"]):
    """Questions about actions."""

    def open(self) -> Self:
        return self.filter(done_at=None)

    def done(self) -> Self:
        return self.exclude(done_at=None)

    def overdue(self, now: datetime) -> Self:
        return self.open().filter(due_at__lte=now)


class Action(models.Model):
    """Something to be done so that it does not happen again, by somebody, by a time."""

    class Aim(models.TextChoices):
        PREVENT = "prevent", "Prevent"
        DETECT = "detect", "Detect sooner"
        MITIGATE = "mitigate", "Mitigate faster"
        PROCESS = "process", "Process"
        TEST = "test", "Test coverage"
        DOCUMENTATION = "documentation", "Documentation"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What the API and the timeline call it.
    key = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="actions")
    title = models.CharField(max_length=240)
    aim = models.CharField(max_length=16, choices=Aim, default=Aim.PREVENT)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="actions")
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_at"]
