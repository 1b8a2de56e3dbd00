"""How mail leaves: by the SMTP server that is configured, else as files in a folder that administrators look into."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as Smtp

from kit import clock
from notifications.models import MailServer


@dataclass(frozen=True)
class MailRoute:
    """Where mail goes by now; equal routes can share a line. `backend` is Django's, where it is not our own."""

    sender: str
    backend: str = ""
    host: str = ""
    port: int = 0
    username: str = ""
    password: str = ""
    is_starttls: bool = False
    is_tls: bool = False
    folder: str = ""


OURS = "notifications.mailing.Backend"


def route() -> MailRoute:
    """The route of the next letter: another mail backend, the environment's server, the UI's, or the folder."""
    if settings.EMAIL_BACKEND != OURS:
        return MailRoute(settings.DEFAULT_FROM_EMAIL, backend=settings.EMAIL_BACKEND)
    if settings.MAIL_URL:
        return MailRoute(
            settings.DEFAULT_FROM_EMAIL, host=settings.EMAIL_HOST, port=settings.EMAIL_PORT,
            username=settings.EMAIL_HOST_USER, password=settings.EMAIL_HOST_PASSWORD,
            is_starttls=settings.EMAIL_USE_TLS, is_tls=settings.EMAIL_USE_SSL,
        )  # fmt: skip
    row = server()
    if row is None:
        return MailRoute(settings.DEFAULT_FROM_EMAIL, folder=str(settings.OUTBOX))
    return MailRoute(
        row.sender, host=row.host, port=row.port, username=row.username, password=row.password,
        is_starttls=row.security == MailServer.Security.STARTTLS, is_tls=row.security == MailServer.Security.TLS,
    )  # fmt: skip


def server() -> MailServer | None:
    """The server set in the UI, where the environment names none."""
    return None if settings.MAIL_URL else MailServer.objects.filter(pk=1).first()


def is_folder() -> bool:
    """Nobody is being mailed: letters go into the folder."""
    return not settings.MAIL_URL and not MailServer.objects.filter(pk=1).exists()


def smtp(by: MailRoute, *, fail_silently: bool = False) -> Smtp:
    """The line to a server; not yet open."""
    return Smtp(
        host=by.host,
        port=by.port,
        username=by.username,
        password=by.password,
        use_tls=by.is_starttls,
        use_ssl=by.is_tls,
        fail_silently=fail_silently,
    )


class Backend(BaseEmailBackend):
    """Django's EMAIL_BACKEND, for what allauth sends. It decides when it is made."""

    def __init__(self, fail_silently: bool = False, **_: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        by = route()
        self.sender = by.sender
        self.carrier: BaseEmailBackend = Folder() if by.folder else smtp(by, fail_silently=fail_silently)

    def open(self) -> bool | None:
        return self.carrier.open()

    def close(self) -> None:
        self.carrier.close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            if message.from_email == settings.DEFAULT_FROM_EMAIL:
                message.from_email = self.sender
        return self.carrier.send_messages(email_messages) or 0


class Folder(BaseEmailBackend):
    """Writes each message into `settings.OUTBOX`."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            put(Path(settings.OUTBOX), message.message().as_bytes())
        return len(email_messages)


def put(folder: Path, content: bytes) -> None:
    """Write one message into the folder; a reader sees a whole file or none."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{clock.shown():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
    draft = folder / f".{name}"
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / name)
