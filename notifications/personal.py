"""Letters to one person, or to those who take part: pages, offers, what is late, updates, actions."""

from collections.abc import Callable
from datetime import datetime

from incidents import answering, approving, board
from incidents.approving import DECIDE
from incidents.models import Engagement
from incidents.vocabulary import Duty, Kind
from notifications import briefs, moments
from notifications.moments import Moment
from notifications.record import Record
from notifications.spelling import listed
from notifications.vocabulary import To
from notifications.words import Words
from roles.catalogue import Role
from roles.templatetags.house import duration

# A place in the room (an anchor) for each duty, so that the one link leads to what is to be done.
PLACES = {Duty.PUBLIC_UPDATE: "bulletin/", Duty.POSTURE: "posture/", Duty.REVIEW: "review/", Duty.ACTION: "review/"}

# What is asked of somebody in a letter of its own, by the step of the entry.
ASKED = {"asked": "approval/", DECIDE: PLACES[Duty.POSTURE]}


def page(record: Record) -> Words:
    """You are called: why, what is known, who is there, and the one place to answer, without signing in."""
    incident, roles = record.incident, _called_as(record)
    facts = [
        ("Why", record.event.body),
        ("What is happening", incident.what if incident.what != incident.title else ""),
        ("Who is affected", incident.affected),
        ("Since", record.since),
        ("Already called", record.people),
        ("Answer by", _answer_by(record)),
        ("Call", incident.call_url),
        ("Chat", incident.chat_url),
        ("The room", record.url),
    ]
    return Words(
        subject=f"{incident.severity} page: {incident.title} [{incident.reference}]",
        first=f"You are called as {listed(roles)}. Follow the link and say that you are on it.",
        facts=_told(facts),
        url=answering.url(record.event.data["engagement"]),
        link="I am on it",
        mark=record.mark,
        data=_data(record, Moment.PAGE, roles=roles),
    )


def _data(record: Record, moment: Moment, **more: object) -> dict[str, object]:
    """The same for a webhook of one's own."""
    incident = record.incident
    said = {"reference": incident.reference, "title": incident.title, "severity": incident.severity}
    return {"moment": moment.value, "incident": said, "url": record.url, **more}


def _called_as(record: Record) -> list[str]:
    """Every role that they are asked into and have not answered: one page is for all of them."""
    theirs = [
        Role(one.role).label.lower()
        for one in record.gathered.engaged[record.incident.pk]
        if str(one.person_id) == record.event.data["person"] and one.state == Engagement.State.PAGED
    ]
    return theirs or [Role(record.event.data["role"]).label.lower()]


def _answer_by(record: Record) -> str:
    found = record.owed(Duty.ACKNOWLEDGEMENT, record.event.data.get("engagement", ""))
    return record.at(found.due_at) if found else ""


def offer(record: Record) -> Words:
    """A role is offered; it stays where it is until one accepts."""
    incident, role = record.incident, Role(record.event.data["role"]).label
    return Words(
        subject=f"You are offered {role.lower()}: {incident.title} [{incident.reference}]",
        first=f"{record.event.actor or 'Somebody'} offers you the role {role.lower()}. "
        "It is yours once you accept; until then nothing changes.",
        facts=_told([("What is happening", incident.what), ("Since", record.since), ("People", record.people)]),
        url=record.url,
        link="Accept in the room",
        mark=record.mark,
    )


def late(record: Record) -> Words:
    """Something owed has come due; after an outage it is said once, with how many calls were missed (E30)."""
    facts, incident = record.event.data, record.incident
    duty, due_at = Duty(facts["duty"]), datetime.fromisoformat(facts["due_at"])
    is_late = record.event.kind == Kind.OVERDUE
    by = duration((record.now - due_at).total_seconds())
    missed = f", {facts['covers'] - 1} missed" if facts.get("covers", 1) > 1 else ""
    was = f"It was due {record.at(due_at)}{missed}." if is_late else f"It is due {record.at(due_at)}."
    return Words(
        subject=f"{duty.label} {f'late by {by}' if is_late else 'due soon'}: {incident.title} [{incident.reference}]",
        first=f"{was} Please do it, or see that somebody does.",
        facts=_told([("Owed", duty.label), ("Owed by", _owner(record)), ("People", record.people)]),
        url=record.url + PLACES.get(duty, ""),
        link=f"Open {incident.reference}",
        mark=record.mark,
        data=_data(record, Moment.LATE, duty=duty.value, due_at=due_at.isoformat(), missed=facts.get("covers", 1) - 1),
    )


def _owner(record: Record) -> str:
    facts = record.event.data
    found = record.owed(Duty(facts["duty"]), facts.get("subject", ""))
    return board.whom(found, record.gathered.engaged[record.incident.pk]) if found else ""


def updated(record: Record) -> Words:
    """What somebody wrote to everybody who gets it, word for word."""
    incident, event = record.incident, record.event
    names = listed([To(audience).label.lower() for audience in event.data["audiences"]])
    return Words(
        subject=f"Update: {incident.title} [{incident.reference}]",
        first=f"{event.actor or 'Sitrep'} writes to {names}:",
        body=event.body,
        facts=_told([("Since", record.since), ("What we do now", incident.doing)]),
        url=record.url,
        link=f"Open {incident.reference}",
        mark=record.mark,
        data=briefs.data(record, Moment.UPDATED),
    )


def approval(record: Record) -> Words:
    """Somebody intends to publish this: the full text, and one link to say whether it is right (SUP4-1)."""
    incident, event = record.incident, record.event
    if event.data["step"] == DECIDE:
        return _to_decide(record)
    due = record.owed(Duty.PUBLIC_UPDATE)
    facts = [
        ("The next public update is due", record.at(due.due_at) if due else ""),
        ("To say what should be different", "Follow the same link."),
        ("The room", record.url),
    ]
    return Words(
        subject=f"Is this right? A public update about: {incident.title} [{incident.reference}]",
        first=f"{event.actor or 'Somebody'} intends to publish this. Please read it, and say whether it is right:",
        body=event.body,
        facts=_told(facts),
        url=approving.url(event.data["approval"]),
        link="Read it and answer",
        mark=record.mark,
    )


def _to_decide(record: Record) -> Words:
    """Somebody wants to write to the public; it must be decided first that it is told (SUP1-3)."""
    incident, owed = record.incident, record.owed(Duty.POSTURE)
    facts = [
        ("What is happening", incident.what),
        ("Who is affected", incident.affected),
        ("Since", record.since),
        ("Decide by", record.at(owed.due_at) if owed else ""),
    ]
    return Words(
        subject=f"Shall the public be told? {incident.title} [{incident.reference}]",
        first=f"{record.event.actor or 'Somebody'} asks you to decide whether the public is told.",
        facts=_told(facts),
        url=f"{record.url}{PLACES[Duty.POSTURE]}",
        link="Decide",
        mark=record.mark,
    )


def unasked(record: Record) -> Words:
    """Whoever was asked did not answer in time, and it went out (SUP4-3)."""
    incident, event = record.incident, record.event
    return Words(
        subject=f"Published without your answer: {incident.title} [{incident.reference}]",
        first=f"{event.actor or 'Somebody'} published the update that you were asked about. "
        "If something in it is wrong, say so in the room; another update puts it right.",
        body=event.body,
        facts=_told([("Why it could not wait", event.data["because"])]),
        url=record.url,
        link=f"Open {incident.reference}",
        mark=record.mark,
    )


def action(record: Record) -> Words:
    """An action was given to the reader."""
    event, incident = record.event, record.incident
    due_at = datetime.fromisoformat(event.data["due_at"])
    return Words(
        subject=f"Your action: {event.body} [{incident.reference}]",
        first=f"{event.actor or 'Somebody'} gave you an action. It is due {record.at(due_at)}.",
        facts=_told([("Action", event.body), ("Comes from", f"{incident.reference} {incident.title}")]),
        url=record.url + PLACES[Duty.ACTION],
        link="See the action",
        mark=record.mark,
    )


def reported(record: Record) -> Words:
    """What became of what the reader reported."""
    incident = record.incident
    withdrawn = moments.of(record.event) == Moment.WITHDRAWN
    first = "it turned out to be no incident" if withdrawn else "the work goes on in another incident"
    return Words(
        subject=f"{'Declined' if withdrawn else 'Merged'}: {incident.title} [{incident.reference}]",
        first=f"Thank you for reporting this. After a look, {first}.",
        facts=_told([("Reason", record.event.body)]),
        url=record.url,
        link=f"Open {incident.reference}",
        mark=record.mark,
    )


def _told(facts: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Only what is known."""
    return tuple((label, value) for label, value in facts if value)


WRITERS: dict[Moment, Callable[[Record], Words]] = {
    Moment.PAGE: page,
    Moment.OFFER: offer,
    Moment.LATE: late,
    Moment.UPDATED: updated,
    Moment.ACTION: action,
    Moment.APPROVAL: approval,
    Moment.UNASKED: unasked,
}
