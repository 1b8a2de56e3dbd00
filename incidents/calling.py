"""Asking people into roles on an incident: who is called, when it rings, and the clock until they answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from incidents import cadence, holders, ladders, obligations, policies, timeline
from incidents.holders import OnCall
from incidents.models import Engagement, Incident, Member, Obligation
from incidents.vocabulary import Duty, Kind, Severity
from roles.catalogue import Role
from roles.models import User

State = Engagement.State


@dataclass
class Called:
    """The rows that calling people comes to; `save` writes them, a statement for each kind, and their entries."""

    engagements: list[Engagement] = field(default_factory=list)
    clocks: list[Obligation] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    # What an entry says, and the engagement that it is of; none where nobody is on call.
    entries: list[tuple[dict[str, object], Engagement | None]] = field(default_factory=list)


def engage(incident: Incident, *, now: datetime, actor: User | None) -> None:
    """Ask whoever is on call into each role that the severity calls for and nobody holds, once."""
    there = without_those_who_left(incident, now=now)
    seats = holders.who_would(incident, holders.missing_roles(incident), now)
    save(incident, call(incident, seats, reason=because(incident), now=now, actor=actor, there=there))


def page(incident: Incident, role: Role, person: User, *, reason: str, now: datetime, actor: User | None) -> None:
    """Ask a person into a role and owe their acknowledgement. Asking twice is asking once."""
    there = without_those_who_left(incident, now=now)
    save(incident, call(incident, [OnCall(role, person)], reason=reason, now=now, actor=actor, there=there))


def page_on_call(incident: Incident, role: Role, *, reason: str, now: datetime, actor: User | None) -> User | None:
    """Page whoever is on call for the role; where that is nobody, the timeline says so, once."""
    found = holders.on_call(incident, role, now)
    if found.person is not None:
        page(incident, role, found.person, reason=reason, now=now, actor=actor)
    elif not _is_vacant_already(incident, role):
        save(incident, call(incident, [found], reason=reason, now=now, actor=actor))
    return found.person


def call(
    incident: Incident,
    seats: Sequence[OnCall],
    *,
    reason: str,
    now: datetime,
    actor: User | None,
    there: Iterable[Engagement] = (),
) -> Called:
    """Make the rows and add the entries; `save` saves both. `there` are those who take part already."""
    called = seat(incident, seats, now=now, actor=actor, there=there)
    announce(incident, called, reason=reason, now=now, actor=actor)
    return called


def seat(
    incident: Incident,
    seats: Sequence[OnCall],
    *,
    now: datetime,
    actor: User | None,
    there: Iterable[Engagement] = (),
) -> Called:
    """Make the rows, of which `announce` adds the entries once the reason can be said.

    A person who has a page of this incident to answer gets no second one: the answer counts for every role (E19).
    """
    called, rings_at = Called(), rings(incident, now)
    seated = {(one.role, one.person_id) for one in there}
    unanswered = {one.person_id: one for one in there if one.state == State.PAGED}
    for asked in seats:
        if asked.person is None:
            _vacant(called, incident, asked.role, now=now)
        elif (asked.role, asked.person.pk) not in seated:
            one = Engagement(
                incident=incident, role=asked.role, person=asked.person, state=State.PAGED,
                asked_by=actor, created_at=now, rings_at=rings_at,
            )  # fmt: skip
            first = unanswered.setdefault(asked.person.pk, one)
            called.engagements.append(one)
            called.members += _members(incident, [one])
            called.entries.append((_paged(one, beside=None if first is one else first), one))
            if first is one:
                called.clocks.append(_clock(incident, one, now))
    return called


def announce(incident: Incident, called: Called, *, reason: str, now: datetime, actor: User | None) -> None:
    """Add an entry for each page, with its reason, and for each role that nobody is on call for."""
    for data, one in called.entries:
        if one is not None:
            one.reason = reason
        timeline.add(incident, Kind.PAGED, actor=actor, at=now, body=reason if one else "", data=data)


def rings(incident: Incident, now: datetime) -> datetime:
    """When a page may ring: at once, but for S3 and S4, for which nobody is woken."""
    return policies.calendar().next_open(now) if incident.severity in ladders.IN_WORKING_HOURS else now


def _answer_within(incident: Incident, since: datetime) -> datetime:
    span = timedelta(minutes=policies.of(incident).acknowledge)
    return cadence.after(since, span, incident.severity, policies.calendar())


def _clock(incident: Incident, one: Engagement, now: datetime) -> Obligation:
    assert one.rings_at is not None
    return obligations.new(
        incident,
        Duty.ACKNOWLEDGEMENT,
        due_at=_answer_within(incident, one.rings_at),
        now=now,
        subject=str(one.pk),
        owner=one.person,
    )


def _paged(one: Engagement, *, beside: Engagement | None = None) -> dict[str, object]:
    assert one.rings_at is not None
    return about(one) | {"rings_at": one.rings_at.isoformat()} | ({"beside": str(beside.pk)} if beside else {})


def _vacant(called: Called, incident: Incident, role: Role, *, now: datetime) -> None:
    """Nobody is on call for it: the ladder goes on to its next step at once (E17)."""
    called.entries.append(({"role": role, "nobody": True}, None))
    clock = obligations.new(
        incident, Duty.ACKNOWLEDGEMENT, due_at=rings(incident, now), now=now, subject=vacancy(role), role=role
    )
    called.clocks.append(clock)


def vacancy(role: str) -> str:
    """The subject of the clock of a role that nobody was on call for."""
    return f"role:{role}"


def _is_vacant_already(incident: Incident, role: Role) -> bool:
    owed = Obligation.objects.open().filter(incident=incident, duty=Duty.ACKNOWLEDGEMENT)
    return owed.filter(subject=vacancy(role)).exists()


def save(incident: Incident, called: Called) -> None:
    """Write the rows. A vacancy that is known already stays as it is, and so does a member."""
    timeline.flush([incident])
    Engagement.objects.bulk_create(called.engagements)
    Obligation.objects.bulk_create(called.clocks, ignore_conflicts=True)
    Member.objects.bulk_create(called.members, ignore_conflicts=True)


def let_in(incident: Incident, engagements: Sequence[Engagement]) -> None:
    """Whoever is asked in may see it, too."""
    Member.objects.bulk_create(_members(incident, engagements), ignore_conflicts=True)


def release(incident: Incident, engagement: Engagement, *, now: datetime) -> None:
    """They take no part in it any more; what a role alone let them see ends with the last of them (SIRT1-3)."""
    engagement.state, engagement.released_at = State.RELEASED, now
    engagement.save()
    # The one clock of somebody who has several pages to answer goes on with the next of them.
    clock_of_theirs = Obligation.objects.open().filter(
        incident=incident, duty=Duty.ACKNOWLEDGEMENT, subject=str(engagement.pk)
    )
    theirs = Engagement.objects.present().filter(incident=incident, person=engagement.person_id)
    other = theirs.filter(state=State.PAGED).first()
    if other:
        clock_of_theirs.update(subject=str(other.pk))
    else:
        clock_of_theirs.update(cancelled_at=now, next_at=None)
    if not theirs.exists():
        Member.objects.filter(incident=incident, person=engagement.person_id, by_role=True).delete()


def call_off(incident: Incident, found: Iterable[Engagement], *, now: datetime, actor: User | None) -> None:
    """Let several go at once; their entries are added, and saved with the next that is recorded."""
    for one in found:
        release(incident, one, now=now)
        timeline.add(incident, Kind.RELEASED, actor=actor, at=now, data=about(one))


def unanswered(incident: Incident) -> Iterable[Engagement]:
    """Pages and offers that wait for an answer."""
    asked = Engagement.objects.filter(incident=incident, state__in=(State.PAGED, State.OFFERED))
    return list(asked.select_related("person"))


def without_those_who_left(incident: Incident, *, now: datetime) -> list[Engagement]:
    """Who takes part; whoever has left the organisation is let go first, so that their seat is free (E42)."""
    there = list(Engagement.objects.present().filter(incident=incident).select_related("person"))
    call_off(incident, [one for one in there if not one.person.is_active], now=now, actor=None)
    return [one for one in there if one.person.is_active]


def _members(incident: Incident, engagements: Sequence[Engagement]) -> list[Member]:
    if not incident.is_restricted:
        return []
    return [
        Member(
            incident=incident, person=one.person, granted_by=one.asked_by, granted_at=one.created_at,
            reason=f"asked in as {Role(one.role).label.lower()}", by_role=True,
        )
        for one in engagements
    ]  # fmt: skip


def severity_changed(incident: Incident, *, now: datetime, actor: User | None, raised: bool) -> None:
    """Raised: whoever was to be called later is called now, and no clock gets later (E1)."""
    for owed in Obligation.objects.open().filter(incident=incident).exclude(duty=Duty.PUBLIC_UPDATE):
        if raised:
            owed.due_at = min(owed.due_at, max(now, _due_anew(incident, owed, now)))
        obligations.set_next(owed, incident)
    if raised:
        _ring_sooner(incident, now=now, actor=actor)


def _due_anew(incident: Incident, owed: Obligation, now: datetime) -> datetime:
    """When it would be due had it begun at the severity of now."""
    policy = policies.of(incident)
    minutes = {
        Duty.ACKNOWLEDGEMENT: policy.acknowledge,
        Duty.PHASE_TIMER: policy.identify,
        Duty.RELEVEL: policy.relevel,
        Duty.POSTURE: policy.posture.get(Severity(incident.severity)),
    }.get(Duty(owed.duty))
    if minutes is None or owed.subject.startswith("role:"):
        return owed.due_at
    begun = now if owed.duty == Duty.ACKNOWLEDGEMENT else owed.created_at
    return cadence.after(begun, timedelta(minutes=minutes), incident.severity, policies.calendar())


def _ring_sooner(incident: Incident, *, now: datetime, actor: User | None) -> None:
    """Their page was to ring in the morning; the letter that waits for it gives way to this one."""
    later = Engagement.objects.filter(incident=incident, state=State.PAGED, rings_at__gt=rings(incident, now))
    for one in later.select_related("person"):
        one.rings_at = rings(incident, now)
        one.save()
        timeline.add(incident, Kind.PAGED, actor=actor, at=now, body=one.reason, data=_paged(one))
    timeline.flush([incident])


def because(incident: Incident) -> str:
    return f"{incident.severity} on {incident.reference}: you are on call"


def about(engagement: Engagement) -> dict[str, object]:
    """What an entry says of an engagement."""
    return {
        "engagement": str(engagement.pk),
        "role": engagement.role,
        "person": str(engagement.person_id),
        "name": str(engagement.person),
        "shadow": engagement.is_shadow,
    }
