"""Keeping secrets: an encrypted field, hashed tokens, signed links."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


def new_token(prefix: str = "") -> str:
    """A new secret of 256 bits, to be shown once and stored as its digest."""
    return prefix + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token: SHA-256 in hex. Tokens are random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def matches(token: str, stored: str) -> bool:
    return hmac.compare_digest(digest(token), stored)


def new_id(length: int = 12) -> str:
    """An opaque id of `[a-z0-9]`, 12 characters as status page clients expect; what outsiders call a row."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def seal(text: str) -> str:
    """Encrypt under a key derived from SECRET_KEY."""
    return _fernet().encrypt(text.encode()).decode()


class NotSealed(ValueError):
    """This was not sealed by us, or under a key that we no longer know."""


def unseal(sealed: str) -> str:
    """What was sealed; also under a former key that stands in SECRET_KEY_FALLBACKS. Raises `NotSealed`."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise NotSealed("This was not sealed by us.") from error


def _fernet() -> MultiFernet:
    return _under((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _under(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys])


class EncryptedTextField(models.TextField[str, str]):
    """Text that lies encrypted in the database; the key derives from SECRET_KEY."""

    def get_prep_value(self, value: Any) -> Any:
        return seal(value) if value else ""

    def from_db_value(self, value: str | None, *_: object) -> str:
        return unseal(value) if value else ""
