"""The MIME of a notice, made once: what is a recipient's own is patched into its bytes.

Composing a message for each recipient costs milliseconds, patching microseconds. Both parts are encoded as
quoted-printable, which leaves a mark that stands alone on its line as it is.
"""

import quopri
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

from django.core.mail.message import sanitize_address

# Nobody can know these, and write them into what they say.
_TOKEN = secrets.token_hex(8)
HEADERS_MARK, TEXT_MARK, HTML_MARK = f"X-Own-{_TOKEN}", f"own-text-{_TOKEN}", f"own-html-{_TOKEN}"
_HEADERS_LINE = f"{HEADERS_MARK}: 1\r\n".encode()
# A line that begins with a dot would end the text (RFC 5321 §4.5.2).
_PLAIN = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+")
_DOTS = re.compile(rb"(?m)^\.")


class Mould:
    """A message without its recipient.

    `headers` are what all of its letters share; `text` and `html` hold their mark where the recipient's own part goes.
    """

    def __init__(
        self, *, sender: str, subject: str, text: str, html: str, at: datetime, headers: Mapping[str, str] | None = None
    ) -> None:
        self.headers = dict(headers or {})
        message = EmailMessage(policy=SMTP)
        # What stands in it is text: a word that claims to be encoded would be decoded, line breaks and all.
        message["Subject"] = subject.replace("=?", "= ?")
        message["From"] = sender
        message["Date"] = format_datetime(at)
        message[HEADERS_MARK] = "1"
        message.set_content(text, cte="quoted-printable")
        if html:
            message.add_alternative(html, subtype="html", cte="quoted-printable")
        shared = "".join(_header(name, value) for name, value in self.headers.items())
        whole = _DOTS.sub(b"..", message.as_bytes())
        # What stands before each place of the recipient's own, and after the last.
        self._head, _, rest = whole.partition(_HEADERS_LINE)
        self._to_text, _, rest = (shared.encode("ascii") + rest).partition(TEXT_MARK.encode())
        self._to_html, _, self._rest = rest.partition(HTML_MARK.encode())

    def cast(self, to: str, headers: Mapping[str, str], *, text: str = "", html: str = "") -> bytes:
        """The message for one recipient, its lines ended and its dots doubled as SMTP wants them.

        `text` and `html` are the recipient's own, for a mould with marks.
        """
        own = _header("To", address(to)) + "".join(_header(name, value) for name, value in headers.items())
        before = (self._head, own.encode("ascii"), self._to_text, _encoded(text), self._to_html)
        return b"".join((*before, _encoded(html), self._rest))


def address(to: str) -> str:
    """An address as it may stand in a header and an envelope: its domain in ASCII. Raises `ValueError` if it cannot."""
    # What needs no care gets none: taking an address apart costs more than sending to it.
    return to if _PLAIN.fullmatch(to) else _sanitized(to)


@lru_cache(maxsize=4096)
def _sanitized(to: str) -> str:
    if "\n" in to or "\r" in to:
        raise ValueError("An address holds no line break.")
    return str(sanitize_address(to, "utf-8"))


def _header(name: str, value: str) -> str:
    if "\n" in value or "\r" in value:
        raise ValueError(f"A header holds no line break: {name}")
    return f"{name}: {value}\r\n"


def _encoded(own: str) -> bytes:
    encoded = quopri.encodestring(own.encode()).replace(b"\n", b"\r\n")
    return _DOTS.sub(b"..", encoded)
