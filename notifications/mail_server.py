"""The mail server of the settings page: set, tried, and taken away again."""

import re
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from kit import clock
from kit.rules import RuleBroken, check, require
from kit.secrets import new_id
from notifications import announcements, mailing
from notifications.channels import opened
from notifications.models import MailServer
from notifications.parcels import Parcel
from notifications.vocabulary import Channel
from notifications.words import draw
from roles.models import User

MANAGE = "notifications.manage_channels"
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Server:
    """What somebody says of the server; an empty password keeps the one that is there."""

    host: str
    port: int
    security: str
    sender: str
    username: str = ""
    password: str = ""


@transaction.atomic(durable=True)
def save(said: Server, *, actor: User) -> MailServer:
    """From the next letter on mail goes through this server."""
    require(actor, MANAGE)
    _check(said)
    row = MailServer.objects.select_for_update(of=("self",)).filter(pk=1).first() or MailServer(pk=1)
    row.host, row.port, row.security = said.host.strip(), said.port, said.security
    row.sender, row.username = said.sender.strip(), said.username.strip()
    row.password = said.password or (row.password if said.username else "")
    row.save()
    return row


@transaction.atomic(durable=True)
def forget(*, actor: User) -> None:
    """No server any more: letters go into the folder."""
    require(actor, MANAGE)
    MailServer.objects.filter(pk=1).delete()


def trial(*, actor: User) -> str:
    """Mail a test to the actor, now, and say what the server answered. Raises `Temporary` or `Refused`."""
    require(actor, MANAGE)
    drawn = draw(announcements.trial())
    parcel = Parcel(new_id(), actor.email, drawn.subject, drawn.text, clock.now(), html=drawn.html)
    with opened(Channel.MAIL) as send:
        answer = send(parcel)
    return "It lies in the outbox folder, because no mail server is set." if mailing.is_folder() else answer


def _check(said: Server) -> None:
    check(
        not settings.MAIL_URL,
        "set_by_environment",
        "The mail server is set by MAIL_URL in the environment, which wins; change it there.",
    )
    check(
        re.fullmatch(r"[A-Za-z0-9.:\-\[\]]+", said.host.strip()),
        "no_host",
        "Give the server's name or address, such as smtp.example.com, without a scheme or a path.",
        field="host",
    )
    check(1 <= said.port <= HIGHEST_PORT, "no_port", f"A port is a number from 1 to {HIGHEST_PORT}.", field="port")
    try:
        validate_email(parseaddr(said.sender)[1])
    except ValidationError as error:
        sentence = "Give an address, or a name with one, such as Sitrep <sitrep@example.com>."
        raise RuleBroken("no_sender", sentence, field="sender") from error
