"""Going through the house as somebody, by HTTP."""

import re
from html import unescape

from django.http import HttpResponseBase
from django.test import Client

from roles.models import User
from tests.people import PASSWORD


def signed_in(person: User) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(person)
    return client


def tries_to_sign_in(client: Client, email: str, password: str = PASSWORD, to: str = "") -> HttpResponseBase:
    query = f"?next={to}" if to else ""
    said = {"login": email, "password": password} | ({"next": to} if to else {})
    response: HttpResponseBase = client.post(f"/accounts/login/{query}", said)
    return response


def is_in(client: Client) -> bool:
    """Whether this browser is signed in."""
    return client.get("/me/").status_code == 200


def text(response: HttpResponseBase) -> str:
    """What a page says, without its tags."""
    assert hasattr(response, "content")
    html = re.sub(r"<(script|style|select|svg)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def addresses(response: HttpResponseBase) -> set[str]:
    """Every address that the page's links and forms lead to."""
    assert hasattr(response, "content")
    found = re.findall(r"(?:href|action)=\"([^\"#]*)", response.content.decode())
    return {unescape(one).partition("?")[0] for one in found}
