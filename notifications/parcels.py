"""What a transport is handed: everything it needs to send one letter once, and no row."""

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from notifications.moulds import Mould
from notifications.words import OWN_PART

# What mail programs take for the beginning of a signature.
CUT = "\n-- \n"
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
    # Of mail the recipient's own part, and what all letters of its notice share made once for faster hands.
    own_text: str = ""
    own_html: str = ""
    mould: Mould | None = None
    # What a signed webhook posts (JSON), and the secret it is signed with.
    body: str = ""
    secret: str = ""

    @property
    def whole_text(self) -> str:
        """With the recipient's own part."""
        return f"{self.text}{CUT}{self.own_text}" if self.own_text else self.text

    @property
    def whole_html(self) -> str:
        """With the recipient's own part."""
        return self.html.replace(OWN_PART, self.own_html)


def posted(body: Mapping[str, Any]) -> str:
    """The text of what a webhook posts."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


# Sends one parcel and says in a few words what the other side answered. Raises `Temporary` or `Refused`.
Send = Callable[[Parcel], str]
