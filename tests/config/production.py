"""An environment as docs/running.md asks for it, and processes that are started in it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What the shell brings along, without what the tests set for themselves.
SHELL = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "TMPDIR")}
# `python`, `celery` and `granian` are those that run the tests, as the image has them first in its path.
SHELL["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"


def environment(folder: Path, **changes: str) -> dict[str, str]:
    """Every variable that production needs, and its folders below `folder`."""
    needed = {
        "SECRET_KEY": "kXv3Jw9pQz7LmN2bRt5YcHs8DfGa4EuKo1iVx6WqZ0lM-nBjT_",
        "ALLOWED_HOSTS": "sitrep.example.com",
        "SITE_URL": "https://sitrep.example.com",
        "PUBLIC_URL": "https://status.example.com",
        "DATABASE_URL": f"sqlite:///{folder}/sitrep.sqlite3",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "MAIL_URL": "smtp+tls://user:password@mail.example.com:587",
        "MAIL_FROM": "Sitrep <sitrep@example.com>",
        "PUBLIC_ROOT": str(folder / "public"),
        "SITREP_VAR": str(folder),
        "TRUST_PROXY": "yes",
    }
    return needed | changes


def run(env: dict[str, str], *command: str, within: float = 300) -> subprocess.CompletedProcess[str]:
    """A command of the house in that environment, to its end."""
    return subprocess.run(
        command, cwd=ROOT, env=SHELL | env, capture_output=True, text=True, timeout=within, check=False
    )
