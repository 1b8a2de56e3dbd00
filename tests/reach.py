"""What the tests need beside Python, where it is found, and how to get it where it is not.

A test that needs something asks for it here and is skipped with one line that says how to get it.
With SITREP_REQUIRE=1, as `.ci/run` sets it, it fails instead.
"""

import os
import shutil
from functools import cache
from pathlib import Path

import psycopg
import pytest
import redis

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
POSTGRES_URL = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
REQUIRED = os.environ.get("SITREP_REQUIRE") == "1"
# Whoever is not there says so at once; whoever is there may be busy.
PATIENCE = 20


def missing(what: str, how: str) -> None:
    """Skip with one line, or fail where everything is required."""
    sentence = f"not run, {what}: {how}"
    if REQUIRED:
        pytest.fail(sentence)
    pytest.skip(sentence)


@cache
def has_postgres() -> bool:
    try:
        with psycopg.connect(POSTGRES_URL, connect_timeout=PATIENCE):
            return True
    except psycopg.OperationalError:
        return False


@cache
def has_redis() -> bool:
    try:
        return bool(redis.Redis.from_url(REDIS_URL, socket_connect_timeout=PATIENCE).ping())
    except redis.RedisError:
        return False


def postgres() -> str:
    """The address of a PostgreSQL on this machine where databases may be made."""
    if not has_postgres():
        missing("no PostgreSQL answers", f"start one at {POSTGRES_URL}, or name it in TEST_DATABASE_URL")
    return POSTGRES_URL


def redis_server() -> str:
    """The address of a Redis on this machine whose database may be flushed."""
    if not has_redis():
        missing("no Redis answers", f"start one at {REDIS_URL}, or name it in TEST_REDIS_URL")
    return REDIS_URL


def chromium() -> str:
    """The path of a Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        missing("no Chromium", "install the package chromium")
    return found or ""


def nginx() -> str:
    """The path of an nginx."""
    found = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else None)
    if not found:
        missing("no nginx", "install the package nginx")
    return found or ""


def shared(*parts: str) -> Path:
    """Real data beside the checkout."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        if os.environ.get("SITREP_WITHOUT_SHARED") == "1":
            pytest.skip(f"not run, no {'/'.join(parts)} beside the checkout")
        missing(f"no {'/'.join(parts)} beside the checkout", "it lies in ../shared of the team's checkouts")
    return path
