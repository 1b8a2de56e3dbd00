"""The severity: confirmed, raised, corrected, and what each of these sets going (domain §2.2, E1, E2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from incidents import cadence, calling, holders, obligations, policies, public_clock, timeline
from incidents.models import Incident, Obligation
from incidents.phases import check_not_merged
from incidents.severity import PRIORITY, is_worse, rank, worst
from incidents.vocabulary import Duty, Kind, Phase, Posture, Priority, Severity
from kit import clock
from kit.rules import check, require
from roles.models import User

STEER = "incidents.steer_incident"
# A provisional S2 calls incident manager and communications after so much silence (§2.6).
SILENCE = timedelta(minutes=10)
CONFIRM_WITHIN = timedelta(minutes=15)
OVER_ESTIMATED, UNDER_ESTIMATED, SHRINKING = "over_estimated", "under_estimated", "shrinking"


@dataclass(frozen=True)
class Consequences:
    """What another severity would set going, to be shown before the click."""

    severity: Severity
    pages: list[holders.OnCall]
    public_due_at: datetime | None
    public_was_due_at: datetime | None
    is_due_at_once: bool
    needs_review: bool


def first_clocks(incident: Incident, *, now: datetime) -> list[Obligation]:
    """What is owed from the first second; not saved."""
    # Where it was over before anybody could be called, only the public is still to be thought of (E12).
    clocks = [] if incident.mitigated_at else _to_level(incident, now=now)
    decide_by = _posture_due(incident, now)
    if decide_by:
        clocks.append(obligations.new(incident, Duty.POSTURE, due_at=decide_by, now=now))
    return clocks


def _to_level(incident: Incident, *, now: datetime) -> list[Obligation]:
    """Its severity is confirmed, and looked at again where it was provisional."""
    clocks = []
    if incident.severity in obligations.GRAVE and not incident.severity_confirmed_at:
        within = SILENCE if incident.is_provisional and incident.severity == Severity.S2 else CONFIRM_WITHIN
        clocks.append(obligations.new(incident, Duty.CONFIRMATION, due_at=now + within, now=now))
    if incident.is_provisional:
        due = _after(now, policies.of(incident).relevel, incident)
        clocks.append(obligations.new(incident, Duty.RELEVEL, due_at=due, now=now))
    return clocks


def take_up(incident: Incident, *, now: datetime, actor: User | None) -> None:
    """It goes on after it was over: what its severity asks for is owed again, and roles nobody holds are called."""
    for clock_of_it in first_clocks(incident, now=now):
        clock_of_it.save(force_insert=True)
    public_clock.taken_up(incident, now=now)
    calling.engage(incident, now=now, actor=actor)


def owe_posture(incident: Incident, *, now: datetime) -> None:
    due = _posture_due(incident, now)
    if due and not Obligation.objects.open().filter(incident=incident, duty=Duty.POSTURE).exists():
        obligations.owe(incident, Duty.POSTURE, due_at=due, now=now)


def _posture_due(incident: Incident, now: datetime) -> datetime | None:
    """By when it is decided whether the public is told, where that is open and has a clock."""
    minutes = policies.of(incident).posture.get(Severity(incident.severity))
    return _after(now, minutes, incident) if minutes and incident.posture == Posture.UNDECIDED else None


def _after(now: datetime, minutes: int, incident: Incident) -> datetime:
    return cadence.after(now, timedelta(minutes=minutes), incident.severity, policies.calendar())


@transaction.atomic(durable=True)
def confirm(incident: Incident, *, actor: User) -> Incident:
    """The lead confirms the severity: roles still missing are called and the audiences told."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, STEER, incident)
    check(incident.is_live, "over", "This incident is over; its severity stands.")
    check(incident.severity_confirmed_at is None, "confirmed_already", f"{incident.severity} is confirmed already.")
    _check_is_lead(incident, actor)
    _confirm(incident, actor=actor, now=clock.now())
    return incident


def _check_is_lead(incident: Incident, actor: User) -> None:
    lead = holders.lead(incident)
    check(
        lead is None or lead.person_id == actor.pk,
        "not_lead",
        f"Its lead, {lead.person if lead else ''}, confirms the severity. They can hand the lead over to you.",
    )


def _confirm(incident: Incident, *, actor: User, now: datetime) -> None:
    incident.severity_confirmed_at = now
    incident.is_provisional = False
    for duty in (Duty.CONFIRMATION, Duty.RELEVEL):
        obligations.satisfy(incident, duty, now=now, by=actor)
    timeline.record(incident, Kind.CONFIRMED, actor=actor, at=now, data={"severity": incident.severity})
    if incident.is_open:
        calling.engage(incident, now=now, actor=actor)
        owe_posture(incident, now=now)
        obligations.owe_notices(incident, now=now, policy=policies.of(incident))


@transaction.atomic(durable=True)
def escalate(incident: Incident, to: Severity, *, actor: User, reason: str) -> Incident:
    """The impact grew. Missing roles are paged once; no due time gets later (SUP3-3)."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, STEER, incident)
    check(incident.is_live, "over", "This incident is over; correct its severity instead.")
    check(
        is_worse(to, incident.severity),
        "not_graver",
        f"It is {incident.severity} already. Raising goes to a graver level; to put a wrong one right, correct it.",
        field="severity",
    )
    check(reason.strip(), "no_reason", "Say in a sentence what grew.", field="reason")
    _change(incident, to, Kind.ESCALATED, actor=actor, reason=reason)
    return incident


@transaction.atomic(durable=True)
def correct(incident: Incident, to: Severity, *, actor: User, reason: str, because: str = OVER_ESTIMATED) -> Incident:
    """We were wrong. A shrinking impact is progress and no correction (REL1-3)."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, STEER, incident)
    check(
        because != SHRINKING,
        "shrinking_is_progress",
        "An impact that shrinks is progress, not another severity: it stays at the worst that was reached.",
        field="because",
    )
    check_not_merged(incident.phase)
    check(to != incident.severity, "same_severity", f"It is {incident.severity} already.", field="severity")
    check(reason.strip(), "no_reason", "A correction needs its reason.", field="reason")
    _change(incident, to, Kind.CORRECTED, actor=actor, reason=reason)
    return incident


def change(incident: Incident, to: Severity, *, actor: User, reason: str, because: str = OVER_ESTIMATED) -> Incident:
    """Raise it where it is graver and still going on, else correct it."""
    if is_worse(to, incident.severity) and incident.is_live and because != UNDER_ESTIMATED:
        return escalate(incident, to, actor=actor, reason=reason)
    return correct(incident, to, actor=actor, reason=reason, because=because)


def _change(incident: Incident, to: Severity, kind: Kind, *, actor: User, reason: str) -> None:
    now, was, lead = clock.now(), incident.severity, holders.lead(incident)
    was_confirmed = incident.severity_confirmed_at is not None
    incident.severity = to
    incident.peak_severity = worst(to, incident.peak_severity)
    incident.priority = min(Priority(incident.priority), PRIORITY[to])
    incident.is_provisional = False
    # What is over is looked at with a cool head: it stands as it is put.
    incident.severity_confirmed_at = now if was_confirmed and not incident.is_open else None
    data = {"from": was, "to": to, "told": was_confirmed}
    timeline.record(incident, kind, actor=actor, at=now, body=reason.strip(), data=data)
    if not incident.is_open:
        # Nobody is called for what is over; but a graver one is looked back on.
        if incident.phase in (Phase.POST_INCIDENT, Phase.CLOSED):
            obligations.owe_review(incident, now=now)
        return
    raised = is_worse(to, was)
    public_clock.severity_changed(incident, now=now, raised=raised)
    calling.severity_changed(incident, now=now, actor=actor, raised=raised)
    if lead is None or lead.person_id == actor.pk:
        _confirm(incident, actor=actor, now=now)
        return
    calling.engage(incident, now=now, actor=actor)
    obligations.owe(incident, Duty.CONFIRMATION, due_at=now + CONFIRM_WITHIN, now=now)
    owe_posture(incident, now=now)


def preview(incident: Incident, to: Severity, now: datetime) -> Consequences:
    """What raising or correcting to `to` would do; changes nothing."""
    would_be = _as_if(incident, to)
    held = {engaged.role for engaged in holders.active(incident)}
    missing = [role for role in holders.roles_for(would_be) if role not in held]
    old, new = public_clock.due_if(incident, to, now)
    return Consequences(
        severity=to,
        pages=holders.who_would(incident, missing, now),
        public_due_at=new,
        public_was_due_at=old,
        is_due_at_once=new is not None and new <= now,
        needs_review=bool(policies.of(incident).review_days.get(to)) and rank(to) < rank(incident.peak_severity),
    )


def _as_if(incident: Incident, to: Severity) -> Incident:
    """An unsaved twin that differs in its severity."""
    return Incident(pk=incident.pk, type=incident.type, severity=to, is_provisional=False, cadence=incident.cadence)
