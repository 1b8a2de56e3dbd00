"""The one organisation of this installation: questions about it, and the command that changes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from kit import clock
from kit.compiled import Compiled
from kit.lines import check_line
from kit.rules import check, require
from roles import changes
from roles.calendar import Calendar
from roles.models import Organisation, User

MONDAY_TO_FRIDAY = (1, 2, 3, 4, 5)
MANAGE = "roles.manage_organisation"
FIELDS = (
    "name",
    "time_zone",
    "workday_starts",
    "workday_ends",
    "workdays",
    "holidays",
    "call_url",
    "chat_url",
)


THE_ONE = Compiled(lambda: Organisation.objects.filter(pk=1))
_known: ContextVar[Organisation | None] = ContextVar("organisation", default=None)


def current() -> Organisation:
    """The organisation; a nameless one in UTC until the set-up has named it."""
    return _known.get() or _read()


@contextmanager
def remembered() -> Iterator[None]:
    """Within it the organisation is read once: a batch of letters asks for its zone a thousand times."""
    token = _known.set(current())
    try:
        yield
    finally:
        _known.reset(token)


def _read() -> Organisation:
    return THE_ONE.first() or Organisation(pk=1, name="", workdays=list(MONDAY_TO_FRIDAY))


def calendar() -> Calendar:
    """The organisation's working time."""
    organisation = current()
    return Calendar(
        zone=ZoneInfo(organisation.time_zone),
        starts=organisation.workday_starts or time(9),
        ends=organisation.workday_ends or time(17, 30),
        workdays=frozenset(organisation.workdays or MONDAY_TO_FRIDAY),
        holidays=frozenset(date.fromisoformat(day) for day in organisation.holidays),
    )


def hold() -> Organisation:
    """The organisation's row, made if need be and locked until the transaction ends."""
    Organisation.objects.get_or_create(pk=1, defaults={"name": "", "workdays": list(MONDAY_TO_FRIDAY)})
    return Organisation.objects.select_for_update().get(pk=1)


def named(name: str, time_zone: str) -> Organisation:
    """Give the organisation its first name and zone, within the transaction that sets the house up."""
    organisation = hold()
    organisation.name, organisation.time_zone = name, time_zone
    organisation.save()
    return organisation


@transaction.atomic(durable=True)
def change(*, actor: User, **said: Any) -> Organisation:
    """Change what is said (of `FIELDS`): `workdays` ISO weekdays, `holidays` ISO dates, times of the wall clock.

    Times that are due already keep their date; the new working hours hold for what is owed from now on.
    """
    organisation = hold()
    require(actor, MANAGE)
    now = clock.now()
    for field in FIELDS:
        setattr(organisation, field, said.get(field, getattr(organisation, field)))
    _check(organisation)
    if organisation.set_up_at is None:
        organisation.set_up_at = now
    organisation.save()
    changes.record(organisation, "changed the organisation", actor=actor, at=now)
    return organisation


def _check(organisation: Organisation) -> None:
    check_line(organisation.name, "no_name", "Say what your organisation is called.", field="name")
    check(
        organisation.workday_starts < organisation.workday_ends,
        "no_hours",
        "The working day must end after it starts.",
        field="workday_ends",
    )
    check(organisation.workdays, "no_workday", "Choose at least one working day.", field="workdays")
