"""SUP-5, notify the stakeholders, and BG-3, clients' confidence in what we communicate, through HTTP."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.urls import reverse

from incidents import chasing, engagement, levelling, times
from incidents.models import Event, Incident
from incidents.vocabulary import Duty, Kind, Severity
from kit import clock
from statuspage import snapshot
from statuspage.vocabulary import State
from tests.browsing import browser, text
from tests.conftest import MORNING
from tests.incidents.stories import answered, declared, owed, told_public
from tests.incidents.test_sup_1 import on_disk
from tests.notifications.world import audiences, readers, subjects, tick
from tests.people import everybody_on_call, grace, linus
from tests.statuspage.test_serving import Reader
from tests.statuspage_world import page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()
    audiences()
    page()


@contextmanager
def at(minute: float) -> Iterator[None]:
    with clock.at(MORNING + timedelta(minutes=minute)):
        yield


def post(person: Any, incident: Incident, name: str, **said: Any) -> Any:
    return browser(person).post(reverse(name, args=[incident.reference]), said)


def outside(mailoutbox: list[EmailMessage]) -> list[str]:
    return [name for name in readers(mailoutbox) if name in ("stella", "elon", "eve")]


def test_sup5_1_nobody_is_told_before_the_severity_is_confirmed_and_then_everybody_once(
    mailoutbox: list[EmailMessage],
) -> None:
    incident = answered()
    refused = post(linus(), incident, "update", text="Payments fail.", audiences=["stakeholders"])
    assert refused.status_code == 422
    assert "told once the severity is confirmed" in text(refused)
    tick()
    assert outside(mailoutbox) == []
    post(grace(), incident, "confirm")
    tick()
    assert outside(mailoutbox) == ["elon", "eve", "stella"]
    assert subjects(mailoutbox, "stella")[0].startswith("S2 confirmed: Checkout fails")
    post(grace(), incident, "confirm")
    tick()
    assert outside(mailoutbox) == ["elon", "eve", "stella"]
    first = Event.objects.filter(incident=incident, kind=Kind.CONFIRMED).get()
    assert first.recorded_at == Incident.unrestricted.get().severity_confirmed_at


def test_sup5_2_mitigated_and_resolved_are_told_too(mailoutbox: list[EmailMessage]) -> None:
    incident = levelling.confirm(answered(), actor=grace())
    post(grace(), incident, "phase", to="mitigation", note="")
    post(
        linus(),
        incident,
        "impact",
        started_at="2026-11-23T09:53:00",
        ended_at=clock.now().strftime("%Y-%m-%dT%H:%M:%S"),
    )
    post(grace(), incident, "posture", posture="not_required", reason="Nobody felt it.")
    post(grace(), incident, "phase", to="remediation", note="")
    post(grace(), incident, "phase", to="post_incident", note="")
    tick()
    said = [subject.partition(":")[0] for subject in subjects(mailoutbox, "stella")]
    assert said == ["S2 confirmed", "Mitigated", "Resolved"]


def test_sup5_3_whoever_stands_in_two_audiences_gets_one_letter(mailoutbox: list[EmailMessage]) -> None:
    levelling.confirm(answered(), actor=grace())
    tick()
    assert len(subjects(mailoutbox, "eve")) == 1


def test_bg3_1_after_45_minutes_of_impact_without_a_post_the_manager_hears_of_it() -> None:
    with at(0):
        incident = engagement.acknowledge(declared(), actor=linus())
        times.record_impact(incident, times.Impact(started_at=MORNING - timedelta(minutes=2)), actor=linus())
        assert owed(incident, Duty.POSTURE) is not None
    with at(46):
        while chasing.chase(clock.now()):
            pass
        late = Event.objects.filter(incident=incident, kind=Kind.OVERDUE, data__duty=Duty.POSTURE)
        assert str(grace().pk) in [one for event in late for one in (*event.data["people"], *event.data["paged"])]


def test_bg3_1_not_required_with_a_reason_stops_the_clock() -> None:
    with at(0):
        incident = answered()
        assert "Say why the public need not be told" in text(
            post(grace(), incident, "posture", posture="not_required", reason="")
        )
        post(grace(), incident, "posture", posture="not_required", reason="Nobody felt it.")
    with at(90):
        while chasing.chase(clock.now()):
            pass
    assert owed(incident, Duty.POSTURE) is None
    assert not Event.objects.filter(incident=incident, kind=Kind.OVERDUE, data__duty=Duty.POSTURE).exists()


def test_bg3_2_a_resolved_public_incident_shows_its_updates_components_and_how_long_it_took() -> None:
    incident = answered()
    with at(0):
        told = told_public(incident)
    with at(53):
        told_public(incident, State.RESOLVED, body="This is fixed. No data was lost.")
        shown = on_disk(f"incidents/{told.public_incident.public_id}.html")
    for words in (
        "We are looking into failing payments.",
        "This is fixed. No data was lost.",
        "Checkout",
        "UTC",
    ):
        assert words in shown, words
    assert re.search(r"5[23] min", shown)
    assert shown.index("We are looking into failing payments.") < shown.index("This is fixed")
    assert shown.count("<time ") >= 2


def test_bg3_3_with_the_database_down_the_last_published_page_answers() -> None:
    """The same with real servers and the database stopped stands in tests/statuspage."""
    told_public(answered(Severity.S1))
    snapshot.render_stale(clock.now())

    def gone(*_: Any) -> None:
        raise AssertionError("The database is down.")

    with connection.execute_wrapper(gone):
        reply = Reader(Path(settings.PUBLIC_ROOT)).get("/", host="status.denomas.example")
    assert reply.status == 200
    assert b"We are looking into failing payments." in reply.body
