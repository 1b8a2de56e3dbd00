"""A program subscribes to the public page: its address is challenged, and nothing is sent there before it confirms."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from standardwebhooks.webhooks import Webhook

from notifications import delivery
from statuspage import subscribing
from statuspage.models import Subscriber
from statuspage.vocabulary import State
from tests.browsing import text
from tests.kit.sink import Sink
from tests.notifications.world import relay_only
from tests.statuspage.world import opened, page, tell

pytestmark = pytest.mark.django_db
SUBSCRIBE = "/subscribe/denomas/"


@pytest.fixture(autouse=True)
def world() -> None:
    cache.clear()
    page()


def reader() -> Client:
    return Client(enforce_csrf_checks=True)


def asked(address: str, **said: Any) -> Any:
    return reader().post(SUBSCRIBE, {"address": address, "channel": "webhook"} | said)


def sent() -> None:
    relay_only()
    delivery.work()


def arrived(sink: Sink, by: Subscriber) -> list[dict[str, Any]]:
    """What came, each with a signature that holds."""
    return [Webhook(subscribing.secret_of(by)).verify(body, headers) for headers, body in sink.arrived]


def path(url: str) -> str:
    return urlsplit(url).path


def test_an_address_is_challenged_by_a_signed_message_and_gets_nothing_before_it_confirms(sink: Sink) -> None:
    assert asked(sink.url).status_code == 200
    told = opened()
    sent()
    one = Subscriber.objects.get()
    (said,) = arrived(sink, one)
    assert (said["type"], said["data"]["page"]["name"]) == ("subscription.confirm", page().name)
    confirm = path(said["data"]["confirm_url"])
    for _ in range(3):
        assert reader().get(confirm).status_code == 200
    assert not Subscriber.objects.confirmed().exists()
    assert subscribing.secret_of(one) in text(reader().post(confirm))
    tell(State.IDENTIFIED, about=told)
    sent()
    assert [message["type"] for message in arrived(sink, one)] == ["subscription.confirm", "bulletin.published"]
    manage = path(said["data"]["manage_url"])
    assert subscribing.secret_of(one) in text(reader().get(manage))
    assert "Saved." in text(reader().post(manage, {"least_impact": "critical"}))


def test_the_answer_is_the_same_whether_the_address_is_subscribed_or_not(sink: Sink) -> None:
    first = asked(sink.url)
    Subscriber.objects.update(confirmed_at=datetime.fromisoformat("2026-11-01T10:00:00Z"))
    again, other = asked(sink.url), asked(f"{sink.url}other")
    for reply in (again, other):
        assert (reply.status_code, reply.content, _lasting(reply)) == (
            first.status_code,
            first.content,
            _lasting(first),
        )


def _lasting(reply: Any) -> dict[str, str]:
    """Its headers but the one that says the time."""
    return {name: value for name, value in reply.headers.items() if name != "Expires"}


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("reader@example.com", "Give a whole address that begins with https://."),
        ("http://example.com/hook", "Give a whole address that begins with https://."),
        ("https://me:secret@example.com/", "Leave out name and password."),
        ("https://10.1.2.3/hook", "This is not a public address."),
        ("https://localhost/hook", "This is not a public address."),
    ],
)
def test_what_is_no_public_https_address_is_refused_with_what_is_allowed(address: str, sentence: str) -> None:
    refused = asked(address)
    assert refused.status_code == 422
    assert sentence in text(refused)
    assert not Subscriber.objects.exists()


def test_the_form_asks_for_a_mailbox_or_a_webhook() -> None:
    assert 'type="email"' in reader().get(SUBSCRIBE).content.decode()
    by_webhook = reader().get(f"{SUBSCRIBE}?channel=webhook").content.decode()
    assert 'type="url"' in by_webhook
    assert 'name="channel" value="webhook"' in by_webhook
    assert asked("https://hooks.example.com/x", channel="pigeon").status_code == 422
