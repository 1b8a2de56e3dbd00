"""The settings of the channels and the outbox, through HTTP as administrators meet them."""

import re
from datetime import datetime
from typing import Any

import pytest

from incidents.vocabulary import Severity
from notifications import mailing
from notifications.answers import Refused
from notifications.models import AudienceMember, Endpoint, MailServer
from tests.incidents.stories import declared
from tests.kit.sink import Sink
from tests.notifications.conftest import Wire
from tests.notifications.world import browser, endpoint, text, tick
from tests.people import admin, everybody_on_call, linus, stella

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


SERVER = {"host": "smtp.example.com", "port": "587", "security": "starttls", "sender": "Sitrep <s@example.com>"}


def test_the_mail_server_is_set_and_its_password_kept_and_never_shown() -> None:
    page = browser(admin())
    page.post("/settings/channels/mail/", SERVER | {"username": "me", "password": "hush-hush"})
    page.post("/settings/channels/mail/", SERVER | {"username": "me", "port": "465", "security": "tls"})
    row = MailServer.objects.get()
    assert (row.host, row.port, row.security, row.password) == ("smtp.example.com", 465, "tls", "hush-hush")
    assert "hush-hush" not in text(page, "/settings/channels/mail/")
    page.post("/settings/channels/mail/remove/")
    assert mailing.is_folder()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"host": "https://smtp.example.com/"}, "without a scheme"),
        ({"port": "70000"}, "from 1 to 65535"),
        ({"port": "many"}, "Enter a whole number"),
        ({"sender": "nobody"}, "Give an address"),
    ],
)
def test_a_wrong_mail_server_names_the_field_and_changes_nothing(wrong: dict[str, str], sentence: str) -> None:
    answer = browser(admin()).post("/settings/channels/mail/", SERVER | wrong)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not MailServer.objects.exists()


def test_the_environment_wins_over_the_settings_page(settings: Any) -> None:
    settings.MAIL_URL = "smtp://mail.internal"
    answer = browser(admin()).post("/settings/channels/mail/", SERVER)
    assert not MailServer.objects.exists()
    assert "MAIL_URL" in answer.content.decode()


def test_a_test_mail_shows_the_servers_answer(wire: Wire) -> None:
    page = browser(admin())
    wire.answers = [Refused("The mail server answered 550 go away")]
    assert "550 go away" in page.post("/settings/channels/mail/test/", follow=True).content.decode()
    wire.answers = [None]
    assert "outbox folder" in page.post("/settings/channels/mail/test/", follow=True).content.decode()
    MailServer.objects.create(pk=1, host="smtp.example.com", sender="a@example.com")
    assert "Taken." in page.post("/settings/channels/mail/test/", follow=True).content.decode()
    assert wire.taken[0].to == "root@denomas.example"


def test_people_are_added_to_an_audience_and_taken_out() -> None:
    page = browser(admin())
    for _ in range(2):
        page.post("/settings/channels/audiences/", {"audience": "executives", "person": str(stella().pk)})
    assert AudienceMember.objects.get().person == stella()
    assert "Stella" in text(page, "/settings/channels/")
    page.post(f"/settings/channels/audiences/executives/remove/{stella().pk}/")
    assert not AudienceMember.objects.exists()
    answer = page.post("/settings/channels/audiences/", {"audience": "executives", "person": "nobody"})
    assert answer.status_code == 422


def test_an_endpoint_shows_its_secret_once_and_answers_a_test(sink: Sink) -> None:
    page = browser(admin())
    said = {"name": "Wiki", "form": "webhook", "audience": "stakeholders", "url": sink.url}
    shown = page.post("/settings/channels/endpoints/add/", said).content.decode()
    made = Endpoint.objects.get()
    assert made.secret in shown
    assert made.created_by == admin()
    assert made.secret not in text(page, made.get_absolute_url())
    assert sink.url not in text(page, made.get_absolute_url())
    answer = page.post(f"{made.get_absolute_url()}test/", follow=True).content.decode()
    assert "Answered 204 No Content" in answer
    assert b'"type":"test"' in sink.arrived[0][1]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://hooks.example/x", "begins with https://"),
        ("nonsense", "begins with https://"),
        ("https://[", "begins with https://"),
        ("https://127.0.0.1/x", "not a public address"),
        ("https://localhost/x", "not a public address"),
        ("https://me:pw@hooks.example/x", "Leave out name and password"),
    ],
)
def test_an_address_that_is_none_is_refused_beside_its_field(settings: Any, url: str, sentence: str) -> None:
    settings.EGRESS_ALLOWED_NETWORKS = []
    said = {"name": "Wiki", "form": "webhook", "audience": "stakeholders", "url": url}
    answer = browser(admin()).post("/settings/channels/endpoints/add/", said)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Endpoint.objects.exists()


def test_an_endpoint_is_changed_switched_off_and_on_and_removed() -> None:
    made = endpoint("https://hooks.example/x")
    page, url = browser(admin()), made.get_absolute_url()
    page.post(url, {"name": "New name", "audience": "executives", "url": ""})
    page.post(f"{url}switch/")
    made.refresh_from_db()
    assert (made.name, made.audience, made.url) == ("New name", "executives", "https://hooks.example/x")
    assert "Switched off by Root." in text(page, url)
    page.post(f"{url}switch/", {"on": "1"})
    made.refresh_from_db()
    assert made.disabled_at is None
    page.post(f"{url}secret/")
    page.post(f"{url}remove/")
    assert not Endpoint.objects.exists()


def test_nobody_else_touches_the_channels() -> None:
    made = endpoint("https://hooks.example/x")
    page = browser(linus())
    for url in ("", "mail/", "audiences/", "endpoints/add/", f"endpoints/{made.pk}/"):
        assert page.get(f"/settings/channels/{url}").status_code == 403, url
    for url in ("mail/", "mail/test/", "mail/remove/", f"endpoints/{made.pk}/remove/", f"endpoints/{made.pk}/test/"):
        assert page.post(f"/settings/channels/{url}", SERVER).status_code == 403, url


@pytest.fixture
def folder(settings: Any) -> None:
    settings.EMAIL_BACKEND = "notifications.mailing.Backend"
    declared(Severity.S4)
    tick()


def test_the_outbox_shows_mail_to_administrators_from_this_machine(folder: None) -> None:
    page = browser(admin())
    listing = text(page, "/outbox/")
    assert "S4 page: Checkout fails" in listing
    url = re.search(r'href="(/outbox/[^"]+)"', listing)
    assert url
    assert "You are called as engineer on call" in text(page, url[1])
    html = page.get(f"{url[1]}html/")
    assert "sandbox" in html["Content-Security-Policy"]
    assert "script-src" not in html["Content-Security-Policy"]
    assert "default-src 'none'" in html["Content-Security-Policy"]


def test_the_outbox_is_not_there_for_anybody_else(folder: None, settings: Any) -> None:
    assert browser(linus()).get("/outbox/").status_code == 404
    assert browser(admin()).get("/outbox/", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert browser(admin()).get("/outbox/../secret_key/").status_code == 404
    assert browser(admin()).get("/outbox/nothing.eml/").status_code == 404
    settings.TRUST_PROXY = True
    assert browser(admin()).get("/outbox/").status_code == 404
