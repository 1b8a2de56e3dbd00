"""Subscribing to a page by e-mail or webhook: asked for, confirmed by a link, ended by one; and who hears what."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from kit import clock, egress
from kit.rules import Actor, RuleBroken, check, require
from statuspage.models import AffectedComponent, Bulletin, Component, Page, PublicIncident, Subscriber, Untold
from statuspage.questions import SubscriberQuerySet
from statuspage.rollup import IMPACT_ORDER
from statuspage.vocabulary import ENDED, Impact

MANAGE = "statuspage.manage_subscribers"
Channel = Subscriber.Channel
CONFIRM_SALT, END_SALT = "statuspage.subscribing.confirm", "statuspage.subscribing.end"
# How long the link in “please confirm” works, and how soon an address is asked again.
CONFIRM_WITHIN = timedelta(days=7)
ASK_AGAIN_AFTER = timedelta(minutes=10)
# Letters that strangers can make us send for one page in an hour.
MOST_ASKED_AN_HOUR = 300
LONGEST = 254


@dataclass(frozen=True)
class Choice:
    """What a reader wants to hear: every bulletin or the news, of which components (none: all), of what impact."""

    wants_all: bool = False
    components: Iterable[Component] = ()
    least_impact: Impact = Impact.NONE


@transaction.atomic(durable=True)
def ask(
    page: Page,
    address: str,
    choice: Choice = Choice(),
    *,
    only: PublicIncident | None = None,
    channel: Channel = Channel.EMAIL,
) -> None:
    """Somebody typed an address on the page: ask it to confirm, a webhook by a signed message with the link.

    Whoever is subscribed already, or was asked minutes ago, is not written to again; the answer is the
    same for all, so that nobody learns who is signed up. Whose letters came back may ask anew. `only` is the one
    incident that they want to follow. Raises `RuleBroken` for what is no address and
    for too many in an hour.
    """
    address = _target(address) if channel == Channel.WEBHOOK else _address(address)
    now = clock.now()
    _check_flood(page, now)
    asked, is_new = Subscriber.objects.select_for_update(of=("self",)).get_or_create(
        page=page,
        channel=channel,
        address=address,
        only=only,
        ended_at=None,
        defaults={"created_at": now},
    )
    if asked.confirmed_at and asked.quarantined_at is None:
        return
    if asked.confirmed_at is None:
        _choose(asked, choice)
    if is_new or not asked.asked_at or now - asked.asked_at >= ASK_AGAIN_AFTER:
        asked.asked_at = now
        Untold.objects.create(kind=Untold.Kind.CONFIRMATION, subscriber=asked, created_at=now)
    asked.save()


@transaction.atomic(durable=True)
def confirm(token: str) -> Subscriber:
    """The link in the letter was followed and the button pressed; twice is as good as once."""
    subscriber = _lock(to_confirm(token, clock.now()).pk)
    check(subscriber.ended_at is None, "ended", "This subscription was ended. Subscribe again on the page.")
    if subscriber.confirmed_at is None or subscriber.quarantined_at:
        subscriber.confirmed_at = subscriber.confirmed_at or clock.now()
        # The link came through: letters arrive again.
        subscriber.quarantined_at, subscriber.quarantined_because = None, ""
        subscriber.save()
    return subscriber


@transaction.atomic(durable=True)
def choose(token: str, choice: Choice) -> Subscriber:
    """The reader wants to hear something else; the link in every letter allows it."""
    subscriber = _lock(to_end(token).pk)
    check(subscriber.ended_at is None, "ended", "This subscription was ended. Subscribe again on the page.")
    _choose(subscriber, choice)
    subscriber.save()
    return subscriber


def _choose(subscriber: Subscriber, choice: Choice) -> None:
    subscriber.wants_all, subscriber.least_impact = choice.wants_all, choice.least_impact
    subscriber.components.set(choice.components)


@transaction.atomic(durable=True)
def end(token: str) -> Subscriber:
    """No more letters; twice is as good as once."""
    return _end(_lock(to_end(token).pk), clock.now())


@transaction.atomic(durable=True)
def remove(subscriber: Subscriber, *, actor: Actor) -> Subscriber:
    """An operator ends somebody's subscription."""
    held = _lock(subscriber.pk)
    require(actor, MANAGE)
    return _end(held, clock.now())


def to_confirm(token: str, now: datetime) -> Subscriber:
    """Whose “please confirm” this is. Raises `RuleBroken` for a link that is wrong or too old."""
    subscriber = _signed(token, CONFIRM_SALT)
    in_time = subscriber.asked_at is not None and now - subscriber.asked_at <= CONFIRM_WITHIN
    works = subscriber.confirmed_at and subscriber.quarantined_at is None
    check(works or in_time, "too_old", "This link is older than seven days. Subscribe again.")
    return subscriber


def to_end(token: str) -> Subscriber:
    """Whose subscription this link ends; it works for as long as letters may lie about."""
    return _signed(token, END_SALT)


def confirm_url(subscriber: Subscriber) -> str:
    """For the letter that asks to confirm. Works for seven days."""
    return _url("subscription_confirm", subscriber.pk, CONFIRM_SALT)


def manage_url(token: str) -> str:
    """Where the bearer of that link chooses what they get."""
    return reverse("subscription", args=[token])


def token(subscriber: Subscriber) -> str:
    """What allows its bearer to change or end this subscription."""
    return signing.Signer(salt=END_SALT).sign(subscriber.pk.hex)


def unsubscribe_url(subscriber: UUID) -> str:
    """For every letter and its `List-Unsubscribe` header: GET shows a page, POST ends it (RFC 8058)."""
    return _url("subscription_end", subscriber, END_SALT)


def secret_of(subscriber: Subscriber) -> str:
    """What its webhook is signed with: derived from SECRET_KEY, so that nothing need be kept for it."""
    digest = salted_hmac("notifications.subscriber", str(subscriber.pk), algorithm="sha256").digest()
    return f"whsec_{b64encode(digest).decode()}"


def recipients(bulletin: Bulletin) -> SubscriberQuerySet:
    """The confirmed subscribers who hear this bulletin (domain §2.6).

    Changes of state or scope, the first and the last go to all whom its components concern; a bulletin
    without news only to those who want all.
    """
    target = bulletin.public_incident
    there = Subscriber.objects.reachable().filter(page=target.page_id)
    if not bulletin.tells_subscribers or target.is_imported or target.page.is_private:
        return there.none()
    named = AffectedComponent.objects.filter(bulletin__public_incident=target).values_list("component", flat=True)
    caring = there.caring(target, _up_to(target.shown_impact))
    return caring.hearing(named, is_news=is_news(bulletin)).once_an_address()


def _up_to(impact: Impact) -> list[Impact]:
    """It and all below; whoever asks for little harm or none hears of great harm, and everybody of maintenance."""
    return list(IMPACT_ORDER if impact == Impact.MAINTENANCE else IMPACT_ORDER[: IMPACT_ORDER.index(impact) + 1])


def would_hear(page: Page, public_ids: Iterable[str], *, is_news: bool = True) -> int:
    """How many subscribers a bulletin about these components would reach, for saying so before the click."""
    named = Component.objects.filter(page=page, public_id__in=list(public_ids)).values_list("pk", flat=True)
    there = Subscriber.objects.reachable().filter(page=page, only=None)
    return there.hearing(named, is_news=is_news).count()


def is_news(bulletin: Bulletin) -> bool:
    """Whether it is the first or the last, changes the state or the scope, or says that it is."""
    if bulletin.is_news:
        return True
    before = (
        bulletin.public_incident.bulletins.filter(pk__lt=bulletin.pk).exclude(pk=bulletin.pk).order_by("-pk").first()
    )
    if before is None or before.state != bulletin.state or bulletin.state in ENDED:
        return True
    return any(one.old_status != one.new_status or _is_first_named(one) for one in bulletin.affected.all())


def _is_first_named(affected: AffectedComponent) -> bool:
    same = AffectedComponent.objects.filter(
        component=affected.component_id, bulletin__public_incident=affected.bulletin.public_incident_id
    )
    return not same.filter(bulletin__pk__lt=affected.bulletin_id).exists()


def _address(text: str) -> str:
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise RuleBroken("no_address", "Write an e-mail address, such as you@example.com.", field="address") from error
    check(len(address) <= LONGEST, "address_too_long", f"At most {LONGEST} characters.", field="address")
    return address


def _target(text: str) -> str:
    """A webhook's address. Where it leads is looked at each time something is sent there."""
    address = text.strip()
    egress.check_url(address, field="address")
    check(len(address) <= LONGEST, "address_too_long", f"At most {LONGEST} characters.", field="address")
    return address


def _check_flood(page: Page, now: datetime) -> None:
    """Nobody fills strangers' mailboxes, or spoils our name with mail servers, through this form."""
    asked = Subscriber.objects.pending().filter(page=page, asked_at__gte=now - timedelta(hours=1)).count()
    check(
        asked < MOST_ASKED_AN_HOUR,
        "too_many",
        "Very many people are signing up at this moment. Try again in an hour, or follow the feed.",
    )


def _lock(pk: UUID) -> Subscriber:
    return Subscriber.objects.select_for_update(of=("self",)).select_related("page").get(pk=pk)


def _end(subscriber: Subscriber, now: datetime) -> Subscriber:
    if subscriber.ended_at is None:
        subscriber.ended_at = now
        subscriber.save()
        # What was not yet asked need not be asked any more.
        Untold.objects.filter(subscriber=subscriber).delete()
    return subscriber


def _signed(token: str, salt: str) -> Subscriber:
    try:
        pk = UUID(signing.Signer(salt=salt).unsign(token))
        return Subscriber.objects.select_related("page").get(pk=pk)
    except (signing.BadSignature, ValueError, Subscriber.DoesNotExist) as error:
        raise RuleBroken("bad_link", "This link is not complete, or not ours. Subscribe again on the page.") from error


def _url(name: str, subscriber: UUID, salt: str) -> str:
    return _before_token(settings.SITE_URL, name) + signing.Signer(salt=salt).sign(subscriber.hex) + "/"


@cache
def _before_token(site: str, name: str) -> str:
    """All letters of a bulletin share it, and asking for an address takes longer than sending to it."""
    return site + reverse(name, args=["-"]).removesuffix("-/")
