"""A setting that is missing or wrong is named at start, with what is allowed, and nothing starts."""

import runpy
from pathlib import Path
from typing import Any

import pytest

from config.environment import database
from tests.config import production
from tests.config.production import ROOT

NEEDED = ("SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "PUBLIC_URL", "DATABASE_URL", "REDIS_URL")
SITE = "allowed is http:// or https:// and a host, such as https://sitrep.example.com."
DATABASE = "allowed is postgresql://user:password@host:port/name or sqlite:///path."
PORT = "has a port that is no number from 1 to 65535, or a character that an address writes as %.. (/ as %2F)"
REDIS = "allowed is redis://host:port/number or rediss://…."
MAIL = "allowed is smtp+tls://user:password@host:port or smtps:// or smtp://…."
HOSTS = (
    "allowed are names of hosts such as sitrep.example.com, without scheme, port and path, with commas between them."
)
NETWORKS = "allowed are networks such as 10.1.2.0/24 or fd00:1::/64, with commas."
WRONG = [
    ("SITREP_MODE", "staging", "SITREP_MODE is 'staging'; allowed are production, quickstart, test."),
    (
        "SECRET_KEY",
        "short",
        "SECRET_KEY is not at least 50 random characters; `openssl rand -base64 48` makes good ones.",
    ),
    ("SECRET_KEY", "ab" * 40, "SECRET_KEY is not at least 50 random characters;"),
    ("ALLOWED_HOSTS", "https://sitrep.example.com", f"ALLOWED_HOSTS holds 'https://sitrep.example.com'; {HOSTS}"),
    ("ALLOWED_HOSTS", "sitrep.example.com:8000", f"ALLOWED_HOSTS holds 'sitrep.example.com:8000'; {HOSTS}"),
    ("ALLOWED_HOSTS", "*", f"ALLOWED_HOSTS holds '*'; {HOSTS}"),
    (
        "ALLOWED_HOSTS",
        "other.example.com",
        "ALLOWED_HOSTS does not hold sitrep.example.com, the host of SITE_URL; without it no link works.",
    ),
    ("SITE_URL", "https://", f"SITE_URL names no host; {SITE}"),
    ("SITE_URL", "sitrep.example.com", f"SITE_URL does not start with http://, https://; {SITE}"),
    ("SITE_URL", "https://sitrep.example.com/app", f"SITE_URL has more than a host and a port; {SITE}"),
    ("SITE_URL", "https://[", "SITE_URL has a port that is no number"),
    ("PUBLIC_URL", "https://status.example.com:port", f"PUBLIC_URL {PORT}; {SITE}"),
    (
        "DATABASE_URL",
        "mysql://db/sitrep",
        f"DATABASE_URL does not start with postgresql://, postgres://, sqlite://; {DATABASE}",
    ),
    ("DATABASE_URL", "postgresql://db:port/sitrep", f"DATABASE_URL {PORT}; {DATABASE}"),
    ("DATABASE_URL", "postgresql://db:0/sitrep", f"DATABASE_URL has the port 0; {DATABASE}"),
    (
        "DATABASE_URL",
        "postgresql://db/sitrep?prepare_threshold=tne",
        f"DATABASE_URL has a prepare_threshold that is neither a whole number nor none; {DATABASE}",
    ),
    ("DATABASE_URL", "postgresql://db:5432", f"DATABASE_URL names no database; {DATABASE}"),
    ("REDIS_URL", "redis://", f"REDIS_URL names no host; {REDIS}"),
    ("MAIL_URL", "smtp://", f"MAIL_URL names no host; {MAIL}"),
    ("MAIL_URL", "smtp://mail.example.com:smtp", f"MAIL_URL {PORT}; {MAIL}"),
    ("MAIL_URL", "mail.example.com:25", f"MAIL_URL does not start with smtp://, smtp+tls://, smtps://; {MAIL}"),
    ("MAIL_FROM", "nonsense", "MAIL_FROM is 'nonsense'; allowed is an address such as Sitrep <sitrep@example.com>."),
    ("EGRESS_ALLOWED_NETWORKS", "foo", f"EGRESS_ALLOWED_NETWORKS holds 'foo'; {NETWORKS}"),
    ("EGRESS_ALLOWED_NETWORKS", "10.1.2.3/24", f"EGRESS_ALLOWED_NETWORKS holds '10.1.2.3/24'; {NETWORKS}"),
    ("WATCHDOG_URL", "https://", "WATCHDOG_URL names no host; allowed is https://host/path or http://…."),
    ("TRUST_PROXY", "maybe", "TRUST_PROXY is 'maybe'; allowed are yes and no."),
    ("PORT", "99999", "PORT is '99999'; allowed is a whole number from 1 to 65535."),
    ("PUBLIC_PORT", "²", "PUBLIC_PORT is '²'; allowed is a whole number from 1 to 65535."),
]
RIGHT = [
    ("ALLOWED_HOSTS", ".example.com, 10.0.0.7,[fd00::1]"),
    ("SITE_URL", "https://sitrep.example.com:8443/"),
    ("DATABASE_URL", "postgresql:///sitrep"),
    ("DATABASE_URL", "postgresql://sitrep:a%2Fb@my_postgres:5432/sitrep?sslmode=require"),
    ("REDIS_URL", "rediss://:secret@redis:6379/1"),
    ("MAIL_URL", "smtps://user%40example.com:secret@[fd00::25]"),
    ("MAIL_FROM", "sitrep@localhost"),
    ("WATCHDOG_URL", "https://watch.example.com/ping/7?a=b"),
    ("EGRESS_ALLOWED_NETWORKS", "10.1.2.0/24, fd00:1::/64,192.168.7.9"),
]


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The shell of somebody who starts Sitrep in production."""
    for name, value in production.environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SITREP_MODE", raising=False)
    return monkeypatch


def settings() -> dict[str, Any]:
    """Django's settings as a process that starts now would read them."""
    return runpy.run_path(str(ROOT / "config/settings.py"))


@pytest.mark.parametrize(("name", "value", "sentence"), WRONG)
def test_a_wrong_setting_is_said_with_what_is_allowed(
    env: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    env.setenv(name, value)
    with pytest.raises(SystemExit) as end:
        settings()
    said = str(end.value).splitlines()
    assert said[0] == "Sitrep cannot start:"
    assert len(said) == 2
    assert said[1].startswith(f"  - {sentence}")


@pytest.mark.parametrize(("name", "value"), RIGHT)
def test_what_is_allowed_starts(env: pytest.MonkeyPatch, name: str, value: str) -> None:
    env.setenv(name, value)
    assert settings()["PRODUCTION"]


def test_everything_that_is_missing_is_named_at_once(env: pytest.MonkeyPatch) -> None:
    for name in NEEDED:
        env.delenv(name)
    with pytest.raises(SystemExit) as end:
        settings()
    assert {line.split()[1] for line in str(end.value).splitlines()[1:]} == set(NEEDED)


def test_no_sentence_repeats_a_secret(env: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "MAIL_URL"):
        env.setenv(name, "gopher://user:hunter2@host:port/")
    env.setenv("SITE_URL", "https://user:hunter2@sitrep.example.com")
    env.setenv("SECRET_KEY", "hunter2")
    with pytest.raises(SystemExit) as end:
        settings()
    assert len(str(end.value).splitlines()) == 6
    assert "hunter2" not in str(end.value)


@pytest.mark.processes
@pytest.mark.parametrize(
    "command",
    [
        ("python", "manage.py", "migrate"),
        ("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", "0", "config.wsgi:application"),
        ("celery", "--app", "config.celery", "worker"),
    ],
    ids=["manage.py", "granian", "celery"],
)
def test_whatever_is_started_says_it_without_a_traceback(tmp_path: Path, command: tuple[str, ...]) -> None:
    env = production.environment(tmp_path, MAIL_FROM="nonsense")
    ended = production.run(env, *command)
    assert ended.returncode != 0
    assert "MAIL_FROM is 'nonsense'; allowed is an address" in ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def test_statements_are_not_compiled_unless_the_address_says_so() -> None:
    address = "postgresql://sitrep@127.0.0.1/sitrep"
    assert database(address)["OPTIONS"]["options"] == "-c jit=off"
    assert database(f"{address}?options=-c%20jit%3Don")["OPTIONS"]["options"] == "-c jit=on"


@pytest.mark.parametrize(
    ("said", "expected"), [("", 2), ("?prepare_threshold=none", None), ("?prepare_threshold=0", 0)]
)
def test_statements_are_prepared_unless_the_address_says_so(said: str, expected: int | None) -> None:
    assert database(f"postgresql://sitrep@127.0.0.1/sitrep{said}")["OPTIONS"]["prepare_threshold"] == expected
