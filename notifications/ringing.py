"""A page that does not get through by one contact rings by another: silence is no answer (domain E17)."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from notifications import addressing
from notifications.letters import Letter
from notifications.models import Contact, Delivery
from notifications.vocabulary import Channel, State
from roles.models import User

# What became of a page that is to ring elsewhere.
FAILED = (State.WAITING, State.PARKED)
GOING = (State.WAITING, State.SENDING, State.SENT)


def elsewhere(notice: UUID, recipient: str, now: datetime) -> None:
    """Whoever this recipient is: their next contact rings at once."""
    theirs = Delivery.objects.filter(notice=notice, recipient__startswith=_person(recipient), state=State.WAITING)
    coming = theirs.filter(due_at__gt=now, attempts=0).order_by("due_at").first()
    if coming:
        theirs.filter(pk=coming.pk, attempts=0).update(due_at=now)


@transaction.atomic(durable=True)
def anew(letter: Letter, now: datetime) -> None:
    """They took back the contact by which it was to go, so it goes by those that they have now."""
    theirs = Delivery.objects.filter(notice=letter.notice_id, recipient__startswith=_person(letter.recipient))
    person = User.objects.filter(pk=letter.who, is_active=True).first()
    if person is None:
        return
    if theirs.filter(state__in=GOING).exists():
        elsewhere(letter.notice_id, letter.recipient, now)
        return
    contacts = Contact.objects.filter(person=person).select_related("provider")
    made = addressing.by_each(contacts, partial(_to_the_door, letter, person, now))
    # Two who find out at once write the same letter, of which there is one.
    Delivery.objects.bulk_create(made, ignore_conflicts=True)


def _to_the_door(letter: Letter, person: User, now: datetime) -> Delivery:
    return Delivery(
        notice_id=letter.notice_id,
        channel=Channel.MAIL,
        recipient=f"user:{person.pk}",
        label=person.email,
        payload=letter.payload | {"to": person.email},
        lane=letter.lane,
        due_at=now,
        created_at=now,
    )


def _person(recipient: str) -> str:
    return ":".join(recipient.split(":")[:2])
