"""The cadence policies as questions: the one in force, the one an incident runs under, and its calendar."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from incidents import cadence
from incidents.cadence import Policy
from incidents.models import CadencePolicy, Incident
from incidents.vocabulary import Duty, Severity
from kit import clock
from kit.compiled import Compiled
from kit.rules import RuleBroken, check, require
from roles import organisation
from roles.calendar import Calendar
from roles.models import User

# Versions never change, so each is read from its JSON once a process; a batch leaves the JSON in the database.
_read: dict[tuple[int, datetime], Policy] = {}
NEWEST = Compiled(lambda: CadencePolicy.objects.order_by("-version").defer("body")[:1])


def of(incident: Incident) -> Policy:
    """The version the incident was declared under."""
    row = incident.cadence
    return read(row) if row else cadence.PRESETS[cadence.HANDBOOK]


def read(row: CadencePolicy) -> Policy:
    """The policy of a version."""
    # Two databases may know different versions by one number, as those of tests do.
    key = (row.version, row.created_at)
    if key not in _read:
        _read[key] = cadence.from_json(row.version, row.preset, row.body)
    return _read[key]


def current() -> CadencePolicy:
    """The newest version; new incidents run under it."""
    return NEWEST.rows()[0]


def calendar() -> Calendar:
    return organisation.calendar()


def next_notice(incident: Incident, audience: str, *, since: datetime, policy: Policy) -> datetime | None:
    """When the audience's next notice is due after one at `since`; None where no clock runs for it."""
    interval = policy.notice_interval(audience, incident.severity)
    if interval is None or not incident.is_open or incident.mitigated_at is not None:
        return None
    return cadence.after(since, interval, incident.severity, calendar())


def business_days_after(at: datetime, days: int) -> datetime:
    return calendar().end_of_business_day(at, days)


@transaction.atomic(durable=True)
def revise(preset: str, body: Mapping[str, Any], *, actor: User, note: str) -> CadencePolicy:
    """Write a new version. New incidents run under it; running ones keep theirs."""
    require(actor, "incidents.manage_cadence")
    check(preset in cadence.PRESETS, "no_such_preset", f"Allowed are {', '.join(cadence.PRESETS)}.", field="preset")
    check(note.strip(), "no_reason", "Say what changes and why; people read it beside the version.", field="note")
    newest = CadencePolicy.objects.select_for_update().order_by("-version")[0]
    made = CadencePolicy(
        version=newest.version + 1,
        preset=preset,
        # What is not said stays as it is.
        body=newest.body | dict(body),
        created_at=clock.now(),
        created_by=actor,
        note=note.strip(),
    )
    _check_can_be_read(made)
    made.save(force_insert=True)
    return made


def revise_ladder(
    duty: Duty, severity: Severity, rungs: Sequence[Mapping[str, Any]], *, actor: User, note: str
) -> CadencePolicy:
    """A new version in which one ladder has these rungs (`incidents.ladders.to_json`)."""
    now = current()
    steps = now.body["ladders"]
    changed = steps | {duty.value: steps[duty.value] | {severity.value: list(rungs)}}
    return revise(now.preset, {"ladders": changed}, actor=actor, note=note)


def _check_can_be_read(made: CadencePolicy) -> None:
    try:
        cadence.from_json(made.version, made.preset, made.body)
    except (KeyError, TypeError, ValueError) as error:
        raise RuleBroken("no_cadence", f"This is no cadence: {error}") from error


def use_preset(preset: str, *, actor: User) -> CadencePolicy:
    """A new version that is a preset as it is."""
    check(preset in cadence.PRESETS, "no_such_preset", f"Allowed are {', '.join(cadence.PRESETS)}.", field="preset")
    body = cadence.to_json(cadence.PRESETS[preset])
    return revise(preset, body, actor=actor, note=f"The preset: {cadence.PRESET_NAMES[preset]}")
