"""Urgent contacts: how each person is reached when they are called, in which order and after how long."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from kit import clock, egress
from kit.rules import RuleBroken, check
from kit.secrets import new_id
from notifications import announcements, packing, signing
from notifications.channels import opened
from notifications.models import Contact, Provider
from notifications.parcels import Parcel, posted
from notifications.transports import service
from notifications.vocabulary import Channel
from notifications.words import draw
from roles.models import User

MOST = 8
LONGEST_DELAY = 60
LONGEST_ADDRESS = 500


@dataclass(frozen=True)
class Reach:
    """What somebody says of a contact: `way` of `Contact.Way`, `delay` in minutes after the page rings."""

    way: str
    address: str
    delay: int = 0
    provider: Provider | None = None


def of(person: User) -> list[Contact]:
    """A person's contacts in the order in which they are tried."""
    return list(Contact.objects.filter(person=person).select_related("provider"))


@transaction.atomic(durable=True)
def add(said: Reach, *, actor: User) -> Contact:
    """Add one of one's own. A webhook gets a secret, which is shown beside it."""
    # Two that are added at once are counted one after the other.
    User.objects.select_for_update().get(pk=actor.pk)
    check(Contact.objects.filter(person=actor).count() < MOST, "too_many", f"At most {MOST} contacts.")
    check(
        0 <= said.delay <= LONGEST_DELAY, "delay", f"From 0 to {LONGEST_DELAY} minutes after the page.", field="delay"
    )
    _check_address(said)
    return Contact.objects.create(
        person=actor,
        way=said.way,
        provider=said.provider if said.way == Contact.Way.SERVICE else None,
        address=said.address.strip(),
        secret=signing.new_secret() if said.way == Contact.Way.WEBHOOK else "",
        delay=said.delay,
        created_at=clock.now(),
    )


@transaction.atomic(durable=True)
def change_delay(pk: UUID, delay: int, *, actor: User) -> Contact:
    """Let it ring sooner or later, from the next page on."""
    contact = _own(pk, actor)
    _check_delay(delay)
    contact.delay = delay
    contact.save()
    return contact


@transaction.atomic(durable=True)
def remove(pk: UUID, *, actor: User) -> None:
    """It rings no more; without any, pages go to the address at the door."""
    _own(pk, actor).delete()


def trial(pk: UUID, *, actor: User) -> str:
    """Ring it now and say what came back. Raises `Temporary` or `Refused` with the other side's answer."""
    contact = Contact.objects.select_related("provider").get(pk=pk, person=actor)
    words, now = announcements.trial(), clock.now()
    drawn = draw(words)
    body = posted({"type": "test", "timestamp": now.isoformat(), "data": dict(words.data)})
    parcel = Parcel(
        f"test_{new_id()}", packing.address_of(contact), drawn.subject, drawn.text, now,
        html=drawn.html, body=body, secret=contact.secret,
    )  # fmt: skip
    with opened(Channel(contact.way)) as send:
        return send(parcel)


def _own(pk: UUID, actor: User) -> Contact:
    """The actor's contact; somebody else's is not there."""
    return Contact.objects.select_for_update(of=("self",)).get(pk=pk, person=actor)


def _check_address(said: Reach) -> None:
    check(said.way in Contact.Way, "no_way", f"Allowed are {', '.join(Contact.Way)}.", field="way")
    address = said.address.strip()
    check(len(address) <= LONGEST_ADDRESS, "too_long", f"At most {LONGEST_ADDRESS} characters.", field="address")
    if said.way == Contact.Way.MAIL:
        _check_mail(address)
    elif said.way == Contact.Way.WEBHOOK:
        egress.check_url(address, field="address")
    else:
        _check_service(said.provider, address)


def _check_mail(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise RuleBroken("no_address", "Write an e-mail address, such as you@example.com.", field="address") from error


def _check_service(provider: Provider | None, address: str) -> None:
    if provider is None:
        raise RuleBroken("no_provider", "Choose the service.", field="provider")
    # What is put into the service's own address must not change where that leads.
    allowed = re.fullmatch(r"[A-Za-z0-9+@._\-]+", address)
    check(allowed, "no_address", f"Write {provider.asks_for}: letters, digits and + @ . _ -", field="address")
    wrong = service.complaint(provider.template.replace("{address}", address))
    check(not wrong, "no_address", f"{provider} does not take this. {wrong}", field="address")


def _check_delay(minutes: int) -> None:
    sentence = f"From 0 to {LONGEST_DELAY} minutes after the page."
    check(0 <= minutes <= LONGEST_DELAY, "delay", sentence, field="delay")
