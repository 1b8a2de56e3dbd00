"""Secrets that webhooks are signed with, in the form of the Standard Webhooks specification."""

import secrets
from base64 import b64encode

PREFIX = "whsec_"


def new_secret() -> str:
    """For an endpoint of ours: 24 random bytes, shown once and kept encrypted."""
    return PREFIX + b64encode(secrets.token_bytes(24)).decode()
