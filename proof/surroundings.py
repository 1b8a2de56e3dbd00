"""What the proof stands on: the settings of the product in test mode, on a database and in a folder of its own."""

import os
import signal
import sys
from pathlib import Path

import django

POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
# What somebody's shell may hold for the product that they run.
NOT_OURS = (
    "MAIL_URL",
    "REDIS_URL",
    "WATCHDOG_URL",
    "SITE_URL",
    "PUBLIC_URL",
    "PUBLIC_ROOT",
    "ALLOWED_HOSTS",
    "SECRET_KEY",
)


def prepare(folder: Path, database: str) -> None:
    """Set Django up. `database` is the address of a PostgreSQL, or empty for SQLite in the folder."""
    for name in NOT_OURS:
        os.environ.pop(name, None)
    os.environ |= {
        "SITREP_MODE": "test",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SITREP_VAR": str(folder / "settings"),
        "DATABASE_URL": database or f"sqlite:///{folder}/none.sqlite3",
    }
    (folder / "settings").mkdir()
    # Whoever is told to end clears up first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    django.setup()


def postgres_url() -> str:
    """A PostgreSQL where databases may be made."""
    given = os.environ.get("DATABASE_URL", "")
    return given if given.startswith("postgres") else os.environ.get("TEST_DATABASE_URL", POSTGRES)


def quick_folder() -> Path | None:
    """Where files cost no disk, if this machine has such a place: what a kill leaves behind is the same."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and os.access(memory, os.W_OK) else None
