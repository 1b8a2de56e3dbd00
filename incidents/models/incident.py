"""The incident itself, its windows of impact and its way through the phases."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property

from incidents.models.catalogue import Service
from incidents.models.policy import CadencePolicy
from incidents.visibility import Restrained, Unrestrained
from incidents.vocabulary import (
    EXITS,
    LIVE_PHASES,
    OPEN_PHASES,
    Disposition,
    Phase,
    Posture,
    Priority,
    Severity,
    Type,
    Visibility,
)

if TYPE_CHECKING:
    from incidents.models.timeline import Event


def _in_order(earlier: str, later: str) -> models.CheckConstraint:
    """Two times must stay in order where both are known; null compares as unknown and passes."""
    return models.CheckConstraint(
        condition=Q(**{f"{earlier}__isnull": True})
        | Q(**{f"{later}__isnull": True})
        | Q(**{f"{earlier}__lte": F(later)}),
        name=f"{earlier}_before_{later}",
    )


class ReferenceCounter(models.Model):
    """The last INC-n given; one row, locked by whoever takes the next."""

    last = models.PositiveBigIntegerField(default=0)


class PhaseMove(models.Model):
    """The table of moves (`incidents.phases.NEXT`) as the database's trigger reads it."""

    from_phase = models.CharField(max_length=16)
    to_phase = models.CharField(max_length=16)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("from_phase", "to_phase"), name="move_once")]


class Incident(models.Model):
    """What is happening, and all that is known of it now; what happened lies in its timeline."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=16, unique=True, editable=False)
    title = models.CharField(max_length=200)
    type = models.CharField(max_length=16, choices=Type)
    visibility = models.CharField(max_length=16, choices=Visibility, default=Visibility.ORGANISATION)
    phase = models.CharField(max_length=16, choices=Phase, default=Phase.IDENTIFICATION)
    disposition = models.CharField(max_length=16, choices=Disposition, default=Disposition.REAL)
    exit_reason = models.CharField(max_length=240, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    recurrence_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="recurrences"
    )

    severity = models.CharField(max_length=2, choices=Severity, blank=True)
    initial_severity = models.CharField(max_length=2, choices=Severity, blank=True)
    peak_severity = models.CharField(max_length=2, choices=Severity, blank=True)
    # The sentence of the rule that chose it, or the declarer's own words.
    severity_rationale = models.CharField(max_length=300, blank=True)
    severity_rule = models.CharField(max_length=4, blank=True)
    is_provisional = models.BooleanField(default=False)
    severity_confirmed_at = models.DateTimeField(null=True)
    priority = models.CharField(max_length=2, choices=Priority, default=Priority.P3)

    posture = models.CharField(max_length=16, choices=Posture, default=Posture.UNDECIDED)
    posture_reason = models.CharField(max_length=240, blank=True)
    is_monitoring = models.BooleanField(default=False)
    monitoring_until = models.DateTimeField(null=True)

    # The situation: the most important part of the record, rewritten early and often.
    what = models.TextField("what is happening", blank=True)
    affected = models.TextField("who is affected", blank=True)
    doing = models.TextField("what we do now", blank=True)
    situation_at = models.DateTimeField(null=True)
    situation_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    call_url = models.URLField("call", blank=True)
    chat_url = models.URLField("chat", blank=True)

    services = models.ManyToManyField(Service, blank=True, related_name="incidents")
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="declared_incidents"
    )
    declared_through = models.CharField(max_length=12, default="web")
    idempotency_key = models.CharField(max_length=64, null=True, editable=False)

    detected_at = models.DateTimeField(null=True)
    declared_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    # The latest of each; the first lies in the phase entries.
    mitigated_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)

    cadence = models.ForeignKey(CadencePolicy, null=True, on_delete=models.PROTECT, related_name="+")
    is_imported = models.BooleanField(default=False)
    external_id = models.CharField(max_length=64, null=True, unique=True)
    # Grows with every change that the room shows; a poll compares it and nothing else.
    version = models.PositiveBigIntegerField(default=0)
    # The end of the timeline's chain.
    last_position = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True)

    objects = Restrained()
    # The engine's way in; no face may name it (held by an import contract and a test).
    unrestricted = Unrestrained()

    class Meta:
        ordering = ("-declared_at", "-id")
        # Relations and the admin must not see more than a face may.
        base_manager_name = "unrestricted"
        indexes: ClassVar = [
            models.Index(fields=("-declared_at", "-id"), name="incident_newest"),
            models.Index(fields=("phase", "-declared_at"), name="incident_by_phase"),
            models.Index(fields=("severity", "-declared_at"), name="incident_by_severity"),
            models.Index(fields=("type", "-declared_at"), name="incident_by_type"),
            # A few of very many, for the board and the first page of their lists.
            models.Index(
                fields=("-declared_at", "-id"),
                condition=Q(phase__in=LIVE_PHASES, is_imported=False),
                name="incident_live",
            ),
            models.Index(fields=("-declared_at", "-id"), condition=Q(is_imported=True), name="incident_imported"),
            models.Index(fields=("resolved_at",), name="incident_by_end"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("declared_by", "idempotency_key"),
                condition=Q(idempotency_key__isnull=False),
                name="declared_once",
            ),
            models.CheckConstraint(condition=Q(is_imported=True) | ~Q(severity=""), name="severity_is_known"),
            models.CheckConstraint(
                condition=~Q(phase=Phase.MERGED) | Q(merged_into__isnull=False), name="merged_into_something"
            ),
            models.CheckConstraint(
                condition=Q(is_monitoring=False) | Q(phase=Phase.MITIGATION), name="monitoring_within_mitigation"
            ),
            _in_order("detected_at", "declared_at"),
            _in_order("declared_at", "acknowledged_at"),
            _in_order("mitigated_at", "resolved_at"),
            _in_order("resolved_at", "closed_at"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("room", args=[self.reference])

    @cached_property
    def unsaved(self) -> list[tuple["Event", bool]]:
        """Entries of the timeline that are chained and not saved yet, and whether they are to be told."""
        return []

    @cached_property
    def begun_with(self) -> dict[str, list[Any]]:
        """The rows it was declared with, by the name of the relation; empty but where this object declared it."""
        return {}

    @property
    def severity_word(self) -> str:
        """“Critical”, for showing it beside its code."""
        return Severity(self.severity).label.removeprefix(self.severity).strip() if self.severity else ""

    @property
    def identified_at(self) -> datetime | None:
        """When the cause was believed known and a mitigation agreed: the first step beyond identification."""
        beyond = (Phase.MITIGATION, Phase.REMEDIATION, Phase.POST_INCIDENT)
        return next((entry.entered_at for entry in self.phase_entries.all() if entry.phase in beyond), None)

    @property
    def is_open(self) -> bool:
        """Customers may still feel it."""
        return self.phase in OPEN_PHASES

    @property
    def is_live(self) -> bool:
        """Something about it may still be owed."""
        return self.phase in LIVE_PHASES

    @property
    def is_over(self) -> bool:
        return self.phase in EXITS

    @property
    def is_restricted(self) -> bool:
        return self.visibility == Visibility.RESTRICTED

    @property
    def known_recurrence_of(self) -> "Incident | None":
        """The one that it came back from, as far as whoever sees this one may know of it."""
        earlier = self.recurrence_of
        return None if earlier and earlier.is_restricted and not self.is_restricted else earlier


class ImpactWindow(models.Model):
    """From when to when customers or the company felt it; a recurrence opens another."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="windows")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    is_estimated = models.BooleanField(default=False)

    class Meta:
        ordering = ("started_at",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="impact_ends_after_start"
            ),
            models.UniqueConstraint(fields=("incident",), condition=Q(ended_at=None), name="one_open_window"),
        ]


class PhaseEntry(models.Model):
    """One entry into a phase; several of the same phase mean it was gone back to."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="phase_entries")
    phase = models.CharField(max_length=16, choices=Phase)
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("entered_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("entered_at")), name="phase_left_after_entry"
            ),
            models.UniqueConstraint(fields=("incident",), condition=Q(left_at=None), name="one_current_phase"),
        ]


class Tick(models.Model):
    """A ticked line of a phase's checklist (`incidents.phases.CHECKLISTS`); guidance, not a gate."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="ticks")
    item = models.CharField(max_length=40)
    ticked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ticked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("incident", "item"), name="ticked_once")]
