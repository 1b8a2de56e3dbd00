"""Rows of the ledger from routes: who a letter is for, why they get it, and in which thread it stands."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from incidents.models import Incident
from notifications.gathering import Gathered
from notifications.models import Contact, Delivery, Endpoint, Notice
from notifications.routing import Addressee, Route
from notifications.vocabulary import Channel, Lane, To
from roles.models import User
from statuspage.models import Subscriber

WHY: dict[str, str] = {
    To.PERSON: "it is about something that you do on this incident",
    To.RESPONDERS: "you take part in this incident",
    To.STAKEHOLDERS: "you are among the stakeholders",
    To.EXECUTIVES: "you are among the executives",
    To.REPORTER: "you reported this incident",
    To.OWNER: "you added this endpoint",
}


def to_people(
    people: list[Addressee], route: Route, notice: Notice, now: datetime, gathered: Gathered
) -> list[Delivery]:
    """A letter to each; an urgent one by every contact that they chose, each at its time."""
    if route.lane != Lane.PAGE:
        return [to_person(one, route, notice, now) for one in people]
    return [
        letter
        for one in people
        for letter in by_each(gathered.contacts[one.person.pk], partial(to_person, one, route, notice, now))
    ]


def by_each(contacts: Iterable[Contact], to_the_door: Callable[[], Delivery]) -> Iterator[Delivery]:
    """By each of their contacts as they are now, at its time; to the address at the door if they named none."""
    named = list(contacts)
    if not named:
        yield to_the_door()
    for contact in named:
        letter = to_the_door()
        letter.due_at += timedelta(minutes=contact.delay)
        yield by_contact(letter, contact)


def by_contact(letter: Delivery, contact: Contact) -> Delivery:
    """Let it go by this contact instead of by mail to the address at the door."""
    letter.channel = Channel(contact.way)
    letter.recipient = f"{letter.recipient}:{contact.pk}"
    letter.label = f"{contact.person}, {str(contact).lower()}"[:254]
    letter.host = urlsplit(contact.address).hostname or "" if contact.way == Contact.Way.WEBHOOK else ""
    if contact.way == Contact.Way.MAIL:
        letter.payload |= {"to": contact.address}
        letter.label = contact.address
    return letter


def to_person(addressee: Addressee, route: Route, notice: Notice, now: datetime) -> Delivery:
    """A mail to somebody of ours."""
    person = addressee.person
    return Delivery(
        notice=notice,
        channel=Channel.MAIL,
        recipient=f"user:{person.pk}",
        label=person.email,
        payload={"to": person.email, "why": WHY[route.to], "role": addressee.role},
        lane=route.lane,
        # A page is an errand and no news: it waits for nothing, and nothing waits for it.
        thread="" if route.lane == Lane.PAGE else thread_of(notice.incident),
        due_at=max(route.due_at or now, now),
        created_at=now,
    )


def to_owner(owner: User, notice: Notice, now: datetime) -> Delivery:
    """A mail about the engine itself, to whoever set that part of it up."""
    return to_person(Addressee(owner), Route(To.OWNER), notice, now)


def to_machine(endpoint: Endpoint, route: Route, notice: Notice, now: datetime) -> Delivery:
    """A post to an endpoint of ours; its address and secret are looked up when it is sent."""
    return Delivery(
        notice=notice,
        channel=endpoint.form,
        recipient=f"endpoint:{endpoint.pk}",
        label=endpoint.name,
        host=urlsplit(endpoint.url).hostname or "",
        lane=route.lane,
        thread=thread_of(notice.incident),
        due_at=max(route.due_at or now, now),
        created_at=now,
    )


def thread_of(incident: Incident | None) -> str:
    return f"incident:{incident.pk}" if incident else ""


def to_subscribers(subscribers: Iterable[Subscriber], notice: Notice, now: datetime) -> Iterator[Delivery]:
    """Whoever subscribed, in the lane that waits for all others."""
    for subscriber in subscribers:
        yield to_subscriber(subscriber, notice, now, lane=Lane.BULLETIN, thread=public_thread(notice))


def public_thread(notice: Notice) -> str:
    """All that one public incident has to say reaches a subscriber in order."""
    assert notice.bulletin is not None
    return f"public:{notice.bulletin.public_incident.public_id}"


def to_subscriber(
    subscriber: Subscriber, notice: Notice, now: datetime, *, lane: Lane = Lane.NOTICE, thread: str = ""
) -> Delivery:
    is_mail = subscriber.channel == Subscriber.Channel.EMAIL
    payload: dict[str, Any] = {"to": subscriber.address} if is_mail else {}
    return Delivery(
        notice=notice,
        channel=Channel.MAIL if is_mail else Channel.WEBHOOK,
        recipient=f"subscriber:{subscriber.pk}",
        label=subscriber.address,
        host="" if is_mail else urlsplit(subscriber.address).hostname or "",
        payload=payload,
        lane=lane,
        thread=thread,
        due_at=now,
        created_at=now,
    )
