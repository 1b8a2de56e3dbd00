"""How a test asks for pages, and how it reads them."""

import re
from typing import Protocol

from django.test import Client

from roles.models import User


class Answer(Protocol):
    """A page that came back, whichever class the client gives it."""

    @property
    def content(self) -> bytes: ...


def browser(user: User) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


def text(response: Answer) -> str:
    """The page as one reads it: without tags, white space folded, quotes as they are."""
    body = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", body).replace("&#x27;", "'").replace("&quot;", '"')
