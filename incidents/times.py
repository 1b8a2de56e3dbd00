"""When things happened: windows of impact, and corrections of times with their reason (E11)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from incidents import timeline
from incidents.models import ImpactWindow, Incident
from incidents.phases import check_not_merged
from incidents.vocabulary import Disposition, Kind, Milestone
from kit import clock
from kit.instants import check_has_been
from kit.rules import check, require
from roles.models import User

RESPOND, STEER = "incidents.respond_incident", "incidents.steer_incident"

# In each chain every known time lies at or after the ones before it.
CHAINS: tuple[tuple[Milestone, ...], ...] = (
    (Milestone.DETECTED, Milestone.DECLARED, Milestone.ACKNOWLEDGED),
    (Milestone.MITIGATED, Milestone.RESOLVED, Milestone.CLOSED),
)


@transaction.atomic(durable=True)
def start_impact(
    incident: Incident, at: datetime, *, actor: User, estimated: bool = False, reason: str = ""
) -> Incident:
    """Say since when it is felt; moves the start of the first window if there is one."""
    incident = _locked(incident, actor, RESPOND)
    _start(incident, at, actor=actor, estimated=estimated, reason=reason, now=clock.now())
    return incident


@transaction.atomic(durable=True)
def end_impact(incident: Incident, at: datetime, *, actor: User, reason: str = "") -> Incident:
    """Say when it was over. Where no start is known, it is taken from the declaration and marked as estimated."""
    incident = _locked(incident, actor, RESPOND)
    _end(incident, at, actor=actor, reason=reason, now=clock.now())
    return incident


@transaction.atomic(durable=True)
def no_impact(incident: Incident, *, actor: User, reason: str) -> Incident:
    """Nobody felt it: a near miss, left out of durations (E21)."""
    incident = _locked(incident, actor, STEER)
    _none(incident, actor=actor, reason=reason, now=clock.now())
    return incident


@dataclass(frozen=True)
class Impact:
    """What somebody says of the impact at once: its start, its end, or that there was none."""

    started_at: datetime | None = None
    ended_at: datetime | None = None
    estimated: bool = False
    none: bool = False
    reason: str = ""


@transaction.atomic(durable=True)
def record_impact(incident: Incident, said: Impact, *, actor: User) -> Incident:
    """Start and end in one step; either may be left out, but not both."""
    incident = _locked(incident, actor, STEER if said.none else RESPOND)
    check(
        said.none or said.started_at or said.ended_at,
        "nothing_said",
        "Give the start, the end, or say that nobody felt it.",
        field="started_at",
    )
    now = clock.now()
    if said.none:
        _none(incident, actor=actor, reason=said.reason, now=now)
        return incident
    if said.started_at:
        _start(incident, said.started_at, actor=actor, estimated=said.estimated, reason=said.reason, now=now)
    if said.ended_at:
        _end(incident, said.ended_at, actor=actor, reason=said.reason, now=now)
    return incident


def _locked(incident: Incident, actor: User, permission: str) -> Incident:
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, permission, incident)
    check_not_merged(incident.phase)
    return incident


def _start(incident: Incident, at: datetime, *, actor: User, estimated: bool, reason: str, now: datetime) -> None:
    check_has_been(at, now, "started_at")
    first = incident.windows.order_by("started_at").first()
    if first:
        check(
            reason.strip() or first.is_estimated or first.started_at == at,
            "no_reason",
            "The start is known already; say why it was another.",
            field="reason",
        )
        check(
            first.ended_at is None or at <= first.ended_at,
            "out_of_order",
            "The impact cannot start after it ended.",
            field="started_at",
        )
    old = first.started_at.isoformat() if first else None
    window = first or ImpactWindow(incident=incident)
    window.started_at, window.is_estimated = at, estimated
    window.save()
    incident.disposition = Disposition.REAL
    data = {"started_at": at.isoformat(), "was": old, "estimated": estimated}
    timeline.record(incident, Kind.IMPACT, actor=actor, at=now, occurred_at=at, body=reason.strip(), data=data)


def _end(incident: Incident, at: datetime, *, actor: User, reason: str, now: datetime) -> None:
    check_has_been(at, now, "ended_at")
    window = incident.windows.order_by("-started_at").first() or ImpactWindow(
        incident=incident, started_at=min(incident.declared_at, at), is_estimated=True
    )
    was = window.ended_at
    check(
        was in (None, at) or reason.strip(),
        "no_reason",
        "The end is known already; say why it was another.",
        field="reason",
    )
    check(window.started_at <= at, "out_of_order", "The impact cannot end before it started.", field="ended_at")
    check(
        incident.resolved_at is None or at <= incident.resolved_at,
        "out_of_order",
        "The impact cannot end after the incident was resolved.",
        field="ended_at",
    )
    window.ended_at = at
    window.save()
    if incident.mitigated_at:
        incident.mitigated_at = at
    data = {"ended_at": at.isoformat(), "was": was.isoformat() if was else None}
    timeline.record(incident, Kind.IMPACT, actor=actor, at=now, occurred_at=at, body=reason.strip(), data=data)


def _none(incident: Incident, *, actor: User, reason: str, now: datetime) -> None:
    check(reason.strip(), "no_reason", "Say how you know that nobody felt it.", field="reason")
    incident.disposition = Disposition.NEAR_MISS
    incident.windows.all().delete()
    timeline.record(incident, Kind.IMPACT, actor=actor, at=now, body=reason.strip(), data={"none": True})


@transaction.atomic(durable=True)
def correct(incident: Incident, milestone: Milestone, at: datetime, *, actor: User, reason: str) -> Incident:
    """Put a milestone right. What is shown and counted changes; clocks keep to when things were recorded."""
    incident = _locked(incident, actor, STEER)
    now = clock.now()
    old: datetime | None = getattr(incident, milestone)
    check(reason.strip(), "no_reason", "A corrected time needs its reason.", field="reason")
    check(
        old, "not_reached", f"“{milestone.label}” has not been reached, so it cannot be corrected.", field="milestone"
    )
    check_has_been(at, now, "at")
    _check_order(incident, milestone, at)
    if milestone == Milestone.MITIGATED:
        _end_with_it(incident, old, at)
    setattr(incident, milestone, at)
    data = {"milestone": milestone, "was": old.isoformat() if old else None, "at": at.isoformat()}
    timeline.record(incident, Kind.TIME_CORRECTED, actor=actor, at=now, occurred_at=at, body=reason.strip(), data=data)
    return incident


def _end_with_it(incident: Incident, old: datetime | None, at: datetime) -> None:
    """It was mitigated when the last window of impact ended; the two stay one."""
    last = incident.windows.filter(ended_at=old).order_by("-started_at").first()
    if last:
        check(last.started_at <= at, "out_of_order", "The impact cannot end before it started.", field="at")
        last.ended_at = at
        last.save()


@transaction.atomic(durable=True)
def correct_phase(incident: Incident, entry: int, at: datetime, *, actor: User, reason: str) -> Incident:
    """Put right when a phase was entered: `entry` counts from 1 on the incident's way, going back included."""
    incident = _locked(incident, actor, STEER)
    now = clock.now()
    way = list(incident.phase_entries.all())
    check(reason.strip(), "no_reason", "A corrected time needs its reason.", field="reason")
    check(
        1 <= entry <= len(way), "no_such_entry", f"Its way has {len(way)} phases; give 1 to {len(way)}.", field="entry"
    )
    check_has_been(at, now, "at")
    found, before = way[entry - 1], way[entry - 2] if entry > 1 else None
    check(before is None or before.entered_at <= at, "out_of_order", "The phase before it began later.", field="at")
    check(found.left_at is None or at <= found.left_at, "out_of_order", "The phase was left before that.", field="at")
    was, found.entered_at = found.entered_at, at
    found.save()
    if before:
        before.left_at = at
        before.save()
    data = {"phase": found.phase, "entry": entry, "was": was.isoformat(), "at": at.isoformat()}
    timeline.record(incident, Kind.TIME_CORRECTED, actor=actor, at=now, occurred_at=at, body=reason.strip(), data=data)
    return incident


def _check_order(incident: Incident, milestone: Milestone, at: datetime) -> None:
    chain = next(chain for chain in CHAINS if milestone in chain)
    place = chain.index(milestone)
    for other in chain:
        known = getattr(incident, other)
        if known is None or other == milestone:
            continue
        earlier = chain.index(other) < place
        check(
            known <= at if earlier else at <= known,
            "out_of_order",
            f"“{milestone.label}” must be {'after' if earlier else 'before'} “{other.label}” "
            f"({known:%Y-%m-%d %H:%M:%S} UTC).",
            field="at",
        )
