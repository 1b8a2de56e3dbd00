"""Endpoints: the machines that an audience has; added, changed, tried, switched off and on again."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kit import clock, egress
from kit.lines import check_line
from kit.rules import check, require
from kit.secrets import new_id
from notifications import addressing, announcements, signing
from notifications.channels import opened
from notifications.letters import Letter
from notifications.models import Endpoint, Notice
from notifications.parcels import Parcel, posted
from notifications.transports import service
from notifications.vocabulary import Channel, To
from notifications.words import draw
from roles.models import User
from statuspage.models import Subscriber

MANAGE = "notifications.manage_channels"


@dataclass(frozen=True)
class Target:
    """What somebody says of an endpoint; an empty url keeps the one that is there."""

    name: str
    form: str
    audience: str
    url: str = ""


@transaction.atomic(durable=True)
def add(said: Target, *, actor: User) -> tuple[Endpoint, str]:
    """Add one. Returns it with its secret, which is shown this once; a chat has none."""
    require(actor, MANAGE)
    _check_name(said.name)
    _check_address(said)
    secret = signing.new_secret() if said.form == Endpoint.Form.WEBHOOK else ""
    endpoint = Endpoint.objects.create(
        name=said.name.strip(),
        form=said.form,
        audience=said.audience,
        url=said.url.strip(),
        secret=secret,
        created_at=clock.now(),
        created_by=actor,
    )
    return endpoint, secret


@transaction.atomic(durable=True)
def change(endpoint: Endpoint, said: Target, *, actor: User) -> Endpoint:
    """Change its name, its audience or its address; letters that wait go where it leads then."""
    require(actor, MANAGE)
    endpoint = Endpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
    _check_name(said.name, but=endpoint)
    endpoint.name, endpoint.audience = said.name.strip(), said.audience
    if said.url:
        _check_address(said)
        endpoint.url = said.url.strip()
    endpoint.save()
    return endpoint


@transaction.atomic(durable=True)
def renew_secret(endpoint: Endpoint, *, actor: User) -> str:
    """A new secret from now on, shown this once."""
    require(actor, MANAGE)
    endpoint = Endpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
    check(endpoint.form == Endpoint.Form.WEBHOOK, "no_secret", "A chat's address is its secret; change the address.")
    endpoint.secret = signing.new_secret()
    endpoint.save()
    return endpoint.secret


@transaction.atomic(durable=True)
def remove(endpoint: Endpoint, *, actor: User) -> None:
    """Its letters stay in the ledger; those that wait are cancelled when their turn comes."""
    require(actor, MANAGE)
    Endpoint.objects.get(pk=endpoint.pk).delete()


@transaction.atomic(durable=True)
def switch(endpoint: Endpoint, *, on: bool, actor: User) -> Endpoint:
    """Switch it off for a while, or enable it again after it was switched off by anybody."""
    require(actor, MANAGE)
    endpoint = Endpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
    endpoint.disabled_at = None if on else clock.now()
    endpoint.disabled_because = "" if on else f"Switched off by {actor}."
    endpoint.save()
    return endpoint


@transaction.atomic(durable=True)
def gone(letter: Letter, detail: str, *, now: datetime) -> None:
    """The other side wants no letter ever again (410): switch it off and tell whoever added it.

    A person's own contact stays: it is theirs, and their next one rings. Should this be lost in a crash, the next
    letter is answered in the same way.
    """
    if letter.kind == "user":
        return
    if letter.kind == "subscriber":
        Subscriber.objects.filter(pk=letter.who, ended_at=None).update(ended_at=now)
        return
    endpoint = Endpoint.objects.select_for_update(of=("self",)).filter(pk=letter.who, disabled_at=None).first()
    if endpoint is None:
        return
    endpoint.disabled_at, endpoint.disabled_because = now, detail[:240]
    endpoint.save()
    owner = endpoint.created_by
    if owner and owner.is_active:
        drawn = draw(announcements.endpoint_gone(endpoint))
        notice = Notice.objects.create(
            audience=To.OWNER, subject=drawn.subject, text=drawn.text, html=drawn.html, created_at=now
        )
        addressing.to_owner(owner, notice, now).save(force_insert=True)


def trial(endpoint: Endpoint, *, actor: User) -> str:
    """Send a test now and say what came back. Raises `Temporary` or `Refused` with the other side's answer."""
    require(actor, MANAGE)
    words = announcements.trial()
    drawn, now = draw(words), clock.now()
    body = posted({"type": "test", "timestamp": now.isoformat(), "data": dict(words.data)})
    parcel = Parcel(f"test_{new_id()}", endpoint.url, drawn.subject, drawn.text, now, body=body, secret=endpoint.secret)
    with opened(Channel(endpoint.form)) as send:
        return send(parcel)


def _check_name(name: str, *, but: Endpoint | None = None) -> None:
    check_line(name, "no_name", "Give it a name by which people know it.", field="name")
    namesake = Endpoint.objects.filter(name=name.strip()).first()
    check(namesake is None or namesake == but, "name_taken", "There is an endpoint of this name already.", field="name")


def _check_address(said: Target) -> None:
    """Where a machine of this kind is reached; a log has no address."""
    if said.form == Endpoint.Form.SERVICE:
        wrong = service.complaint(said.url.strip())
        check(not wrong, "no_service", wrong, field="url")
    elif said.form != Endpoint.Form.LOG:
        egress.check_url(said.url)
