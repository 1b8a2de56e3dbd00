"""People, teams, rotations, the organisation they belong to, and what was changed about them."""

import uuid
import zoneinfo
from datetime import time
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property

from kit.compiled import Compiled, Given
from kit.secrets import new_id
from roles.catalogue import ON_ROTATION, Role
from roles.people import UserManager

ZONES = sorted(zoneinfo.available_timezones())


def validate_zone(name: str) -> None:
    """Refuse a time zone that the IANA database does not know."""
    if name not in ZONES:
        raise ValidationError(f"“{name}” is not a time zone. Allowed are IANA names such as Europe/Berlin or UTC.")


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in; the e-mail address is the name at the door."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What the API calls this person: it says nothing, and stays when name and address change.
    handle = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    phone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        ordering = ("name", "email")

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def dialled(self) -> str:
        """What a telephone dials of the number: without what people write between its digits."""
        return "".join(sign for sign in self.phone if sign.isdigit() or sign in "+*#,")

    @cached_property
    def group_names(self) -> tuple[str, ...]:
        """The names of the person's groups; asked once for this object."""
        return tuple(group.name for group in GROUPS_OF.rows(person=self.pk))


GROUPS_OF = Compiled(lambda: Group.objects.filter(user=Given("person", models.UUIDField())))


class Organisation(models.Model):
    """The one organisation of this installation, with its zone and working hours."""

    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    workday_starts = models.TimeField(default=time(9))
    workday_ends = models.TimeField(default=time(17, 30))
    # ISO weekdays, Monday is 1.
    workdays = models.JSONField(default=list)
    # ISO dates that are not worked.
    holidays = models.JSONField(default=list)
    call_url = models.URLField("call", blank=True)
    chat_url = models.URLField("chat", blank=True)
    set_up_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(pk=1), name="one_organisation")]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """People who own services and fill rotations together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    purpose = models.CharField("use this team when", max_length=240, blank=True)
    chat_url = models.URLField("chat channel", blank=True)
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="teams_led"
    )
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="teams", blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Rotation(models.Model):
    """People who take a role in turn; who has it when is computed in `roles.rotations`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="rotations")
    role = models.CharField(max_length=24, choices=[(role.value, role.label) for role in ON_ROTATION])
    time_zone = models.CharField(max_length=64, validators=[validate_zone])
    # The local date of the first hand-over and its wall clock time; the first in `turns` starts then.
    starts_on = models.DateField()
    handover_at = models.TimeField(default=time(9))
    shift_days = models.PositiveSmallIntegerField("days in a shift", default=7)

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(shift_days__gte=1) & Q(shift_days__lte=28), name="shift_1_to_28_days"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def role_label(self) -> str:
        return Role(self.role).label


class Turn(models.Model):
    """A person's place in a rotation."""

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="turns")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="turns")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("position",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("rotation", "position"), name="one_person_a_place"),
        ]


class Override(models.Model):
    """Somebody else, or nobody else but this person, for a span of a rotation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="overrides")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="overrides")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="overrides_made"
    )

    class Meta:
        ordering = ("starts_at",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="override_ends_after_start"),
        ]


class Invitation(models.Model):
    """A link by which somebody joins; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField()
    groups = models.JSONField(default=list)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="invitation"
    )
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at",)


class PersonalToken(models.Model):
    """A key to the API that acts as its owner; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    read_only = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at",)


class Change(models.Model):
    """What somebody changed about people, teams, rotations or the organisation; rows are only added."""

    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # “rotation:<id>”, so that what was deleted keeps its history.
    subject = models.CharField(max_length=64, db_index=True)
    sentence = models.CharField(max_length=400)

    class Meta:
        ordering = ("-at", "-pk")
