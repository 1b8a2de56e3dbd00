"""The one client for outgoing HTTP: it resolves once, refuses what is not a public address, follows nothing."""

import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, urlsplit

import requests
import urllib3
from AntiSSRF import AntiSSRFError, AntiSSRFPolicy, PolicyConfigOptions
from django.conf import settings

from kit import prompt
from kit.rules import check

# To connect, and between two bytes of the answer.
TIMEOUT_SECONDS = (5, 10)
MOST_BYTES = 64 * 1024
# An answer that drips is read no longer than this; its status is what counts.
READ_SECONDS = 5
AGENT = "Sitrep"


class Refused(Exception):
    """The target is one we never speak to: not public, not https, or no address at all."""


class Unreachable(Exception):
    """The target did not answer in time, or not in HTTP. `maybe_taken` is True where it may have read the request."""

    def __init__(self, sentence: str, *, maybe_taken: bool = False) -> None:
        super().__init__(sentence)
        self.maybe_taken = maybe_taken


@dataclass(frozen=True)
class Answer:
    """What the other side said: the status, its headers and the first 64 KiB of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Session(requests.Session):
    """The library reads the whole body of a redirect to prepare following it; we never do."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class Client:
    """Keeps its connections open while one uses it: `with Client() as client: client.post(…)`.

    Plain http is spoken to `settings.EGRESS_ALLOWED_NETWORKS` alone; https to these and to every public address.
    Sentences of errors name the host and never the rest of the address, which may be a secret.
    """

    def __init__(self) -> None:
        self._session = _Session()
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": AGENT, "Accept-Encoding": "identity"})
        self._session.mount("https://", _adapter(_to_the_public()))
        self._session.mount("http://", _adapter(_to_our_own()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POST the bytes. Raises `Refused` or `Unreachable`; any HTTP status, a redirect too, is an `Answer`."""
        host = _host(url)
        try:
            with self._session.post(
                url, data=body, headers=dict(headers), timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True
            ) as response:
                return Answer(response.status_code, response.headers, _read(response))
        except AntiSSRFError as error:
            raise Refused(f"{host} is not an address we send to: {_why(error)}") from error
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError) as error:
            raise Refused(f"{host} is not an address we can send to.") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreachable(
                f"{host} did not answer: {_reason(error)}", maybe_taken=not _never_arrived(error)
            ) from error


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """One POST with a client of its own."""
    with Client() as client:
        return client.post(url, body, headers)


def _host(url: str) -> str:
    """The host of an address. Raises `Refused` for what is none, or carries a name and password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Refused("This is not an address we can send to.") from error
    if not host or port == 0:
        raise Refused("This is not an address we can send to: it names no host.")
    if parts.username or parts.password:
        raise Refused(f"{host} is not an address we send to: it carries a name or password.")
    return host


def _read(response: requests.Response) -> bytes:
    """The body's beginning, as far as it arrives in time."""
    body, until = b"", time.monotonic() + READ_SECONDS
    while len(body) < MOST_BYTES and time.monotonic() < until:
        try:
            piece = response.raw.read1(MOST_BYTES - len(body))
        except (urllib3.exceptions.HTTPError, OSError):
            # Its status said what became of it, whatever else was to come.
            break
        if not piece:
            break
        body += piece
    return body


def _reason(error: Exception) -> str:
    """The innermost cause that says something, such as “Connection refused”; never the address."""
    cause: object = error
    while isinstance(cause, BaseException):
        if isinstance(cause, OSError) and cause.strerror:
            return str(cause.strerror)
        cause = getattr(cause, "reason", None) or cause.__cause__ or cause.__context__
    return type(error).__name__


def _never_arrived(error: Exception) -> bool:
    """No line was ever open, so nothing of it can have been read."""
    wrapped = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, (socket.gaierror, requests.exceptions.ConnectTimeout, requests.exceptions.SSLError)) or (
        isinstance(wrapped, urllib3.exceptions.NewConnectionError)
    )


def _why(error: AntiSSRFError) -> str:
    return "it speaks plain http" if "HTTP request" in str(error) else "it is not a public address"


def _to_the_public() -> AntiSSRFPolicy:
    policy = AntiSSRFPolicy(PolicyConfigOptions.EXTERNAL_ONLY_LATEST)
    policy.add_xff_header = False
    if settings.EGRESS_ALLOWED_NETWORKS:
        policy.add_allowed_addresses(settings.EGRESS_ALLOWED_NETWORKS)
    return policy


def _to_our_own() -> AntiSSRFPolicy:
    policy = AntiSSRFPolicy(PolicyConfigOptions.INTERNAL_ONLY)
    policy.allow_plain_text_http = bool(settings.EGRESS_ALLOWED_NETWORKS)
    if settings.EGRESS_ALLOWED_NETWORKS:
        policy.add_allowed_addresses(settings.EGRESS_ALLOWED_NETWORKS)
    return policy


def _adapter(policy: AntiSSRFPolicy) -> requests.adapters.HTTPAdapter:
    """The library hands out whole sessions; we want one session that speaks by two policies."""
    session: requests.Session = policy.get_antissrf_session()
    adapter = session.get_adapter("https://")
    assert isinstance(adapter, requests.adapters.HTTPAdapter)
    adapter.poolmanager.pool_classes_by_scheme = prompt.POOLS
    return adapter


def check_url(url: str, *, field: str = "url") -> None:
    """Only what can be said without asking anybody; where it leads is looked at each time something is sent."""
    schemes = ("https", "http") if settings.EGRESS_ALLOWED_NETWORKS else ("https",)
    parts = _split(url)
    check(
        parts.scheme in schemes and parts.hostname,
        "not_an_address",
        f"Give a whole address that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}.",
        field=field,
    )
    check(not (parts.username or parts.password), "has_password", "Leave out name and password.", field=field)
    check(_may_be_public(parts.hostname or ""), "not_public", "This is not a public address.", field=field)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url.strip())
    except ValueError:
        return urlsplit("")


def _may_be_public(host: str) -> bool:
    if settings.EGRESS_ALLOWED_NETWORKS:
        return True
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return host != "localhost"
