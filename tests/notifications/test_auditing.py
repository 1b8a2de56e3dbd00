"""The auditor finds what should never be, mends what it can, and keeps quiet outside until nothing is wrong."""

import time
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from incidents import levelling
from incidents.models import Incident, Obligation, Untold
from incidents.vocabulary import Duty, Severity
from kit import clock
from notifications import auditing, claims, engine, metrics, watchdog
from notifications.models import Audit, Delivery, Notice, Stuck
from notifications.vocabulary import State
from statuspage import snapshot
from statuspage.models import Page
from statuspage.models import Untold as UntoldBulletin
from tests.incidents.stories import declared, told_public
from tests.kit.sink import Sink
from tests.notifications.conftest import Wire
from tests.notifications.world import answered, audiences, subscriber, tick
from tests.people import everybody_on_call, grace
from tests.statuspage_world import page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime, wire: Wire) -> None:
    everybody_on_call()
    page()
    snapshot.render_stale(clock.now())


def found(minutes: float = 0) -> dict[str, bool]:
    """What the auditor finds so long from now, and whether it mended it."""
    return {one.check: one.is_mended for one in auditing.audit(clock.now() + timedelta(minutes=minutes))}


def test_in_a_house_that_works_nothing_is_found() -> None:
    audiences()
    incident = answered(Severity.S1)
    levelling.confirm(incident, actor=grace())
    subscriber("reader@example.com")
    told_public(incident)
    tick()
    snapshot.render_stale(clock.now())
    assert found(2) == {}
    assert Audit.objects.get().clean_at is not None


def test_a_clock_that_came_due_and_was_not_heard_is_found() -> None:
    declared(Severity.S2)
    tick()
    assert "clock_past_due" in found(17)


def test_a_clock_that_nobody_looks_at_is_set_going_again() -> None:
    incident = answered(Severity.S1)
    levelling.confirm(incident, actor=grace())
    tick()
    owed = Obligation.objects.filter(incident=incident, duty=Duty.EXECUTIVE_NOTICE)
    owed.update(next_at=None)
    assert found() == {"clock_stands_still": True}
    assert owed.get().next_at == owed.get().due_at


def test_what_nobody_was_told_of_is_found() -> None:
    declared(Severity.S4)
    assert "untold" in found(2)
    tick()
    assert "untold" not in found(2)


def test_half_an_audience_is_gone_on_with() -> None:
    subscriber("reader@example.com")
    told_public(answered())
    tick()
    Notice.objects.filter(bulletin__isnull=False).update(written_up_to="0" * 32)
    assert found() == {"half_an_audience": True}
    assert UntoldBulletin.objects.count() == 1


def test_a_notice_without_letters_is_found() -> None:
    declared(Severity.S4)
    tick()
    Delivery.objects.all().delete()
    assert "notice_without_letters" in found(2)


def test_a_letter_that_nobody_sends_is_found_but_not_one_that_waits_its_turn() -> None:
    declared(Severity.S2)
    engine.tick(clock.now(), send=lambda: None, send_pages=lambda: None)
    assert "unsent" not in found(4)
    assert "unsent" in found(6)


def test_what_is_held_past_two_leases_is_taken_over() -> None:
    declared(Severity.S4)
    engine.tick(clock.now(), send=lambda: None, send_pages=lambda: None)
    claims.claim(clock.now())
    assert "held_too_long" not in found(1.5)
    with clock.shifted(timedelta(minutes=2.1)):
        assert found()["held_too_long"]
    assert Delivery.objects.get().state == State.WAITING


def test_a_clock_that_cannot_speak_is_found() -> None:
    incident = declared(Severity.S2)
    Obligation.objects.filter(incident=incident).update(fault="IntegrityError: twice")
    assert "clock_cannot_speak" in found()


def test_a_change_without_an_entry_is_found() -> None:
    incident = declared(Severity.S4)
    tick()
    Incident.unrestricted.filter(pk=incident.pk).update(last_position=9)
    assert "change_without_entry" in found()


def test_a_stuck_entry_is_found_until_somebody_sees_to_it() -> None:
    incident = declared(Severity.S4)
    tick()
    Stuck.objects.create(event=incident.events.first(), error="KeyError: 'role'", stuck_at=clock.now())
    assert "stuck" in found()


def test_a_page_that_shows_less_than_was_published_is_drawn_again() -> None:
    Page.objects.update(version=99, updated_at=clock.now() - timedelta(minutes=2))
    assert found() == {"old_page": True}
    assert snapshot.is_live(page())


def test_of_many_tickers_one_looks_and_once_a_minute() -> None:
    now = clock.now()
    assert [auditing.is_due(now), auditing.is_due(now), auditing.is_due(now + timedelta(seconds=59))] == [
        True,
        False,
        False,
    ]
    assert auditing.is_due(now + timedelta(seconds=61))


def test_the_outside_is_told_only_when_nothing_was_found(sink: Sink, settings: Any) -> None:
    settings.WATCHDOG_URL = sink.url
    Untold.objects.all().delete()
    watchdog.watch(clock.now())
    for _ in range(3000):
        if sink.arrived:
            break
        time.sleep(0.02)
    assert len(sink.arrived) == 1
    declared(Severity.S4)
    watchdog.watch(clock.now() + timedelta(minutes=5))
    assert len(sink.arrived) == 1


def test_the_command_ends_with_an_error_where_something_was_found() -> None:
    said = StringIO()
    call_command("audit", stdout=said)
    assert said.getvalue() == "Nothing found.\n"
    incident = declared(Severity.S4)
    Incident.unrestricted.filter(pk=incident.pk).update(last_position=9)
    with pytest.raises(CommandError, match="1 findings"):
        call_command("audit", stdout=said)
    assert incident.reference in said.getvalue()


def test_metrics_begin_with_what_one_is_woken_for() -> None:
    declared(Severity.S2)
    engine.tick(clock.now(), send=lambda: None, send_pages=lambda: None)
    with clock.shifted(timedelta(seconds=90)):
        text = metrics.latest().decode()
    first = next(line for line in text.splitlines() if not line.startswith("#"))
    name, value = first.split()
    assert name == "sitrep_oldest_due_unsent_seconds"
    assert 89 < float(value) < 150
    assert 'sitrep_letters{channel="mail",lane="page",state="waiting"} 3.0' in text
    assert 'sitrep_incidents_open{severity="S2"} 1.0' in text


def test_metrics_are_for_this_machine_and_for_whoever_shows_the_token(settings: Any) -> None:
    assert Client().get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="192.0.2.1").get("/metrics").status_code == 403
    settings.METRICS_TOKEN = "secret"
    assert Client().get("/metrics").status_code == 403
    shown = Client(REMOTE_ADDR="192.0.2.1").get("/metrics", headers={"Authorization": "Bearer secret"})
    assert shown.status_code == 200
    settings.METRICS_TOKEN, settings.TRUST_PROXY = "", True
    assert Client().get("/metrics").status_code == 403
