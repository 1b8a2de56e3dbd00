"""Secrets that an installation for trying out makes for itself and keeps in a file."""

import secrets
from pathlib import Path


def kept_secret(path: Path, size: int = 64) -> str:
    """A secret made at the first call (from `size` random bytes) and kept where only its owner reads it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(size))
    return path.read_text().strip()
