"""Settings from the environment: everything wrong is collected and said in clear sentences at once."""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http.request import split_domain_port, validate_host

MODES = ("production", "quickstart", "test")
LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
HOST = re.compile(rf"{LABEL}(\.{LABEL})*", re.IGNORECASE)
FEWEST_DIFFERENT = 5
EXAMPLE_SITE = "https://sitrep.example.com"


@dataclass(frozen=True)
class Server:
    """What the address of a server may be; `needs` is the part (host or path) without which it is none."""

    schemes: tuple[str, ...]
    needs: str
    allowed: str


DATABASE = Server(
    ("postgresql", "postgres", "sqlite"), "path", "postgresql://user:password@host:port/name or sqlite:///path"
)
REDIS = Server(("redis", "rediss"), "host", "redis://host:port/number or rediss://…")
MAIL = Server(("smtp", "smtp+tls", "smtps"), "host", "smtp+tls://user:password@host:port or smtps:// or smtp://…")
HOOK = Server(("https", "http"), "host", "https://host/path or http://…")
SITE = Server(("http", "https"), "host", f"http:// or https:// and a host, such as {EXAMPLE_SITE}")


@dataclass
class Environment:
    """Reads variables and remembers what is missing or wrong until `refuse_if_wrong`.

    What stands in an address of a server may be a password: sentences about those never repeat the value.
    """

    values: Mapping[str, str] = field(default_factory=lambda: os.environ)
    wrong: list[str] = field(default_factory=list)

    @property
    def mode(self) -> str:
        return self.one_of("SITREP_MODE", MODES, default="production")

    def text(self, name: str, *, default: str | None = None, example: str = "") -> str:
        value = self.values.get(name, "").strip()
        if value:
            return value
        if default is None:
            self.wrong.append(f"{name} is not set. It is needed, for example {name}={example}")
        return default or ""

    def secret(self, name: str, *, default: str | None = None, least: int) -> str:
        """Random characters that are never shown."""
        value = self.text(name, default=default, example=f"…at least {least} random characters")
        if value and least and (len(value) < least or len(set(value)) < FEWEST_DIFFERENT):
            self.wrong.append(
                f"{name} is not at least {least} random characters; `openssl rand -base64 48` makes good ones."
            )
        return value

    def one_of(self, name: str, allowed: tuple[str, ...], *, default: str) -> str:
        value = self.text(name, default=default)
        if value not in allowed:
            self.wrong.append(f"{name} is {value!r}; allowed are {', '.join(allowed)}.")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name, default="yes" if default else "no").lower()
        if value not in ("yes", "no", "1", "0", "true", "false"):
            self.wrong.append(f"{name} is {value!r}; allowed are yes and no.")
        return value in ("yes", "1", "true")

    def number(self, name: str, *, default: int, least: int, most: int) -> int:
        value = self.text(name, default=str(default))
        if not re.fullmatch("[0-9]{1,9}", value) or not least <= int(value) <= most:
            self.wrong.append(f"{name} is {value!r}; allowed is a whole number from {least} to {most}.")
            return default
        return int(value)

    def words(self, name: str, *, default: str | None = None, example: str = "") -> list[str]:
        return [word.strip() for word in self.text(name, default=default, example=example).split(",") if word.strip()]

    def hosts(self, name: str, *, default: str | None = None, example: str = "") -> list[str]:
        """Names of hosts without scheme and port; a leading dot takes all below it."""
        found = self.words(name, default=default, example=example)
        for one in found:
            if not _is_host(one.removeprefix(".").removeprefix("[").removesuffix("]")):
                self.wrong.append(
                    f"{name} holds {one!r}; allowed are names of hosts such as sitrep.example.com, "
                    "without scheme, port and path, with commas between them."
                )
        return found

    def networks(self, name: str) -> list[str]:
        """Networks, each with its prefix."""
        found = self.words(name, default="")
        for one in found:
            if not _is_network(one):
                self.wrong.append(
                    f"{name} holds {one!r}; allowed are networks such as 10.1.2.0/24 or fd00:1::/64, with commas."
                )
        return found

    def sender(self, name: str, *, default: str) -> str:
        """Who letters come from: `Name <address>`, or the address alone."""
        value = self.text(name, default=default)
        try:
            validate_email(parseaddr(value)[1])
        except ValidationError:
            self.wrong.append(f"{name} is {value!r}; allowed is an address such as Sitrep <sitrep@example.com>.")
        return value

    def site(self, name: str, *, default: str | None = None, example: str = "") -> str:
        """Where people reach a site: scheme, host, perhaps a port, and nothing after it."""
        value = self.text(name, default=default, example=example).removesuffix("/")
        fault = _fault(value, SITE) if value else ""
        if value and not fault and not re.fullmatch("[^/?#@]*", value.partition("://")[2]):
            fault = "has more than a host and a port"
        if fault:
            self.wrong.append(f"{name} {fault}; allowed is {SITE.allowed}.")
        return value

    def server(self, name: str, kind: Server, *, default: str | None = None) -> str:
        """The address of a server of that kind."""
        value = self.text(name, default=default, example=kind.allowed.split(" or ", maxsplit=1)[0])
        fault = _fault(value, kind) if value else ""
        if fault:
            self.wrong.append(f"{name} {fault}; allowed is {kind.allowed}.")
        return value

    def allow(self, site: str, hosts: list[str]) -> None:
        """The site's own host must be among the hosts that are answered."""
        if not self.wrong and not validate_host(_host(site), hosts):
            host = _host(site)
            self.wrong.append(f"ALLOWED_HOSTS does not hold {host}, the host of SITE_URL; without it no link works.")

    def refuse_if_wrong(self) -> None:
        """End the process with every sentence, on whichever way it was started, and without a traceback."""
        if self.wrong:
            sys.exit("Sitrep cannot start:\n  - " + "\n  - ".join(self.wrong))


def _fault(value: str, kind: Server) -> str:
    """What is wrong with an address; empty when nothing is."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return "has a port that is no number from 1 to 65535, or a character that an address writes as %.. (/ as %2F)"
    if parts.scheme not in kind.schemes:
        return f"does not start with {', '.join(f'{scheme}://' for scheme in kind.schemes)}"
    if kind.needs == "host" and not _is_host(parts.hostname or ""):
        return "names no host"
    if kind.needs == "path" and not parts.path.strip("/"):
        return "names no database"
    often = dict(parse_qsl(parts.query)).get("prepare_threshold", "none")
    if often != "none" and not often.isdecimal():
        return "has a prepare_threshold that is neither a whole number nor none"
    return "has the port 0" if port == 0 else ""


def _host(url: str) -> str:
    """The host of a site, as a request names it."""
    return split_domain_port(urlsplit(url).netloc)[0]


def _is_host(text: str) -> bool:
    return bool(HOST.fullmatch(text)) or _is_ip_address(text)


def _is_ip_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _is_network(text: str) -> bool:
    try:
        return bool(ip_network(text))
    except ValueError:
        return False


def database(url: str) -> dict[str, Any]:
    """Django's settings for `sqlite:///path` or `postgresql://user:password@host:port/name?option=value`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:]),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
            },
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        # Compiling a statement costs more than it saves in one that a person waits for.
        "OPTIONS": {"connect_timeout": 5, "options": "-c jit=off", **_options(parts.query)},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def _options(query: str) -> dict[str, Any]:
    """What the address says of the connection. `kit.prepared` prepares what comes for the third time, unless it
    says after how often, or `none`."""
    said: dict[str, Any] = {"prepare_threshold": "2", **dict(parse_qsl(query))}
    often = said["prepare_threshold"]
    return said | {"prepare_threshold": int(often) if often.isdecimal() else None}


def mail(url: str) -> dict[str, Any]:
    """Django's e-mail settings for `smtp://`, `smtp+tls://` (STARTTLS) or `smtps://user:password@host:port`."""
    parts = urlsplit(url)
    return {
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }
