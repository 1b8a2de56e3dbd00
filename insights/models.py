"""What is kept so that figures are fast: a fact for each incident, and tallies of many; all can be made anew."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from incidents.models import Incident
from incidents.vocabulary import Severity, Type
from kit.secrets import new_id


def _seconds() -> "models.PositiveIntegerField[int | None, int | None]":
    """Whole seconds; null where it was not measured."""
    return models.PositiveIntegerField(null=True)


def _code() -> "models.PositiveSmallIntegerField[int, int]":
    """What became of it, see `durations.Code`."""
    return models.PositiveSmallIntegerField(default=0)


def _few() -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(default=0)


def new_edition() -> int:
    """A number that no other edition of a row has."""
    return secrets.randbits(62)


class Fact(models.Model):
    """One incident as figures count it: what it is, each duration, each yes or no. Written by `keeping` alone.

    Its columns are ready for SQL. `…_hits` of `…_of` are what went well, of what could have.
    """

    incident = models.OneToOneField(
        Incident, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    reference = models.CharField(max_length=16)
    declared_at = models.DateTimeField()
    # The day of the declaration in the organisation's zone.
    day = models.DateField()
    severity = models.CharField(max_length=2, choices=Severity, blank=True)
    type = models.CharField(max_length=16, choices=Type)
    # How it was noticed, as somebody said looking back.
    detection = models.CharField(max_length=12, blank=True)
    is_imported = models.BooleanField()
    is_drill = models.BooleanField()
    is_restricted = models.BooleanField()
    # Why it is in no duration at all: declined, merged, a near miss; empty for one that is.
    outside = models.CharField(max_length=16, blank=True)
    # The scopes (`scopes`) it is tallied under besides the one of all.
    scopes = models.JSONField(default=list)

    # Since when it was felt, where somebody said so.
    impact_at = models.DateTimeField(null=True)
    detect = _seconds()
    detect_code = _code()
    declare = _seconds()
    declare_code = _code()
    acknowledge = _seconds()
    acknowledge_code = _code()
    engage = _seconds()
    engage_code = _code()
    cause = _seconds()
    cause_code = _code()
    mitigate = _seconds()
    mitigate_code = _code()
    resolve = _seconds()
    resolve_code = _code()
    impact = _seconds()
    impact_code = _code()
    public = _seconds()
    public_code = _code()
    announce = _seconds()
    announce_code = _code()

    # The stages of its way, in seconds; null unless the time to resolve was measured.
    stage_detect = _seconds()
    stage_declare = _seconds()
    stage_acknowledge = _seconds()
    stage_cause = _seconds()
    stage_mitigate = _seconds()
    stage_resolve = _seconds()

    half_hour_hits = _few()
    half_hour_of = _few()
    over_hour_hits = _few()
    over_hour_of = _few()
    inside_hits = _few()
    inside_of = _few()
    page_hits = _few()
    page_of = _few()
    public_update_hits = _few()
    public_update_of = _few()
    told_late_hits = _few()
    told_late_of = _few()
    notice_hits = _few()
    notice_of = _few()
    brief_hits = _few()
    brief_of = _few()
    review_hits = _few()
    review_of = _few()
    action_hits = _few()
    action_of = _few()
    agreed_hits = _few()
    agreed_of = _few()
    reopened_hits = _few()
    reopened_of = _few()
    recurred_hits = _few()
    recurred_of = _few()
    repeated_hits = _few()
    repeated_of = _few()
    false_alarm_hits = _few()
    false_alarm_of = _few()
    declined_hits = _few()
    declined_of = _few()
    merged_hits = _few()
    merged_of = _few()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=("day",), name="fact_by_day"),
            # Which of somebody's restricted incidents lie in a period is read from the index alone.
            models.Index(fields=("incident", "day"), condition=Q(is_restricted=True), name="fact_restricted"),
        ]


class Tally(models.Model):
    """Many facts of one scope, severity and day, month or year, counted; see `counting.Counted` for what is in it.

    Each column of runs holds sorted seconds, each value once with how often it occurs (`runs.packed`). They lie apart
    from each other so that a change writes only those that it changes. Restricted incidents have tallies of their own.
    """

    class Grain(models.TextChoices):
        DAY = "d", "day"
        MONTH = "m", "month"
        YEAR = "y", "year"

    key = models.CharField(primary_key=True, max_length=100)
    scope = models.CharField(max_length=64, blank=True)
    grain = models.CharField(max_length=1, choices=Grain)
    # Its first day.
    start = models.DateField()
    severity = models.CharField(max_length=2, choices=Severity, blank=True)
    is_imported = models.BooleanField()
    is_drill = models.BooleanField()
    is_restricted = models.BooleanField()

    # Another number after each change, so that who kept what was read knows whether it still holds.
    edition = models.BigIntegerField(default=new_edition)
    n = models.PositiveIntegerField()
    numbers = models.JSONField()
    detect = models.BinaryField(default=b"")
    declare = models.BinaryField(default=b"")
    acknowledge = models.BinaryField(default=b"")
    engage = models.BinaryField(default=b"")
    cause = models.BinaryField(default=b"")
    mitigate = models.BinaryField(default=b"")
    resolve = models.BinaryField(default=b"")
    impact = models.BinaryField(default=b"")
    public = models.BinaryField(default=b"")
    announce = models.BinaryField(default=b"")
    # Shares of the way in thousandths.
    stage_detect = models.BinaryField(default=b"")
    stage_declare = models.BinaryField(default=b"")
    stage_acknowledge = models.BinaryField(default=b"")
    stage_cause = models.BinaryField(default=b"")
    stage_mitigate = models.BinaryField(default=b"")
    stage_resolve = models.BinaryField(default=b"")

    class Meta:
        indexes: ClassVar = [models.Index(fields=("scope", "grain", "start"), name="tally_by_start")]


class Changed(models.Model):
    """An incident whose row changed since its fact was made; written by a trigger, in the transaction of the change."""

    incident_id = models.UUIDField()


class Keeper(models.Model):
    """One row, held by whoever brings facts and tallies up to date."""


class SavedChoice(models.Model):
    """A choice of incidents under a name; the address of a figure without its page."""

    key = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    # “?period=all&severity=S1”.
    query = models.CharField(max_length=500)
    is_shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ("name", "pk")
        constraints: ClassVar = [models.UniqueConstraint(fields=("owner", "name"), name="choice_named_once")]

    def __str__(self) -> str:
        return self.name


class Digest(models.Model):
    """Somebody chose the weekly digest; when the next one is due."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    next_at = models.DateTimeField(db_index=True)
