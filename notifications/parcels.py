"""What a transport is handed: everything it needs to send one letter once, and no row."""

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from notifications.moulds import Mould

# Where a letter goes by, as far as it can be told before anything is opened; None where that differs by letter.
Route = Hashable


@dataclass(frozen=True)
class Parcel:
    """One letter for one recipient. `key` stays the same through every attempt, `at` is the instant of this one."""

    key: str
    to: str
    subject: str
    text: str
    at: datetime
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    # The same mail for faster hands: what all letters of its notice share, and the recipient's own part.
    mould: Mould | None = None
    own_text: str = ""
    own_html: str = ""
    # What a signed webhook posts (JSON), and the secret it is signed with.
    body: str = ""
    secret: str = ""


def posted(body: Mapping[str, Any]) -> str:
    """The text of what a webhook posts."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


# Sends one parcel and says in a few words what the other side answered. Raises `Temporary` or `Refused`.
Send = Callable[[Parcel], str]
