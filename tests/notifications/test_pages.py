"""The pages of letters and channels, through HTTP as their users meet them."""

import re
from datetime import datetime

import pytest
from django.test import Client

from incidents import access, levelling, situation
from incidents.vocabulary import Audience, Severity, Type
from kit import clock
from notifications import health, heartbeats
from notifications.answers import Refused
from notifications.models import Delivery, MailServer, Stuck
from notifications.vocabulary import State
from tests.incidents.stories import declared
from tests.notifications.conftest import Wire
from tests.notifications.world import audiences, browser, letters, relay_only, text, tick
from tests.people import admin, everybody_on_call, grace, linus, person, sam, stella

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


def test_the_ledger_shows_letters_to_those_who_may_and_to_nobody_else() -> None:
    declared(Severity.S2)
    tick()
    assert "grace@denomas.example" in text(browser(linus()), "/letters/")
    assert browser(stella()).get("/letters/").status_code == 403
    assert Client().get("/letters/").status_code == 302


def test_the_ledger_knows_nothing_of_incidents_one_may_not_see() -> None:
    hidden = declared(Severity.S1, type=Type.SECURITY, title="Canary", by=sam())
    tick()
    outsider = person("Otto", "Reliability")
    assert hidden.reference not in text(browser(outsider), "/letters/")
    assert hidden.reference in text(browser(sam()), "/letters/")
    key = letters()[0].key
    assert browser(outsider).get(f"/letters/{key}/").status_code == 404
    assert browser(outsider).post(f"/letters/{key}/again/").status_code == 404


def test_the_filters_narrow_the_ledger(wire: Wire) -> None:
    incident = declared(Severity.S2)
    other = declared(Severity.S4, title="Typo")
    tick()
    page = browser(linus())
    assert "Typo" not in text(page, f"/letters/?incident={incident.reference}")
    assert "Typo" in text(page, f"/letters/?incident={other.reference.lower()}&state=sent&channel=mail&reader=LINUS")
    assert "No letter matches" in text(page, "/letters/?state=parked")
    assert "No letter matches" in text(page, "/letters/?until=2026-11-23T09:00")
    assert "grace@" in text(page, "/letters/?since=2026-11-23T09:00")


def test_a_wrong_filter_says_what_is_allowed() -> None:
    assert "This is no time; write it as 2026-01-31T10:00Z" in text(browser(linus()), "/letters/?since=yesterday", 422)
    text(browser(linus()), f"/letters/?before={10**30}", 422)


def test_pages_of_the_ledger_neither_repeat_nor_lose_a_letter(wire: Wire) -> None:
    for number in range(120):
        declared(Severity.S4, title=f"Typo {number}", idempotency_key=str(number))
    while tick().told:
        pass
    page, seen, url = browser(linus()), [], "/letters/"
    while url:
        body = text(page, url)
        seen += re.findall(r"/letters/([0-9a-f-]{36})/", body)
        older = re.search(r'href="(\?before=\d+)"', body)
        url = f"/letters/{older[1]}" if older else ""
    assert len(seen) == len(set(seen)) == Delivery.objects.count() == 120
    assert "Newer" in body
    newer = re.search(r'href="(\?after=\d+)"', body)
    assert newer
    assert re.findall(r"/letters/([0-9a-f-]{36})/", text(page, f"/letters/{newer[1]}")) == seen[50:100]


def test_a_parked_letter_shows_its_attempts_and_is_sent_again(wire: Wire) -> None:
    wire.answers = [Refused("550 no such user")]
    declared(Severity.S4)
    tick()
    letter = letters()[0]
    page = browser(linus())
    assert "550 no such user" in text(page, letter.get_absolute_url())
    wire.answers = [None]
    page.post(f"/letters/{letter.key}/again/")
    tick()
    letter.refresh_from_db()
    assert letter.state == State.SENT
    assert wire.taken[0].key == str(letter.key)
    assert page.post(f"/letters/{letter.key}/again/").status_code == 409


def test_a_stuck_entry_stands_above_the_ledger_and_can_be_tried_again(wire: Wire) -> None:
    incident = declared(Severity.S4)
    tick()
    event = incident.events.get(kind="paged")
    Delivery.objects.all().delete()
    event.notices.all().delete()
    stuck = Stuck.objects.create(event=event, error="KeyError: 'role'", stuck_at=clock.now())
    page = browser(linus())
    assert "KeyError: &#x27;role&#x27;" in text(page, "/letters/")
    page.post(f"/letters/stuck/{stuck.pk}/")
    tick()
    assert len(letters(state=State.SENT)) == 1
    assert not Stuck.objects.exists()


def test_the_room_shows_how_its_letters_stand(wire: Wire) -> None:
    audiences()
    incident = declared(Severity.S2)
    wire.answers = [Refused("550 no such user"), None]
    tick()
    levelling.confirm(incident, actor=grace())
    tick()
    room = text(browser(linus()), f"/incidents/{incident.reference}/")
    assert "5 sent" in room
    assert "1 parked" in room
    assert "550 no such user" in room


def test_the_composer_says_how_many_each_audience_has() -> None:
    audiences()
    incident = declared(Severity.S2)
    room = text(browser(linus()), f"/incidents/{incident.reference}/")
    counts = re.findall(r'value="(\w+)"[^>]*> [\w ]+ <span class="soft"[^>]*>\((\d+)\)', room)
    assert counts == [("responders", "2"), ("stakeholders", "2"), ("executives", "2")]


def test_of_a_restricted_incident_only_members_of_it_are_counted() -> None:
    audiences()
    incident = declared(Severity.S2)
    access.restrict(incident, actor=linus(), reason="An attack")
    room = text(browser(linus()), f"/incidents/{incident.reference}/")
    assert re.findall(r'value="stakeholders"[^>]*> [\w ]+ <span class="soft"[^>]*>\((\d+)\)', room) == ["0"]


def test_the_head_says_when_the_engine_ticked_and_cries_when_it_does_not() -> None:
    page = browser(linus())
    assert "cadence is not running, use a clock" in text(page, "/engine/")
    assert "banner is-late" in text(page, "/letters/")
    relay_only()
    assert 'data-state="alive"' in text(page, "/engine/")
    assert "banner is-late" not in text(page, "/letters/")


def test_whoever_is_signed_out_meanwhile_gets_no_sign_in_page_into_the_head() -> None:
    answer = Client().get("/engine/")
    assert (answer.status_code, answer.content) == (204, b"")


def test_administrators_are_told_that_nobody_is_mailed_until_a_server_is_set() -> None:
    assert "Nobody is being mailed" in text(browser(admin()), "/letters/")
    assert "Nobody is being mailed" not in text(browser(linus()), "/letters/")
    MailServer.objects.create(pk=1, host="smtp.example.com", sender="a@example.com")
    assert "Nobody is being mailed" not in text(browser(admin()), "/letters/")


def test_health_is_answered_without_sign_in() -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["The ticker has not ticked for two minutes: cadence is not running."]
    declared(Severity.S4)
    relay_only()
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["ready"], answer.json()["database"]) == (200, True, True)
    assert 0 <= answer.json()["oldest_due_unsent_seconds"] < 5


def test_ready_is_not_said_while_migrations_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    heartbeats.beat(heartbeats.Kind.TICKER, "me", clock.now())
    monkeypatch.setattr(health, "_unapplied", lambda: 2)
    assert "2 migrations are not applied" in Client().get("/readyz").json()["problems"][0]


def test_an_update_to_an_audience_is_refused_before_the_severity_is_confirmed_and_no_letter_is_written() -> None:
    incident = declared(Severity.S2)
    page = browser(linus())
    url = f"/incidents/{incident.reference}/update/"
    assert page.post(url, {"text": "News", "audiences": [Audience.STAKEHOLDERS]}).status_code == 422
    situation.post(incident, "News", actor=linus(), audiences=[Audience.RESPONDERS])
    assert not Delivery.objects.exists()
