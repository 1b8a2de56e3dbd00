"""Entering a phase: what the rows say then, and which clocks it starts and stops."""

from datetime import datetime
from typing import Any

from incidents import calling, drafts, engagement, levelling, obligations, policies, timeline
from incidents.models import Incident, PhaseEntry
from incidents.phases import is_backward
from incidents.vocabulary import EXITS, Duty, Kind, Phase
from roles.models import User


def move(
    incident: Incident,
    to: Phase,
    *,
    now: datetime,
    actor: User | None,
    note: str = "",
    kind: Kind = Kind.TRANSITIONED,
    data: dict[str, Any] | None = None,
) -> None:
    """Enter a phase and set what follows from it. The caller holds the lock and has checked the rules."""
    origin, was_open = incident.phase, incident.is_open
    PhaseEntry.objects.filter(incident=incident, left_at=None).update(left_at=now)
    PhaseEntry.objects.create(incident=incident, phase=to, entered_at=now)
    incident.phase = to
    incident.is_monitoring, incident.monitoring_until = False, None
    _set_milestones(incident, origin, to, now)
    if was_open and not incident.is_open:
        _end_what_waits(incident, now=now)
    facts = data or {"from": origin, "to": to}
    timeline.record(incident, kind, actor=actor, at=now, body=note.strip(), data=facts)
    _move_clocks(incident, now=now)
    if incident.is_open and not was_open:
        levelling.take_up(incident, now=now, actor=actor)


def _end_what_waits(incident: Incident, *, now: datetime) -> None:
    """Nobody is asked in any more, and nothing goes out by itself."""
    calling.call_off(incident, calling.unanswered(incident), now=now, actor=None)
    drafts.call_off(incident, now=now)
    drafts.keep_back(incident, f"The incident is {incident.get_phase_display().lower()}.", now=now)


def _set_milestones(incident: Incident, origin: str, to: Phase, now: datetime) -> None:
    if to == Phase.REMEDIATION:
        incident.mitigated_at = _impact_end(incident) or now
    elif to == Phase.POST_INCIDENT:
        incident.mitigated_at = incident.mitigated_at or _impact_end(incident) or now
        incident.resolved_at = max(now, incident.mitigated_at)
    elif to in EXITS:
        incident.closed_at = now
    elif is_backward(origin, to) or origin in EXITS:
        # The first ones stay in the phase entries and on the timeline.
        incident.mitigated_at = incident.resolved_at = incident.closed_at = None


def _impact_end(incident: Incident) -> datetime | None:
    ends = [window.ended_at for window in incident.windows.all() if window.ended_at]
    return max(ends, default=None)


def _move_clocks(incident: Incident, *, now: datetime) -> None:
    """What a phase starts and stops."""
    obligations.satisfy(incident, Duty.PHASE_TIMER, now=now, by=None)
    if incident.phase == Phase.IDENTIFICATION and incident.acknowledged_at:
        engagement.start_identification_timer(incident, now=now)
    if incident.is_open:
        # What is written of it is written when it is over again; its time starts anew then (E5).
        obligations.cancel(incident, Duty.REVIEW, now=now)
        obligations.owe_notices(incident, now=now, policy=policies.of(incident))
        return
    kept = (Duty.ACTION,) if incident.phase in (Phase.DECLINED, Phase.MERGED) else (Duty.REVIEW, Duty.ACTION)
    obligations.cancel_all(incident, now=now, but=kept)
    if incident.phase == Phase.POST_INCIDENT:
        obligations.owe_review(incident, now=now)
