"""What lies in the folder of mail that nobody was sent."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

NAME = re.compile(r"(\d{8}T\d{12})-[0-9a-f]{8}\.eml")
MOST = 200


@dataclass(frozen=True)
class Kept:
    """One mail of the folder."""

    name: str
    at: datetime
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def to(self) -> str:
        return str(self.message["To"] or "")

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.message.items()]

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""


def newest(most: int = MOST) -> list[Kept]:
    """The newest mails of the folder; drafts that are being written are not among them."""
    folder = Path(settings.OUTBOX)
    names = sorted((path.name for path in folder.glob("*.eml") if NAME.fullmatch(path.name)), reverse=True)
    found = (read(name) for name in names[:most])
    return [kept for kept in found if kept]


def read(name: str) -> Kept | None:
    """One mail by its file's name; None for what is no such file."""
    matched = NAME.fullmatch(name)
    path = Path(settings.OUTBOX) / name
    if matched is None or not path.is_file():
        return None
    at = datetime.strptime(matched[1], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return Kept(name, at, message)
