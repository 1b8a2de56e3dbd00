"""Overrides: somebody else takes a rotation for a while."""

from datetime import datetime, timedelta

from django.db import transaction

from kit import clock
from kit.rules import check, require
from roles import changes
from roles.models import Override, Rotation, User

MANAGE = "roles.manage_rotations"
FURTHEST = timedelta(days=366)


@transaction.atomic(durable=True)
def cover(rotation: Rotation, person: User, starts_at: datetime, ends_at: datetime, *, actor: User) -> Override:
    """Let a person have a rotation from one instant to another. Where overrides overlap, the last one made wins."""
    rotation = Rotation.objects.select_for_update().get(pk=rotation.pk)
    require(actor, MANAGE)
    now = clock.now()
    check(person.is_active, "has_left", f"{person.name} has left.", field="person")
    check(starts_at < ends_at, "ends_before_start", "It must end after it starts.", field="ends")
    check(ends_at > now, "over", "This is over already; an override holds for what is to come.", field="ends")
    check(ends_at <= now + FURTHEST, "too_far", "At most a year ahead.", field="ends")
    override = Override.objects.create(
        rotation=rotation, person=person, starts_at=starts_at, ends_at=ends_at, created_by=actor
    )
    span = f"{starts_at:%d %b %H:%M} to {ends_at:%d %b %H:%M} UTC"
    changes.record(rotation, f"let {person.name} cover {span}", actor=actor, at=now)
    return override


@transaction.atomic(durable=True)
def withdraw(override: Override, *, actor: User) -> None:
    """Take an override back; the turn holds again."""
    rotation = Rotation.objects.select_for_update().get(pk=override.rotation_id)
    require(actor, MANAGE)
    override = Override.objects.select_related("person").get(pk=override.pk)
    span = f"{override.starts_at:%d %b %H:%M} to {override.ends_at:%d %b %H:%M} UTC"
    changes.record(rotation, f"took back that {override.person.name} covers {span}", actor=actor, at=clock.now())
    override.delete()
