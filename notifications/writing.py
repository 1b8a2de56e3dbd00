"""Letters as rows: what entries, a bulletin or a new subscription come to. Nothing is saved here."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from incidents.models import Event, Incident, PublicLink
from incidents.vocabulary import Kind, Type, Visibility
from notifications import addressing, announcements, composing, routing
from notifications.gathering import Gathered
from notifications.models import Delivery, Notice
from notifications.vocabulary import To
from notifications.words import Words, draw
from statuspage import subscribing
from statuspage.models import Bulletin, Subscriber


class Written(NamedTuple):
    """One notice and a delivery for each recipient."""

    notice: Notice
    deliveries: list[Delivery]


def about_event(event: Event, now: datetime, gathered: Gathered) -> list[Written]:
    """A notice for each audience that somebody is in; whoever stands in two is in the first (SUP5-3)."""
    reached: set[UUID] = set()
    written = []
    for route in routing.routes(event, gathered.known(event)):
        people = [one for one in gathered.people(route, event) if one.person.pk not in reached]
        machines = gathered.machines(route, event)
        if people or machines:
            reached |= {one.person.pk for one in people}
            words = composing.compose(event, route.to, now, gathered)
            notice = notice_of(words, route.to, now, incident=event.incident)
            notice.event = event
            letters = addressing.to_people(people, route, notice, now, gathered)
            letters += [addressing.to_machine(endpoint, route, notice, now) for endpoint in machines]
            written.append(Written(notice, letters))
            gathered.wrote(notice)
    return written


def about_bulletin(told: Bulletin, now: datetime) -> Notice | None:
    """The one notice for everybody who wants to hear of a bulletin; None where nobody is to."""
    link = PublicLink.objects.select_related("incident").filter(public_incident=told.public_incident).first()
    incident = link.incident if link else None
    # A drill reaches nobody outside (§2.13), an imported bulletin nobody at all.
    if told.public_incident.is_imported or (incident and incident.type == Type.DRILL):
        return None
    if not subscribing.recipients(told).exists():
        return None
    notice = notice_of(announcements.bulletin(told), To.SUBSCRIBERS, now, incident=incident)
    notice.bulletin = told
    # What was said before it was restricted waits for outsiders no more, however late it is turned into letters (E26).
    notice.was_restricted = notice.was_restricted and not _restricted_since(incident, told)
    return notice


def _restricted_since(incident: Incident | None, told: Bulletin) -> bool:
    flips = Event.objects.filter(incident=incident, kind=Kind.ACCESS, data__visibility=Visibility.RESTRICTED)
    return flips.filter(recorded_at__gt=told.created_at).exists()


def confirmation(subscriber: Subscriber, now: datetime) -> Iterable[Written]:
    """“Please confirm”, unless they did already or changed their mind."""
    is_asked = subscriber.confirmed_at is None or subscriber.quarantined_at is not None
    if is_asked and subscriber.ended_at is None:
        notice = notice_of(announcements.confirmation(subscriber), To.CONFIRMATION, now)
        notice.subscriber = subscriber
        yield Written(notice, [addressing.to_subscriber(subscriber, notice, now)])


def notice_of(words: Words, to: To, now: datetime, *, incident: Incident | None = None) -> Notice:
    """The words drawn and frozen."""
    drawn = draw(words)
    return Notice(
        audience=to,
        subject=drawn.subject,
        text=drawn.text,
        html=drawn.html,
        facts=dict(words.data),
        incident=incident,
        was_restricted=incident is not None and incident.is_restricted,
        created_at=now,
    )
