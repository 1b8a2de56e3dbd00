"""The way of an incident: declared, moved from phase to phase, closed, and what else may become of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Model

from incidents import blockers, calling, engagement, exits, holders, levelling, moves, policies, references, timeline
from incidents.calling import Called
from incidents.models import ImpactWindow, Incident, Member, PhaseEntry, Service
from incidents.phases import check_move, is_backward, skipped
from incidents.severity import PRIORITY
from incidents.visibility import SILENT
from incidents.vocabulary import Disposition, Kind, Phase, Posture, Severity, Type, Visibility
from kit import clock
from kit.instants import check_has_been
from kit.lines import check_line
from kit.rows import Spelled, spelled
from kit.rules import check, require
from roles import organisation
from roles.models import User

STEER = "incidents.steer_incident"


@dataclass(frozen=True)
class Declaration:
    """What somebody says when they declare. Only `title` and `type` must be given."""

    title: str
    type: Type
    severity: Severity | None = None
    rationale: str = ""
    rule: str = ""
    is_provisional: bool = False
    services: tuple[Service, ...] = ()
    impact_started_at: datetime | None = None
    # It was over before it was declared: nobody is called (E12).
    impact_ended_at: datetime | None = None
    # The reference of the one that came back, where that is too old to be reopened (E5).
    recurrence_of: str = ""
    detected_at: datetime | None = None
    is_restricted: bool = False
    idempotency_key: str | None = None
    through: str = "web"
    affected: str = field(default="")


@transaction.atomic(durable=True)
def declare(said: Declaration, *, actor: User) -> Incident:
    """Raise an incident: reference, room, first entry, people and clocks, all at once.

    The same idempotency key from the same person gives the incident that is there already.
    """
    require(actor, "incidents.declare_incident")
    now = clock.now()
    _check(said, now)
    with organisation.remembered():
        incident = _new(said, actor=actor, now=now)
        roles = () if said.impact_ended_at else holders.roles_for(incident)
        seats = holders.who_would(incident, roles, now, said.services)
        timeline.add(incident, Kind.DECLARED, actor=actor, at=now, body=said.title, data=_facts(incident))
        called = calling.seat(incident, seats, now=now, actor=actor)
        called.clocks += levelling.first_clocks(incident, now=now)
        if said.impact_ended_at and actor.has_perm(STEER):
            called.engagements.append(engagement.leading(incident, actor, now=now))
        beside = _beside(incident, said, called, actor=actor, now=now)
        # All that can be is read and reckoned: from here on the counter's row is held, and a second click waits.
        incident.reference = references.give(restricted=incident.is_restricted)
        known = _declared_before(said, actor)
        if known:
            references.give_back(restricted=incident.is_restricted)
            return known
        calling.announce(incident, called, reason=calling.because(incident), now=now, actor=actor)
        timeline.begin(incident, called.engagements, *beside)
    return incident


def _check(said: Declaration, now: datetime) -> None:
    check_line(said.title, "no_title", "Say in a sentence what you see.", field="title")
    check(
        len(said.title) <= 200, "title_too_long", "At most 200 characters; the rest fits the situation.", field="title"
    )
    for name in ("impact_started_at", "detected_at", "impact_ended_at"):
        at = getattr(said, name)
        if at is not None:
            check_has_been(at, now, name)
    check(
        not (said.impact_started_at and said.impact_ended_at) or said.impact_started_at <= said.impact_ended_at,
        "out_of_order",
        "The impact cannot end before it started.",
        field="impact_ended_at",
    )


def _came_back(said: Declaration, actor: User) -> Incident | None:
    if not said.recurrence_of:
        return None
    found = Incident.objects.visible_to(actor).filter(reference=said.recurrence_of).first()
    check(found, "no_such_incident", f"There is no incident {said.recurrence_of}.", field="recurrence_of")
    return found


def _declared_before(said: Declaration, actor: User) -> Incident | None:
    if not said.idempotency_key:
        return None
    found = Incident.unrestricted.filter(declared_by=actor, idempotency_key=said.idempotency_key).first()
    check(
        found is None or Incident.objects.visible_to(actor).filter(pk=found.pk).exists(),
        "key_used",
        "This key has been used already; declare with another.",
        field="idempotency_key",
    )
    return found


def _new(said: Declaration, *, actor: User, now: datetime) -> Incident:
    """The incident as it begins, not saved and without a reference."""
    severity, ours = said.severity or Severity.S3, organisation.current()
    earlier = _came_back(said, actor)
    restricted = said.is_restricted or said.type == Type.SECURITY or bool(earlier and earlier.is_restricted)
    incident = Incident(
        title=said.title.strip(),
        type=said.type,
        visibility=Visibility.RESTRICTED if restricted else Visibility.ORGANISATION,
        phase=Phase.REMEDIATION if said.impact_ended_at else Phase.IDENTIFICATION,
        recurrence_of=earlier,
        severity=severity,
        initial_severity=severity,
        peak_severity=severity,
        severity_rationale=said.rationale,
        severity_rule=said.rule,
        is_provisional=said.is_provisional or said.severity is None,
        priority=PRIORITY[severity],
        what=said.title.strip(),
        affected=said.affected,
        declared_by=actor,
        declared_at=now,
        declared_through=said.through,
        acknowledged_at=now if said.impact_ended_at else None,
        mitigated_at=said.impact_ended_at,
        severity_confirmed_at=now if said.impact_ended_at and said.severity and not said.is_provisional else None,
        detected_at=min(said.detected_at or now, now),
        idempotency_key=said.idempotency_key,
        cadence=policies.current(),
        call_url=ours.call_url,
        chat_url=ours.chat_url,
    )
    if restricted:
        incident.posture, incident.posture_reason = Posture.NOT_REQUIRED, SILENT
    return incident


def _beside(incident: Incident, said: Declaration, called: Called, *, actor: User, now: datetime) -> list[Spelled]:
    """The rows that hang on it and do not tell its reference, ready to be saved with it (the speed that it owes)."""
    if incident.is_restricted:
        called.members.insert(0, Member(incident=incident, person=actor, granted_at=now, reason="declared it"))
    # Whoever is asked into two roles is let in once.
    members = list({one.person_id: one for one in reversed(called.members)}.values())
    services = list(dict.fromkeys(said.services))
    affects = [Incident.services.through(incident=incident, service=service) for service in services]
    entered = [PhaseEntry(incident=incident, phase=incident.phase, entered_at=now)]
    windows = _felt(incident, said)
    incident.begun_with.update(
        services=services, phase_entries=entered, windows=windows, engagements=called.engagements
    )
    kinds: tuple[Sequence[Model], ...] = (called.clocks, members, entered, affects, windows)
    return [spelled(rows) for rows in kinds if rows]


def _felt(incident: Incident, said: Declaration) -> list[ImpactWindow]:
    since = said.impact_started_at or said.impact_ended_at
    if not since:
        return []
    is_estimated = not said.impact_started_at
    return [ImpactWindow(incident=incident, started_at=since, ended_at=said.impact_ended_at, is_estimated=is_estimated)]


def _facts(incident: Incident) -> dict[str, object]:
    return {
        "type": incident.type,
        "severity": incident.severity,
        "rule": incident.severity_rule,
        "provisional": incident.is_provisional,
        "through": incident.declared_through,
        "over": incident.mitigated_at is not None,
    }


@transaction.atomic(durable=True)
def transition(incident: Incident, to: Phase, *, actor: User, note: str = "") -> Incident:
    """Move to another phase. Raises `IllegalTransition`, or `Blocked` with what stands in the way."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, STEER, incident)
    check(not incident.is_imported, "imported", "An imported incident is history; it stays where it is.", field="to")
    check_move(incident.phase, to)
    check(
        to not in (Phase.DECLINED, Phase.MERGED), "use_the_exit", "Use decline or merge, which ask for what they need."
    )
    left = incident.phase in (Phase.DECLINED, Phase.MERGED)
    check(not left, "use_take_back", "Take it back, which asks for what it needs.", field="to")
    if incident.phase in (Phase.POST_INCIDENT, Phase.CLOSED) and to == Phase.IDENTIFICATION:
        return exits.reopen_held(incident, actor=actor, reason=note)
    _check_note(incident, to, note)
    blockers.refuse(incident, to, actor)
    moves.move(incident, to, now=clock.now(), actor=actor, note=note)
    return incident


def _check_note(incident: Incident, to: Phase, note: str) -> None:
    back = is_backward(incident.phase, to)
    left_out = skipped(incident.phase, to)
    check(note.strip() or not back, "no_reason", "Going back needs a reason: what is different now?", field="note")
    names = ", ".join(phase.label for phase in left_out)
    check(note.strip() or not left_out, "no_reason", f"This leaves out {names}. Say why.", field="note")


@transaction.atomic(durable=True)
def recur(incident: Incident, *, actor: User, reason: str, at: datetime | None = None) -> Incident:
    """It came back while we watched, or after it was mitigated: another window of impact, and mitigation again (E4)."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, STEER, incident)
    now = clock.now()
    felt_at, windows = at or now, list(incident.windows.all())
    _check_recurrence(incident, windows, felt_at, reason, now)
    ImpactWindow.objects.create(incident=incident, started_at=felt_at)
    incident.disposition, incident.is_monitoring, incident.monitoring_until = Disposition.REAL, False, None
    data = {"started_at": felt_at.isoformat(), "again": len(windows) + 1}
    timeline.record(incident, Kind.IMPACT, actor=actor, at=now, occurred_at=felt_at, body=reason.strip(), data=data)
    if incident.phase == Phase.REMEDIATION:
        moves.move(incident, Phase.MITIGATION, now=now, actor=actor, note=reason)
    return incident


def _check_recurrence(
    incident: Incident, windows: Sequence[ImpactWindow], at: datetime, reason: str, now: datetime
) -> None:
    mitigating = incident.phase in (Phase.MITIGATION, Phase.REMEDIATION)
    check(mitigating, "not_mitigated", "It comes back in mitigation or remediation; what is resolved is reopened.")
    check(reason.strip(), "no_reason", "Say in a sentence what came back.", field="reason")
    check_has_been(at, now, "at")
    ends = [window.ended_at for window in windows]
    check(None not in ends, "not_over", "Its impact has not ended yet, so it goes on.")
    last = max((end for end in ends if end), default=None)
    check(last is None or last <= at, "out_of_order", "It was still felt then; give a later time.", field="at")


@transaction.atomic(durable=True)
def monitor(incident: Incident, *, actor: User, minutes: int = 30) -> Incident:
    """The step is done and we watch: a flag within mitigation, for so many minutes."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, STEER, incident)
    check(incident.phase == Phase.MITIGATION, "not_mitigating", "Monitoring is a part of mitigation; go there first.")
    check(5 <= minutes <= 24 * 60, "watch_out_of_range", "Watch for 5 minutes to 24 hours.", field="minutes")
    now = clock.now()
    incident.is_monitoring, incident.monitoring_until = True, now + timedelta(minutes=minutes)
    data = {"until": incident.monitoring_until.isoformat()}
    timeline.record(incident, Kind.MONITORING, actor=actor, at=now, data=data)
    return incident
