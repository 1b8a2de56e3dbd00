"""What the transports over HTTP share: one POST, and what its status means (source: Standard Webhooks)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from kit import egress
from notifications.answers import Refused, Temporary

NOT_NOW = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
SUCCESS = range(200, 300)
PHRASES = {status.value: status.phrase for status in HTTPStatus}


@contextmanager
def client() -> Iterator[egress.Client]:
    with egress.Client() as opened:
        yield opened


def post(line: egress.Client, url: str, body: bytes, headers: Mapping[str, str], *, at: datetime) -> str:
    """POST it. A 2xx is success, 410 ends the endpoint, everything else (a redirect too) is tried again."""
    try:
        answer = line.post(url, body, {"Content-Type": "application/json"} | dict(headers))
    except egress.Refused as error:
        raise Refused(str(error)) from error
    except egress.Unreachable as error:
        raise Temporary(str(error), maybe_taken=error.maybe_taken, is_ours=True) from error
    said = _said(answer)
    if answer.status in SUCCESS:
        return said
    if answer.status == HTTPStatus.GONE:
        raise Refused(said, is_gone=True)
    after = _asked_wait(answer, at) if answer.status in NOT_NOW else None
    raise Temporary(said, after=after, is_ours=answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR)


def _said(answer: egress.Answer) -> str:
    """“Answered 500 Internal Server Error: …”, with the beginning of what it wrote."""
    phrase = PHRASES.get(answer.status, "")
    text = " ".join(answer.body[:160].decode(errors="replace").split())
    return f"Answered {answer.status} {phrase}".strip() + (f": {text}" if text else "")


def _asked_wait(answer: egress.Answer, at: datetime) -> timedelta | None:
    """Retry-After in seconds or as a date (RFC 9110 §10.2.3); None where it says nothing we understand."""
    asked = answer.headers.get("Retry-After", "").strip()
    if asked.isdecimal():
        return timedelta(seconds=min(int(asked), 10**7))
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return None
    return until.replace(tzinfo=until.tzinfo or UTC) - at
