"""Who is in which groups, who has left and come back, and what people say of themselves."""

import re
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from kit import clock
from kit.lines import check_line
from kit.rules import Forbidden, RuleBroken, check, require
from roles import changes, organisation
from roles.joining import check_groups, groups_named
from roles.models import User, validate_zone

MANAGE = "roles.manage_people"
PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{3,38}")


@transaction.atomic(durable=True)
def regroup(person: User, groups: Collection[str], *, actor: User) -> User:
    """Put a person into exactly these groups. The last administrator stays one."""
    person = _hold(person)
    require(actor, MANAGE)
    check_groups(groups)
    if not _administering(groups):
        _check_not_last(person)
    before = set(person.group_names)
    person.groups.set(groups_named(groups))
    person.__dict__.pop("group_names", None)
    if before != set(groups):
        _record(person, f"put {person.name} into {', '.join(sorted(groups))}", actor=actor, at=clock.now())
    return person


@transaction.atomic(durable=True)
def deactivate(person: User, *, actor: User) -> User:
    """Let somebody go: no sign-in, no key, no turn on call from now on; their name stays in the history."""
    person = _hold(person)
    require(actor, MANAGE)
    check(person.is_active, "left_already", f"{person.name} has left already.")
    _check_not_last(person)
    now = clock.now()
    person.is_active = False
    person.save(update_fields=["is_active"])
    person.tokens.filter(revoked_at=None).update(revoked_at=now)
    _record(person, f"let {person.name} go", actor=actor, at=now)
    return person


@transaction.atomic(durable=True)
def reactivate(person: User, *, actor: User) -> User:
    """Let somebody who had left sign in again, in the groups they had; their keys stay revoked."""
    person = _hold(person)
    require(actor, MANAGE)
    check(not person.is_active, "here_already", f"{person.name} is here already.")
    person.is_active = True
    person.save(update_fields=["is_active"])
    _record(person, f"let {person.name} back in", actor=actor, at=clock.now())
    return person


@transaction.atomic(durable=True)
def describe(person: User, *, name: str, time_zone: str, phone: str, actor: User) -> User:
    """Say a person's name, time zone and phone: everybody for themselves, administrators for all."""
    person = User.objects.select_for_update().get(pk=person.pk)
    if actor.pk != person.pk and not actor.has_perm(MANAGE):
        raise Forbidden("forbidden", "Everybody changes their own profile; administrators change all.")
    person.name, person.time_zone, person.phone = name.strip(), time_zone, phone.strip()
    _check_profile(person)
    person.save(update_fields=["name", "time_zone", "phone"])
    whose = "their own profile" if actor.pk == person.pk else f"the profile of {person.name}"
    _record(person, f"changed {whose}", actor=actor, at=clock.now())
    return person


def _hold(person: User) -> User:
    # One lock for all of them: two administrators who let each other go at once must not leave none.
    organisation.hold()
    return User.objects.select_for_update().get(pk=person.pk)


def _check_not_last(person: User) -> None:
    if not person.is_active or not (person.is_superuser or _administering(person.group_names)):
        return
    names = [name for name in settings.ROLES_GRANTS if _administering([name])]
    others = User.objects.filter(Q(is_superuser=True) | Q(groups__name__in=names), is_active=True).exclude(pk=person.pk)
    check(
        others.exists(),
        "last_administrator",
        f"{person.name} is the last administrator. Make somebody else one first.",
        field="groups",
    )


def _administering(groups: Collection[str]) -> bool:
    return any(MANAGE in settings.ROLES_GRANTS.get(name, frozenset()) for name in groups)


def _check_profile(person: User) -> None:
    check_line(person.name, "no_name", "Say a name, as colleagues know you.", field="name")
    check(len(person.name) <= 120, "name_too_long", "At most 120 characters.", field="name")
    check(
        not person.phone or PHONE.fullmatch(person.phone),
        "no_phone",
        "This is not a phone number. Allowed are digits, spaces and + ( ) / . -, such as +49 30 1234567.",
        field="phone",
    )
    try:
        validate_zone(person.time_zone)
    except ValidationError as error:
        raise RuleBroken("no_such_zone", error.messages[0], field="time_zone") from error


def _record(person: User, sentence: str, *, actor: User, at: datetime) -> None:
    changes.record(person, sentence, actor=actor, at=at)
