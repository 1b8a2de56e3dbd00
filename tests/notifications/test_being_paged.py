"""Being paged: by every contact in turn until one answers, by a link, without signing in (domain §2.3, E17 to E19)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import apprise
import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from incidents import calling, chasing, engagement
from incidents.models import Engagement, Incident
from incidents.vocabulary import Severity, Type
from kit import clock
from kit.rules import RuleBroken
from notifications import contacts, delivery, providers
from notifications.contacts import Reach
from notifications.models import Contact, Delivery
from notifications.providers import Service
from notifications.vocabulary import Lane, State
from roles.catalogue import Role
from tests.conftest import MORNING
from tests.incidents.stories import declared
from tests.notifications.mail_sink import MailSink
from tests.notifications.world import browser, relay_only, text, tick
from tests.people import admin, everybody_on_call, grace, linus, sam

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


@contextmanager
def after(minutes: float) -> Iterator[None]:
    with clock.at(MORNING + timedelta(minutes=minutes)):
        yield


def contact(way: str, address: str, delay: int = 0) -> Contact:
    return contacts.add(Reach(way, address, delay), actor=linus())


def page_of(mailoutbox: list[EmailMessage], to: str = "linus@denomas.example") -> EmailMessage:
    return next(mail for mail in mailoutbox if mail.to == [to])


def link(mail: EmailMessage) -> str:
    found = re.search(r"/answer/\S+", str(mail.body))
    assert found
    return found[0]


def states(lane: Lane = Lane.PAGE) -> list[tuple[str, str]]:
    found = Delivery.objects.filter(lane=lane, recipient__startswith=f"user:{linus().pk}").order_by("due_at", "pk")
    return [(letter.label, letter.state) for letter in found]


def mine(incident: Incident) -> Engagement:
    return Engagement.objects.get(incident=incident, person=linus())


def test_without_contacts_a_page_goes_by_mail_at_once(mailoutbox: list[EmailMessage]) -> None:
    declared(Severity.S2)
    tick()
    assert states() == [("linus@denomas.example", State.SENT)]


def test_contacts_ring_in_the_order_and_after_the_time_that_was_chosen(mailoutbox: list[EmailMessage]) -> None:
    contact("mail", "second@home.example", delay=5)
    contact("mail", "first@home.example")
    declared(Severity.S2, by=grace())
    tick()
    assert [mail.to for mail in mailoutbox if "home" in mail.to[0]] == [["first@home.example"]]
    with after(5.1):
        tick()
    assert [mail.to for mail in mailoutbox if "home" in mail.to[0]] == [["first@home.example"], ["second@home.example"]]


def test_nobody_rings_after_an_answer(mailoutbox: list[EmailMessage]) -> None:
    contact("mail", "first@home.example")
    contact("mail", "second@home.example", delay=5)
    incident = declared(Severity.S2, by=grace())
    tick()
    engagement.acknowledge(incident, actor=linus())
    with after(5.1):
        tick()
    assert states() == [("first@home.example", State.SENT), ("second@home.example", State.CANCELLED)]


def test_a_contact_that_fails_lets_the_next_ring_at_once(smtp: MailSink) -> None:
    smtp.refuse = {"gone@home.example": "550 no such user"}
    contact("mail", "gone@home.example")
    contact("mail", "second@home.example", delay=30)
    declared(Severity.S2, by=grace())
    tick()
    tick()
    assert states() == [("gone@home.example", State.PARKED), ("second@home.example", State.SENT)]


def test_a_contact_that_was_taken_back_does_not_ring(mailoutbox: list[EmailMessage]) -> None:
    later = contact("mail", "second@home.example", delay=5)
    declared(Severity.S2, by=grace())
    tick()
    contacts.remove(later.pk, actor=linus())
    with after(5.1):
        tick()
    # Without any it goes to the address at the door.
    assert states() == [("second@home.example", State.CANCELLED), ("linus@denomas.example", State.SENT)]
    assert Delivery.objects.get(label="second@home.example").error == "They took this contact back."


def test_the_link_in_a_page_shows_on_get_and_answers_on_post_without_signing_in(
    mailoutbox: list[EmailMessage],
) -> None:
    incident = declared(Severity.S2, by=grace())
    tick()
    address, stranger = link(page_of(mailoutbox)), Client()
    for _ in range(3):
        shown = stranger.get(address)
        assert (shown.status_code, mine(incident).state) == (200, Engagement.State.PAGED)
    assert shown["Referrer-Policy"] == "no-referrer"
    assert "I am on it" in shown.content.decode()
    assert "You are on it" in stranger.post(address).content.decode()
    assert mine(incident).state == Engagement.State.ACKNOWLEDGED
    assert incident.events.filter(kind="acknowledged", actor=linus()).count() == 1


def test_following_it_twice_is_as_good_as_once(mailoutbox: list[EmailMessage]) -> None:
    incident = declared(Severity.S2, by=grace())
    tick()
    address = link(page_of(mailoutbox))
    for _ in range(2):
        assert Client().post(address).status_code == 200
    assert incident.events.filter(kind="acknowledged").count() == 1


def test_one_answer_counts_for_every_role_that_was_asked(mailoutbox: list[EmailMessage]) -> None:
    incident = declared(Severity.S2, by=grace())
    calling.page(incident, Role.EXPERT, linus(), reason="the index", now=clock.now(), actor=None)
    tick()
    page = page_of(mailoutbox)
    assert "engineer on call and subject expert" in str(page.body)
    Client().post(link(page))
    assert {one.state for one in Engagement.objects.filter(incident=incident, person=linus())} == {"acknowledged"}


def test_a_link_that_is_not_ours_or_too_old_is_refused_in_words(mailoutbox: list[EmailMessage]) -> None:
    declared(Severity.S2, by=grace())
    tick()
    address = link(page_of(mailoutbox))
    assert text(Client(), "/answer/abc/", status=410).count("not ours") == 1
    with after(25 * 60):
        assert "older than a day" in text(Client(), address, status=410)
        assert Client().post(address).status_code == 410


def test_whoever_is_not_needed_any_more_is_told_so(mailoutbox: list[EmailMessage]) -> None:
    incident = declared(Severity.S2, by=grace())
    tick()
    engagement.release(incident, Role.ENGINEER, linus(), actor=grace())
    assert "not needed" in Client().post(link(page_of(mailoutbox))).content.decode()


def test_of_a_restricted_incident_the_link_says_nothing_but_its_reference(mailoutbox: list[EmailMessage]) -> None:
    incident = declared(Severity.S1, by=admin(), type=Type.SECURITY, title="A token leaked", affected="Everybody")
    tick()
    address = link(page_of(mailoutbox, sam().email))
    page = text(Client(), address)
    assert incident.reference in page
    for word in ("token", "Everybody", "S1", "ecurity"):
        assert word not in page.split("<main")[1]
    Client().post(address)
    assert Engagement.objects.get(incident=incident, person=sam()).state == "acknowledged"


def test_the_ledger_does_not_show_the_key_to_somebody_elses_answer(mailoutbox: list[EmailMessage]) -> None:
    declared(Severity.S2, by=grace())
    tick()
    token = link(page_of(mailoutbox)).removeprefix("/answer/").strip("/")
    letter = Delivery.objects.get(label="linus@denomas.example")
    assert token not in text(browser(admin()), letter.get_absolute_url())
    assert token not in browser(admin()).get(f"/api/v1/deliveries/{letter.key}").content.decode()


def test_where_nobody_answers_to_the_end_the_room_gives_the_numbers_to_be_rung_by_hand() -> None:
    someone = linus()
    someone.phone = "+44 (20) 7946-0000"
    someone.save()
    incident = declared(Severity.S2, by=admin())
    room = incident.get_absolute_url()
    assert "Nobody was reached" not in text(browser(admin()), room)
    for minutes in (15.1, 30.1, 45.1):
        with after(minutes):
            while chasing.chase(clock.now()):
                pass
    shown = browser(grace()).get(room).content.decode()
    assert 'href="tel:+442079460000"' in shown
    listed = shown.split("Nobody was reached")[1].split("</section>")[0]
    assert "+44 (20) 7946-0000" in listed
    assert re.search(r"Grace</strong>.*no number given", listed, re.DOTALL)
    assert "Nobody was reached" in text(browser(grace()), reverse("pulse", args=[incident.reference]))
    engagement.acknowledge(incident, actor=grace())
    assert "Nobody was reached" not in text(browser(admin()), room)


@pytest.mark.parametrize(
    ("reach", "field", "sentence"),
    [
        (Reach("mail", "nobody"), "address", "Write an e-mail address"),
        (Reach("webhook", "https://127.0.0.1/hook"), "address", "not a public address"),
        (Reach("webhook", "ftp://example.com"), "address", "begins with https://"),
        (Reach("service", "+4420"), "provider", "Choose the service"),
        (Reach("mail", "a@b.example", delay=61), "delay", "From 0 to 60 minutes"),
    ],
)
def test_a_contact_that_cannot_be_is_refused_with_what_is_allowed(reach: Reach, field: str, sentence: str) -> None:
    with pytest.raises(RuleBroken, match=sentence) as refused:
        contacts.add(reach, actor=linus())
    assert refused.value.field == field
    assert not Contact.objects.exists()


def test_a_service_that_an_administrator_defined_carries_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = providers.save(Service("Push", "ntfy://push.example/{address}", "your topic"), actor=admin())
    contacts.add(Reach("service", "linus-phone", provider=provider), actor=linus())
    said: list[tuple[str, str]] = []

    def notify(self: Any, body: str, title: str = "", **_: Any) -> bool:
        said.append((title, body))
        return True

    plugin = type(apprise.Apprise.instantiate("ntfy://push.example/topic"))
    monkeypatch.setattr(plugin, "notify", notify)
    declared(Severity.S2, by=grace())
    relay_only()
    delivery.work()
    assert len(said) == 1
    assert said[0][0].startswith("S2 page")
    assert "/answer/" in said[0][1]


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("ntfy://push.example/topic", "Write {address}"),
        ("json://127.0.0.1/{address}", "not a service we send by"),
        ("file:///etc/{address}", "not a service we send by"),
    ],
)
def test_a_service_by_a_scheme_that_may_act_on_this_machine_is_refused(template: str, sentence: str) -> None:
    with pytest.raises(RuleBroken, match=sentence.replace("{", r"\{").replace("}", r"\}")):
        providers.save(Service("X", template, "your number"), actor=admin())


def test_what_is_put_into_a_services_address_cannot_change_where_it_leads() -> None:
    provider = providers.save(Service("Push", "ntfy://push.example/{address}", "your topic"), actor=admin())
    with pytest.raises(RuleBroken, match="letters, digits"):
        contacts.add(Reach("service", "../../evil?x=1", provider=provider), actor=linus())


def test_ones_contacts_are_ones_own(mailoutbox: list[EmailMessage]) -> None:
    theirs = contact("mail", "first@home.example")
    other = browser(grace())
    assert "first@home.example" not in text(other, "/me/contacts/")
    for what in ("test", "remove", "delay"):
        assert other.post(f"/me/contacts/{theirs.pk}/{what}/", {"delay": 1}).status_code == 404
    own = browser(linus())
    assert "first@home.example" in text(own, "/me/contacts/")
    own.post(f"/me/contacts/{theirs.pk}/test/")
    assert [mail.to for mail in mailoutbox] == [["first@home.example"]]
    own.post(f"/me/contacts/{theirs.pk}/delay/", {"delay": 7})
    theirs.refresh_from_db()
    assert theirs.delay == 7
    own.post(f"/me/contacts/{theirs.pk}/remove/")
    assert not Contact.objects.exists()


def test_a_contact_is_added_on_its_page(mailoutbox: list[EmailMessage]) -> None:
    own = browser(linus())
    assert own.post("/me/contacts/", {"way": "mail", "address": "x", "delay": 0}).status_code == 422
    assert own.post("/me/contacts/", {"way": "mail", "address": "x@y.example", "delay": 3}).status_code == 302
    assert Contact.objects.get().delay == 3
