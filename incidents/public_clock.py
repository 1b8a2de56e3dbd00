"""When the public is owed its next bulletin: one clock per public incident, one more before the first (domain §2.6)."""

from datetime import datetime, timedelta

from incidents import cadence, obligations, policies
from incidents.models import Incident, Obligation, PublicLink
from incidents.questions import ObligationQuerySet
from incidents.vocabulary import Audience, Duty, Posture, Severity
from roles.models import User
from statuspage.models import Bulletin
from statuspage.vocabulary import UNRESOLVED

# The subject of the clock that runs until the first bulletin is out.
FIRST = "first"


def decided(incident: Incident, *, now: datetime) -> None:
    """It was decided to post: what is open has its clock; where nothing is, the one to the first bulletin runs."""
    is_told = _start_where_open(incident, now=now)
    # Of what is over nothing is owed any more that has not begun.
    if incident.is_open and not is_told and not _clocks(incident).exists():
        _owe_first(incident, now=now)


def taken_up(incident: Incident, *, now: datetime) -> None:
    """It goes on after it was over: whoever was told of it is told again."""
    if incident.posture == Posture.POST:
        decided(incident, now=now)


def _owe_first(incident: Incident, *, now: datetime) -> None:
    due = _first_due(incident, Severity(incident.severity), now)
    if due is not None:
        obligations.owe(incident, Duty.PUBLIC_UPDATE, due_at=due, now=now, audience=Audience.PUBLIC, subject=FIRST)


def published(incident: Incident, bulletin: Bulletin, *, now: datetime, by: User | None) -> None:
    """A bulletin is out: what was owed is done, and the next is owed unless it resolves."""
    subject = bulletin.public_incident.public_id
    for done in (FIRST, subject):
        obligations.satisfy(incident, Duty.PUBLIC_UPDATE, now=now, by=by, audience=Audience.PUBLIC, subject=done)
    due = _due_after(incident, bulletin, Severity(incident.severity))
    if due is not None:
        obligations.owe(
            incident,
            Duty.PUBLIC_UPDATE,
            due_at=due,
            now=now,
            audience=Audience.PUBLIC,
            subject=subject,
            promised=bulletin.next_update_at is not None,
        )


def severity_changed(incident: Incident, *, now: datetime, raised: bool) -> None:
    """Raised: due sooner, never later. Corrected down: by the new interval, unless a time was promised."""
    severity = Severity(incident.severity)
    for owed in _clocks(incident):
        new = _due(incident, owed, severity, now)
        if raised:
            new = cadence.never_later(owed.due_at, new, now)
        if new is None:
            obligations.cancel(incident, Duty.PUBLIC_UPDATE, now=now, audience=Audience.PUBLIC, subject=owed.subject)
        elif new != owed.due_at:
            obligations.owe(
                incident,
                Duty.PUBLIC_UPDATE,
                due_at=new,
                now=now,
                audience=Audience.PUBLIC,
                subject=owed.subject,
                promised=owed.promised and new == owed.due_at,
            )
        else:
            obligations.set_next(owed, incident)
    # An S3 on change has no clock; raised, its public incident gets one.
    _start_where_open(incident, now=now)
    if incident.posture == Posture.POST and not incident.public_links.exists() and not _clocks(incident).exists():
        _owe_first(incident, now=now)


def due_if(incident: Incident, severity: Severity, now: datetime) -> tuple[datetime | None, datetime | None]:
    """The next public due time as it is, and as it would be at another severity."""
    owed = _clocks(incident).first()
    if owed is None:
        return None, None
    new = _due(incident, owed, severity, now)
    if severity < incident.severity:
        new = cadence.never_later(owed.due_at, new, now)
    return owed.due_at, new


def _clocks(incident: Incident) -> ObligationQuerySet:
    return Obligation.objects.open().filter(incident=incident, duty=Duty.PUBLIC_UPDATE)


def _start_where_open(incident: Incident, *, now: datetime) -> bool:
    """Every public incident that is open gets its clock, where the public is told. False where none is open."""
    running = set(_clocks(incident).values_list("subject", flat=True))
    told = incident.public_links.filter(public_incident__state__in=UNRESOLVED).select_related("public_incident")
    if incident.posture == Posture.POST:
        for link in told:
            if link.public_incident.public_id not in running:
                published(incident, link.public_incident.bulletins.all()[0], now=now, by=None)
    return bool(told)


def _due(incident: Incident, owed: Obligation, severity: Severity, now: datetime) -> datetime | None:
    if owed.subject == FIRST:
        return _first_due(incident, severity, owed.created_at)
    link = PublicLink.objects.get(incident=incident, public_incident__public_id=owed.subject)
    return _due_after(incident, link.public_incident.bulletins.all()[0], severity)


def _first_due(incident: Incident, severity: Severity, since: datetime) -> datetime | None:
    """None at a severity of which the public hears on change only."""
    minutes = policies.of(incident).first_public[severity]
    return cadence.after(since, timedelta(minutes=minutes), severity, policies.calendar()) if minutes else None


def _due_after(incident: Incident, bulletin: Bulletin, severity: Severity) -> datetime | None:
    return cadence.public_due(
        policies.of(incident),
        severity=severity,
        state=bulletin.state,
        posted_at=bulletin.created_at,
        promised_at=bulletin.next_update_at,
        calendar=policies.calendar(),
    )
