"""The main job on real processes: web, ticker, Celery worker, PostgreSQL, Redis, SMTP, a webhook, and a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from incidents.models import Event, Incident
from incidents.vocabulary import Kind
from kit import clock
from notifications import signing
from notifications.models import Endpoint
from roles.catalogue import Role
from tests import reach
from tests.kit.sink import Sink, http_sink
from tests.notifications.mail_sink import MailSink, mail_sink
from tests.notifications.world import member, subscriber
from tests.people import ada, everybody_on_call, grace, stella
from tests.processes import browsers
from tests.processes.stack import Stack, running
from tests.processes.waiting import read, until
from tests.statuspage_world import page as status_page

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.processes,
    pytest.mark.browser,
    pytest.mark.timeout(900),
]


@pytest.fixture
def sinks() -> Iterator[tuple[MailSink, Sink]]:
    with mail_sink() as mails, http_sink() as hook:
        yield mails, hook


@pytest.fixture
def stack(settings: Any, tmp_path: Path, sinks: Any) -> Iterator[Stack]:
    if connection.vendor != "postgresql":
        reach.postgres()
        reach.missing("this run is on SQLite", "the suite runs it on PostgreSQL")
    broker = reach.redis_server()
    mails, hook = sinks
    # Other processes check these passwords with Django's own hashers.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    with running(tmp_path, worker=True, REDIS_URL=broker, MAIL_URL=f"smtp://127.0.0.1:{mails.port}") as made:
        everybody_on_call()
        page = status_page()
        page.url = made.public
        page.save()
        member("Stella", "stakeholders")
        member("Elon", "executives")
        subscriber("merchant@customers.example")
        Endpoint.objects.create(
            name="Hook", form="webhook", audience="stakeholders", url=hook.url, secret=signing.new_secret(),
            created_at=clock.now(),
        )  # fmt: skip
        yield made


def subjects(mails: MailSink, name: str) -> list[str]:
    return [str(mail["Subject"]) for mail in list(mails.messages) if name.lower() in str(mail["To"]).lower()]


def test_the_main_job_from_declaration_to_the_dashboard(stack: Stack, sinks: tuple[MailSink, Sink]) -> None:
    mails, hook = sinks
    with browsers.chromium() as browser:
        reader, manager, speaker = (
            browsers.signed_in(browser, stack.web, user.email) for user in (stella(), grace(), ada())
        )
        declare(reader)
        room = reader.url
        for name in ("Linus", "Grace", "Ada"):
            expect(reader.locator("#people")).to_contain_text(name)
        until(lambda: subjects(mails, "grace"))

        manager.goto(room)
        manager.get_by_role("button", name="Acknowledge").click()
        expect(manager.locator("#now")).to_contain_text("Confirm that it is an S2")
        manager.locator("#now").get_by_role("button", name="Confirm").click()
        expect(manager.locator("#timeline")).to_contain_text("S2 confirmed")
        # Nobody reloads: the reader's room looks every two seconds, and follows.
        assert str(reader.locator("[hx-get*=pulse]").get_attribute("hx-trigger")).startswith("every 2s")
        expect(reader.locator("#timeline")).to_contain_text("S2 confirmed")
        until(lambda: subjects(mails, "stella"))
        until(lambda: hook.arrived)

        raise_to_s1(manager, room)
        until(lambda: subjects(mails, "ana"))

        publish_first(manager, speaker, room, stack)
        until(lambda: subjects(mails, "merchant"))

        # The promised time passes; the ladder speaks to the manager.
        stack.advance_clock(16 * 60)
        until(lambda: [one for one in subjects(mails, "grace") if "public update late" in one.lower()])
        expect(reader.locator("#timeline")).to_contain_text("Public update is late")

        through_the_phases(manager, speaker, room)
        manager.goto(f"{stack.web}/insights/")
        expect(manager.locator("main")).to_contain_text("1 incident")
    paged = Event.objects.filter(kind=Kind.PAGED, data__role=Role.EXECUTIVE_LIAISON)
    assert paged.count() == 1
    assert len([one for one in subjects(mails, "ana") if "asked" in one.lower() or "S1" in one]) >= 1
    assert Incident.unrestricted.get().phase == "closed"


def declare(reader: Page) -> None:
    reader.get_by_role("link", name="Declare", exact=True).first.click()
    reader.fill("#id_title", "Checkout fails for a fifth of customers")
    reader.locator("label", has_text="S2 High").click()
    reader.get_by_role("button", name="Declare").click()
    reader.wait_for_url("**/incidents/INC-1/")


def raise_to_s1(manager: Page, room: str) -> None:
    manager.goto(f"{room}severity/")
    expect(manager.locator("main")).to_contain_text("asks Ana (executive liaison)")
    manager.locator("label", has_text="S1 Critical").click()
    manager.fill("#id_reason", "all regions now")
    manager.get_by_role("button", name="Change severity").click()
    expect(manager.locator("#head")).to_contain_text("S1 Critical")


def publish_first(manager: Page, speaker: Page, room: str, stack: Stack) -> None:
    manager.goto(room)
    manager.locator("#public").get_by_role("button", name="Tell the public").click()
    expect(manager.locator("#public")).to_contain_text("nothing is out yet")
    speaker.goto(f"{room}bulletin/")
    speaker.fill("#id_name", "Card payments fail")
    speaker.fill("#id_body", "We are looking into failing card payments.")
    speaker.get_by_label("Checkout").select_option("partial_outage")
    found_right(manager, speaker, room)
    speaker.get_by_role("button", name="Publish to").click()
    speaker.wait_for_url("**/incidents/INC-1/")
    until(lambda: "Card payments fail" in read(stack.public))


def found_right(manager: Page, speaker: Page, room: str) -> None:
    """Who speaks asks the manager, who finds it right; then it is published from the draft."""
    speaker.get_by_role("button", name="Ask Grace").click()
    manager.goto(room)
    manager.locator("#now").get_by_role("link", name="Look at it").click()
    manager.get_by_role("button", name="It is right").first.click()
    manager.wait_for_url("**/incidents/INC-1/")
    speaker.locator("#public").get_by_role("link", name="Go on").click()
    expect(speaker.locator("main")).to_contain_text("Grace found it right")


def say(manager: Page, speaker: Page, room: str, state: str, body: str) -> None:
    speaker.goto(f"{room}bulletin/")
    speaker.locator("label", has_text=state).first.click()
    speaker.fill("#id_body", body)
    found_right(manager, speaker, room)
    speaker.get_by_role("button", name="Publish to").click()
    speaker.get_by_role("button", name="Publish now").click()
    expect(speaker.locator("#outgoing")).to_contain_text("Your bulletin is on the public page")


def move(manager: Page, room: str, to: str) -> None:
    manager.goto(f"{room}phase/")
    manager.locator("label", has_text=to).first.click()
    manager.get_by_role("button", name="Move").click()
    manager.wait_for_url("**/incidents/INC-1/")


def through_the_phases(manager: Page, speaker: Page, room: str) -> None:
    move(manager, room, "Mitigation")
    manager.locator("#leave").get_by_role("link", name="Start watching").click()
    manager.get_by_role("button", name="Start watching").click()
    expect(manager.locator("#head")).to_contain_text("watching")
    say(manager, speaker, room, "Monitoring", "Payments work again. We watch for 30 minutes.")
    manager.goto(f"{room}impact/")
    manager.get_by_role("button", name="It is over now").click()
    move(manager, room, "Remediation")
    say(manager, speaker, room, "Resolved", "This is fixed. You need to do nothing.")
    move(manager, room, "Post-incident")
    manager.goto(f"{room}review/")
    manager.fill("#id_text", "The limit of connections was too low. We alert on it now.")
    manager.get_by_role("button", name="Save").click()
    move(manager, room, "Closed")
    expect(manager.locator("#leave")).to_contain_text("Closed")
