"""E-mail: over one SMTP connection kept open from letter to letter, into the folder, or by another mail backend."""

import re
import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol

from django.core.mail import EmailMultiAlternatives, get_connection

from notifications import mailing, moulds
from notifications.answers import Refused, Temporary
from notifications.mailing import MailRoute
from notifications.moulds import Mould
from notifications.parcels import Parcel, Route, Send

FOR_GOOD = 500
GO_ON, TAKEN, CLOSING = 354, 250, 421
# One letter takes no longer than this, whatever the server does, and so ends within its lease.
MOST_SECONDS, AT_A_TIME = 20.0, 15.0
# Enhanced codes (RFC 3463 X.7.X) and plain ones that are about who we are, and not about the recipient.
ABOUT_US = re.compile(r"\b5\.7\.\d+\b")
ABOUT_US_CODES = frozenset({530, 534, 535, 538})
TOOK_IT = "The mail server took it."


class Line(Protocol):
    """Something that takes mail."""

    def send(self, parcel: Parcel) -> str: ...

    def close(self) -> None: ...


@contextmanager
def mail(by: Route = None) -> Iterator[Send]:
    """By the route that `notifications.mailing` chose; opened with the first letter."""
    assert isinstance(by, MailRoute | None)
    by = by or mailing.route()
    line: Line = BackendLine(by) if by.backend else FolderLine(by) if by.folder else SmtpLine(by)
    try:
        yield line.send
    finally:
        line.close()


def _cast(parcel: Parcel, sender: str) -> bytes:
    """The message; where it shares no mould with others, one is made for it."""
    if parcel.mould:
        return parcel.mould.cast(parcel.to, parcel.headers, text=parcel.own_text, html=parcel.own_html)
    own = Mould(sender=sender, subject=parcel.subject, text=parcel.whole_text, html=parcel.whole_html, at=parcel.at)
    return own.cast(parcel.to, parcel.headers)


class FolderLine:
    """Nobody is mailed: what would be, lies in a folder."""

    def __init__(self, by: MailRoute) -> None:
        self.by = by

    def send(self, parcel: Parcel) -> str:
        mailing.put(Path(self.by.folder), _cast(parcel, self.by.sender))
        return "It lies in the folder; nobody is being mailed."

    def close(self) -> None:
        """Nothing is open."""


class BackendLine:
    """Whatever Django's EMAIL_BACKEND names, such as a provider's API."""

    def __init__(self, by: MailRoute) -> None:
        self.backend = get_connection(by.backend)

    def send(self, parcel: Parcel) -> str:
        headers = dict(parcel.headers) | (parcel.mould.headers if parcel.mould else {})
        message = EmailMultiAlternatives(parcel.subject, parcel.whole_text, to=[parcel.to], headers=headers)
        if parcel.html:
            message.attach_alternative(parcel.whole_html, "text/html")
        try:
            self.backend.send_messages([message])
        except OSError as error:
            raise Temporary(f"The mail service did not answer: {_cause(error)}", maybe_taken=True) from error
        return TOOK_IT

    def close(self) -> None:
        self.backend.close()


class SmtpLine:
    """One connection. It knows how far a letter got, and so whether the server may have taken it."""

    def __init__(self, by: MailRoute) -> None:
        self.by = by
        self.envelope_from = moulds.address(parseaddr(by.sender)[1])
        self.backend = mailing.smtp(by)
        self.until = 0.0
        self.is_used = False

    def send(self, parcel: Parcel) -> str:
        content = _cast(parcel, self.by.sender)
        self.until = time.monotonic() + MOST_SECONDS
        self._envelope(moulds.address(parcel.to))
        return self._data(content)

    def close(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self.backend.close()
        self.backend = mailing.smtp(self.by)
        self.is_used = False

    @property
    def _smtp(self) -> smtplib.SMTP:
        assert self.backend.connection is not None
        return self.backend.connection

    def _open(self) -> None:
        if self.backend.connection is not None:
            return
        try:
            self.backend.open()
            self._smtp.ehlo_or_helo_if_needed()
        except smtplib.SMTPResponseException as error:
            self.close()
            said = _words(error.smtp_code, error.smtp_error)
            raise Temporary(f"The mail server refuses us: {said}", is_ours=True) from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # A name or a password that cannot be spelled is ours to mend, too, and no letter's fault.
            self.close()
            raise Temporary(f"The mail server cannot be reached: {_cause(error)}", is_ours=True) from error

    def _envelope(self, to: str) -> None:
        """MAIL and RCPT. A line that the server closed while it lay idle is opened once more: nothing had begun."""
        self._open()
        was_used = self.is_used
        try:
            self._from_and_to(to)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            self.close()
            if not was_used:
                sentence = f"The line to the mail server broke: {_cause(error)}"
                raise Temporary(sentence, is_ours=True) from error
            self._envelope(to)

    def _from_and_to(self, to: str) -> None:
        code, said = self._ask(f"MAIL FROM:<{self.envelope_from}>")
        if code != TAKEN:
            self._begin_anew(code)
            raise Temporary(f"The mail server refuses us as sender: {_words(code, said)}", is_ours=True)
        code, said = self._ask(f"RCPT TO:<{to}>")
        if code not in (TAKEN, TAKEN + 1):
            self._begin_anew(code)
            raise _verdict(code, said)

    def _data(self, content: bytes) -> str:
        code, said = self._ask_or_break("DATA")
        if code != GO_ON:
            self._begin_anew(code)
            raise _verdict(code, said)
        try:
            self._patience()
            self._smtp.send(content + b"\r\n.\r\n" if not content.endswith(b"\r\n") else content + b".\r\n")
            code, said = self._smtp.getreply()
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            # The line broke, perhaps after the server took the message and before it could say so.
            self.close()
            sentence = f"The line to the mail server broke: {_cause(error)}"
            raise Temporary(sentence, maybe_taken=True, is_ours=True) from error
        if code != TAKEN:
            self._begin_anew(code)
            raise _verdict(code, said)
        self.is_used = True
        return TOOK_IT

    def _ask_or_break(self, command: str) -> tuple[int, bytes]:
        try:
            return self._ask(command)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            self.close()
            raise Temporary(f"The line to the mail server broke: {_cause(error)}", is_ours=True) from error

    def _ask(self, command: str) -> tuple[int, bytes]:
        self._patience()
        return self._smtp.docmd(command)

    def _patience(self) -> None:
        """The server has so long for its next answer."""
        left = max(1.0, min(AT_A_TIME, self.until - time.monotonic()))
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(left)

    def _begin_anew(self, code: int) -> None:
        """After a refusal the next letter begins with a clean slate; 421 says that the server hangs up."""
        if code == CLOSING:
            self.close()
            return
        try:
            self._ask("RSET")
        except (OSError, smtplib.SMTPServerDisconnected):
            self.close()


def _verdict(code: int, said: bytes) -> Temporary | Refused:
    """4xx comes back later; 5xx is for good (RFC 5321 §4.2.1), unless it is about us."""
    words = _words(code, said)
    sentence = f"The mail server answered {words}"
    if code < FOR_GOOD:
        return Temporary(sentence, is_ours=code == CLOSING)
    if code in ABOUT_US_CODES or ABOUT_US.search(words):
        return Temporary(f"The mail server refuses us: {words}", is_ours=True)
    return Refused(sentence)


def _words(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}"[:240]


def _cause(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
