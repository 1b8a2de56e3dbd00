"""Secrets that webhooks are signed with, in the form of the Standard Webhooks specification."""

import secrets
from base64 import b64encode

from django.utils.crypto import salted_hmac

from statuspage.models import Subscriber

PREFIX = "whsec_"


def new_secret() -> str:
    """For an endpoint of ours: 24 random bytes, shown once and kept encrypted."""
    return PREFIX + b64encode(secrets.token_bytes(24)).decode()


def secret_of(subscriber: Subscriber) -> str:
    """A subscriber's own secret, derived from SECRET_KEY, so that nothing need be kept for it."""
    digest = salted_hmac("notifications.subscriber", str(subscriber.pk), algorithm="sha256").digest()
    return PREFIX + b64encode(digest).decode()
