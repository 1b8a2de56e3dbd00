"""What the engine keeps about itself: signs of life, and whom it does not bother for a while."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from notifications.vocabulary import Channel


class Heartbeat(models.Model):
    """The last sign of life of a process of the engine."""

    class Kind(models.TextChoices):
        TICKER = "ticker", "Ticker"
        WORKER = "worker", "Worker"

    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=120)
    beat_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("kind", "name"), name="one_beat_a_process")]


class Breaker(models.Model):
    """A host that fails again and again is left alone for a while; its letters wait and lose no attempt.

    Closed while `open_until` is null. Past that time one letter may try; what becomes of it decides.
    """

    channel = models.CharField(max_length=8, choices=Channel)
    # Empty for the mail server.
    host = models.CharField(max_length=253, blank=True)
    # In a row; and how often it has rested since it last worked, for each rest is longer than the one before.
    failures = models.PositiveIntegerField(default=0)
    rests = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    open_until = models.DateTimeField(null=True)
    trying_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("channel", "host")
        constraints: ClassVar = [models.UniqueConstraint(fields=("channel", "host"), name="one_breaker_a_host")]

    def __str__(self) -> str:
        return self.host or "the mail server"

    def is_open(self, now: datetime) -> bool:
        return self.open_until is not None and self.open_until > now


class Audit(models.Model):
    """What the auditor found when it last looked; one row."""

    ran_at = models.DateTimeField()
    # When it last found nothing.
    clean_at = models.DateTimeField(null=True)
    # `notifications.auditing.Finding` in JSON.
    findings = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(pk=1), name="one_audit")]
