"""The ways out of an incident, and back in: declined, fixed in one click, reopened, taken back."""

from datetime import datetime, timedelta

from django.db import transaction

from incidents import blockers, engagement, holders, merging, moves, policies, timeline
from incidents.models import ImpactWindow, Incident
from incidents.phases import WAY, check_move
from incidents.vocabulary import Disposition, Kind, Phase, Posture, Severity
from kit import clock
from kit.rules import check, require
from roles.catalogue import Role
from roles.models import User
from statuspage.vocabulary import UNRESOLVED

STEER = "incidents.steer_incident"
REOPEN_WITHIN = timedelta(hours=72)
TAKE_BACK_WITHIN = timedelta(hours=24)


@transaction.atomic(durable=True)
def decline(incident: Incident, *, actor: User, reason: str) -> Incident:
    """It is no incident, is known, or cannot be reproduced; for a day it can be taken back into triage (E6)."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, STEER, incident)
    check(not incident.is_imported, "imported", "An imported incident is history; it stays where it is.")
    check_move(incident.phase, Phase.DECLINED)
    check(
        reason.strip(),
        "no_reason",
        "Say why: not an incident, a test, known already, cannot be reproduced.",
        field="reason",
    )
    check(
        not incident.public_links.filter(public_incident__state__in=UNRESOLVED).exists(),
        "public_incident_open",
        "The public was told of it. Publish a bulletin that withdraws and resolves that, then decline.",
    )
    incident.disposition, incident.exit_reason = Disposition.FALSE_ALARM, reason.strip()
    moves.move(incident, Phase.DECLINED, now=clock.now(), actor=actor, note=reason, kind=Kind.DECLINED)
    return incident


def reopen_held(incident: Incident, *, actor: User, reason: str) -> Incident:
    """Back to identification after it was resolved, under the lock the caller holds (E5)."""
    now = clock.now()
    check(reason.strip(), "no_reason", "Reopening needs a reason: what came back?", field="note")
    resolved_at = incident.resolved_at or incident.closed_at or now
    check(
        now - resolved_at <= REOPEN_WITHIN,
        "too_late_to_reopen",
        f"{incident.reference} was resolved more than 72 hours ago. Declare a new one as its recurrence.",
        field="to",
    )
    incident.reopened_at = now
    if incident.disposition == Disposition.REAL:
        ImpactWindow.objects.create(incident=incident, started_at=now, is_estimated=True)
    if _is_decided_anew(incident):
        incident.posture, incident.posture_reason = Posture.UNDECIDED, ""
    timeline.record(incident, Kind.REOPENED, actor=actor, at=now, body=reason.strip())
    moves.move(incident, Phase.IDENTIFICATION, now=now, actor=actor, note=reason)
    return incident


def _is_decided_anew(incident: Incident) -> bool:
    """That the public need not be told held for what was over; where the cadence asks for it, it is decided anew."""
    asks = policies.of(incident).posture.get(Severity(incident.severity))
    return bool(asks) and incident.posture == Posture.NOT_REQUIRED and not incident.is_restricted


@transaction.atomic(durable=True)
def take_back(incident: Incident, *, actor: User, reason: str) -> Incident:
    """A declined or merged one goes back into triage within a day: it was one after all, or not the same."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, STEER, incident)
    check_move(incident.phase, Phase.TRIAGE)
    check(reason.strip(), "no_reason", "Say why it is an incident after all.", field="reason")
    now = clock.now()
    if incident.is_over:
        check(
            incident.closed_at and now - incident.closed_at <= TAKE_BACK_WITHIN,
            "too_late_to_take_back",
            f"{incident.reference} was {incident.get_phase_display().lower()} more than a day ago. Declare a new one.",
        )
    if incident.merged_into_id:
        merging.part(incident, now=now, actor=actor)
    incident.disposition, incident.exit_reason = Disposition.REAL, ""
    moves.move(incident, Phase.TRIAGE, now=now, actor=actor, note=reason)
    return incident


@transaction.atomic(durable=True)
def fix_and_close(incident: Incident, *, actor: User, note: str = "") -> Incident:
    """“Fixed, close” for an S4: whoever fixed it leads it, its phases are filled in, all in one step."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, STEER, incident)
    check(incident.severity == Severity.S4, "only_s4", "Only an S4 closes in one click; move it through its phases.")
    check(incident.is_live, "over", "This incident is over already.")
    now = clock.now()
    engagement.answer_all(incident, actor, now=now)
    _lead_it(incident, actor, now=now)
    _end_impact(incident, now=now)
    if incident.posture == Posture.UNDECIDED:
        incident.posture, incident.posture_reason = Posture.NOT_REQUIRED, "an S4, fixed at once"
    for to in (Phase.POST_INCIDENT, Phase.CLOSED):
        blockers.refuse(incident, to, actor)
    for phase in WAY[WAY.index(Phase(incident.phase)) + 1 :]:
        moves.move(incident, phase, now=now, actor=actor, note=note)
    return incident


def _lead_it(incident: Incident, actor: User, *, now: datetime) -> None:
    """Where nobody leads, whoever fixed it does."""
    if holders.lead(incident) is None:
        engagement.begin(incident, Role.LEAD, actor, now=now)


def _end_impact(incident: Incident, *, now: datetime) -> None:
    """Without a known start it is taken from the declaration, and marked as estimated."""
    open_windows = ImpactWindow.objects.filter(incident=incident, ended_at=None)
    if not open_windows.update(ended_at=now) and not incident.windows.exists():
        ImpactWindow.objects.create(incident=incident, started_at=incident.declared_at, ended_at=now, is_estimated=True)
