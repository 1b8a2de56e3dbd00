"""The clock: what is owed, by whom, until when. Commands here join the transaction of the one that calls them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from incidents import ladders, policies, timeline
from incidents.cadence import SNOOZE, Policy, ladder
from incidents.ladders import Ladder, rung_at
from incidents.models import Incident, Obligation
from incidents.vocabulary import Audience, Duty, Kind, Severity, Type
from kit import clock
from kit.rules import RuleBroken, check, require
from roles.catalogue import Role
from roles.models import User

GRAVE = (Severity.S1, Severity.S2)
# One subject, several, or whatever it is about.
Subject = str | Sequence[str] | None
# Sent by the workers when due, composed from the record; nobody has to press a button.
SENT_BY_WORKERS = frozenset({Duty.STAKEHOLDER_NOTICE, Duty.EXECUTIVE_NOTICE})

OWNERS: dict[Duty, Role] = {
    Duty.CONFIRMATION: Role.LEAD,
    Duty.POSTURE: Role.INCIDENT_MANAGER,
    Duty.PUBLIC_UPDATE: Role.COMMUNICATIONS,
    Duty.STAKEHOLDER_NOTICE: Role.COMMUNICATIONS,
    Duty.EXECUTIVE_NOTICE: Role.EXECUTIVE_LIAISON,
    Duty.PHASE_TIMER: Role.LEAD,
    Duty.RELEVEL: Role.LEAD,
    Duty.REVIEW: Role.LEAD,
}


def new(
    incident: Incident,
    duty: Duty,
    *,
    due_at: datetime,
    now: datetime,
    audience: str = "",
    subject: str = "",
    promised: bool = False,
    owner: User | None = None,
    role: str = "",
) -> Obligation:
    """A new obligation, not saved. `role` owes it where nobody by name and no duty's own role does."""
    owed = Obligation(
        incident=incident,
        duty=duty,
        audience=audience,
        subject=subject,
        due_at=due_at,
        promised=promised,
        created_at=now,
        owner=owner,
        owner_role=role or OWNERS.get(duty, ""),
    )
    owed.next_at = next_look(owed, incident)
    return owed


def owe(
    incident: Incident,
    duty: Duty,
    *,
    due_at: datetime,
    now: datetime,
    audience: str = "",
    subject: str = "",
    promised: bool = False,
    owner: User | None = None,
) -> Obligation:
    """Owe it, or move the clock of what is owed already; the ladder starts again from the new due time.

    The caller holds the incident, so nobody else owes the same meanwhile.
    """
    known = Obligation.objects.open().filter(incident=incident, duty=duty, audience=audience, subject=subject)
    owed = known.first()
    if owed is None:
        owed = new(
            incident, duty, due_at=due_at, now=now, audience=audience, subject=subject, promised=promised, owner=owner
        )
        owed.save(force_insert=True)
        return owed
    owed.due_at, owed.promised = due_at, promised
    owed.rung, owed.missed, owed.alerted, owed.snoozed_at = 0, 0, [], None
    return set_next(owed, incident)


def set_next(owed: Obligation, incident: Incident) -> Obligation:
    """Work out when the ticker must look again, and save."""
    owed.next_at = next_look(owed, incident)
    owed.save()
    return owed


def next_look(owed: Obligation, incident: Incident) -> datetime | None:
    """When the ticker must look at it next: at its due time where workers send it, else when its next rung speaks."""
    if owed.duty in SENT_BY_WORKERS:
        return owed.due_at
    coming = rung_at(rungs(incident, owed), owed.rung)
    return speaks_at(incident, owed, coming[1]) if coming else None


def speaks_at(incident: Incident, owed: Obligation, offset: timedelta) -> datetime:
    """When a rung so far from the due time speaks."""
    # The calendar costs a statement, which the clocks of S1 and S2 do not need.
    if incident.severity not in ladders.IN_WORKING_HOURS:
        return owed.due_at + offset
    return ladders.speaks_at(owed.due_at, offset, incident.severity, policies.calendar())


def rungs(incident: Incident, owed: Obligation) -> Ladder:
    """The ladder of what is owed, with the two exceptions that stand in `ladders`."""
    if owed.duty == Duty.ACKNOWLEDGEMENT and incident.type == Type.SECURITY and incident.severity in GRAVE:
        return ladders.SECURITY
    if owed.duty == Duty.CONFIRMATION and incident.is_provisional:
        return ladders.PROVISIONAL
    return ladder(policies.of(incident), owed.duty, incident.severity)


def satisfy(
    incident: Incident, duty: Duty, *, now: datetime, by: User | None, audience: str = "", subject: Subject = None
) -> bool:
    """Done: what was owed is owed no more. False where nothing was."""
    return _end(incident, duty, {"satisfied_at": now, "satisfied_by": by}, audience, subject)


def cancel(incident: Incident, duty: Duty, *, now: datetime, audience: str = "", subject: Subject = None) -> bool:
    """Owed no more, without having been done."""
    return _end(incident, duty, {"cancelled_at": now}, audience, subject)


def _end(incident: Incident, duty: Duty, how: dict[str, Any], audience: str, subject: Subject) -> bool:
    owed = Obligation.objects.open().filter(incident=incident, duty=duty, audience=audience)
    if subject is not None:
        owed = owed.filter(subject__in=[subject] if isinstance(subject, str) else subject)
    return bool(owed.update(next_at=None, **how))


def cancel_all(incident: Incident, *, now: datetime, but: Sequence[Duty] = ()) -> None:
    """The incident is over, or went where nothing is owed."""
    Obligation.objects.open().filter(incident=incident).exclude(duty__in=but).update(cancelled_at=now, next_at=None)


def point_at(incident: Incident, duty: Duty, owner: User | None) -> None:
    """Somebody by name owes it for now, instead of the role; nobody gives it back to the role."""
    Obligation.objects.open().filter(incident=incident, duty=duty).update(owner=owner)


@transaction.atomic(durable=True)
def snooze(obligation: Obligation, *, actor: User) -> Obligation:
    """“Writing, five minutes”: once per due time, the ladder waits."""
    incident = Incident.objects.visible_to(actor).lock(obligation.incident_id)
    require(actor, "incidents.respond_incident", incident)
    owed = Obligation.objects.open().filter(pk=obligation.pk, incident=incident).first()
    if owed is None:
        raise RuleBroken("not_owed", "This is not owed any more.")
    check(owed.snoozed_at is None, "snoozed_already", "It can be snoozed once. Do it, or promise a time.")
    check(owed.duty not in SENT_BY_WORKERS, "sends_itself", "This one is sent by itself; there is nothing to snooze.")
    now = clock.now()
    owed.snoozed_at = now
    owed.next_at = max(owed.next_at or now, now) + SNOOZE
    owed.save()
    timeline.record(
        incident, Kind.SNOOZED, actor=actor, at=now, data={"duty": owed.duty, "until": owed.next_at.isoformat()}
    )
    return owed


def owe_review(incident: Incident, *, now: datetime) -> None:
    """It is over: the review that its worst severity asks for, unless it is written already or owed since."""
    days = policies.of(incident).review_days.get(Severity(incident.peak_severity))
    known = Obligation.objects.filter(incident=incident, duty=Duty.REVIEW, cancelled_at=None)
    if days and not known.exists():
        owe(incident, Duty.REVIEW, due_at=policies.business_days_after(now, days), now=now)


def owe_notices(incident: Incident, *, now: datetime, policy: Policy) -> None:
    """Start, move or stop the clocks of stakeholders and executives for the severity of now.

    A notice that is due sooner already stays as it is: raising the severity never makes anything later.
    """
    for duty, audience in (
        (Duty.STAKEHOLDER_NOTICE, Audience.STAKEHOLDERS),
        (Duty.EXECUTIVE_NOTICE, Audience.EXECUTIVES),
    ):
        due = policies.next_notice(incident, audience, since=now, policy=policy)
        owed = Obligation.objects.open().filter(incident=incident, duty=duty).first()
        if due is None or not incident.severity_confirmed_at:
            cancel(incident, duty, now=now, audience=audience)
        elif owed is None or due < owed.due_at:
            owe(incident, duty, due_at=due, now=now, audience=audience)
