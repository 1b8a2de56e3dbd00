"""The clock of the public page, minute by minute (SUP3-1 to SUP3-4, domain §2.6)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from incidents import chasing, communications, engagement, levelling, obligations, policies
from incidents.models import Event, Incident
from incidents.vocabulary import Duty, Kind, Posture, Severity
from kit import clock
from kit.rules import RuleBroken
from statuspage.vocabulary import State
from tests.conftest import MORNING
from tests.incidents.stories import declared, kinds, minutes_until_due, owed, told_public
from tests.people import ada, everybody_on_call, grace, linus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()


@contextmanager
def at(minute: float) -> Iterator[None]:
    with clock.at(MORNING + timedelta(minutes=minute)):
        yield


def about(minutes: float | None) -> float:
    assert minutes is not None
    return round(minutes, 1)


def led_by_grace(severity: Severity) -> Incident:
    incident = declared(severity)
    return engagement.acknowledge(incident, actor=grace())


def test_s1_is_due_every_ten_minutes_and_every_thirty_when_monitoring() -> None:
    """SUP3-1."""
    with at(-5):
        incident = led_by_grace(Severity.S1)
    with at(0):
        told_public(incident)
    assert about(minutes_until_due(incident, Duty.PUBLIC_UPDATE)) == 10
    with at(4):
        told_public(incident)
    assert about(minutes_until_due(incident, Duty.PUBLIC_UPDATE)) == 14
    with at(14):
        told_public(incident, State.MONITORING)
    assert about(minutes_until_due(incident, Duty.PUBLIC_UPDATE)) == 44


def test_a_promised_time_replaces_the_interval() -> None:
    """SUP3-2; the page's half is shown in tests/statuspage."""
    with at(0):
        incident = led_by_grace(Severity.S1)
        promised = MORNING + timedelta(minutes=45)
        bulletin = told_public(incident, next_update_at=promised)
    assert about(minutes_until_due(incident, Duty.PUBLIC_UPDATE)) == 45
    assert bulletin.public_incident.next_update_at == promised


def test_raising_makes_the_next_update_due_at_once_but_never_later() -> None:
    """SUP3-3."""
    with at(0):
        incident = led_by_grace(Severity.S2)
        told_public(incident)
    assert about(minutes_until_due(incident, Duty.PUBLIC_UPDATE)) == 15
    with at(12):
        levelling.escalate(incident, Severity.S1, actor=grace(), reason="all regions now")
    assert about(minutes_until_due(incident, Duty.PUBLIC_UPDATE)) == 12


def test_raising_keeps_a_due_time_that_is_sooner() -> None:
    with at(0):
        incident = led_by_grace(Severity.S2)
        told_public(incident, next_update_at=MORNING + timedelta(minutes=6))
    with at(1):
        levelling.escalate(incident, Severity.S1, actor=grace(), reason="all regions now")
    assert about(minutes_until_due(incident, Duty.PUBLIC_UPDATE)) == 6


def test_correcting_down_counts_the_longer_interval_from_the_last_post() -> None:
    with at(0):
        incident = led_by_grace(Severity.S1)
        told_public(incident, State.IDENTIFIED)
    with at(3):
        levelling.correct(incident, Severity.S2, actor=grace(), reason="one region only")
    assert about(minutes_until_due(incident, Duty.PUBLIC_UPDATE)) == 30


def test_resolving_in_public_stops_the_clock() -> None:
    with at(0):
        incident = led_by_grace(Severity.S2)
        told_public(incident)
        told_public(incident, State.RESOLVED)
    assert owed(incident, Duty.PUBLIC_UPDATE) is None


def test_the_ladder_speaks_once_a_rung() -> None:
    """SUP3-4: nudge, banner, then the incident manager, then communications is paged."""
    with at(0):
        incident = led_by_grace(Severity.S1)
        told_public(incident)
    spoken = []
    for minute in (6, 7.1, 8, 10.1, 11, 13.1, 14, 18.1, 19):
        with at(minute):
            spoken.append(chasing.chase(clock.now()))
    overdue = Event.objects.filter(
        incident=incident, kind__in=(Kind.NUDGED, Kind.OVERDUE), data__duty=Duty.PUBLIC_UPDATE
    )
    told = [(event.data["how"], event.data["people"]) for event in overdue]
    assert told == [
        ("nudge", [str(ada().pk)]),
        ("banner", [str(ada().pk)]),
        ("alert", [str(grace().pk)]),
        ("page", [str(ada().pk)]),
    ]


def test_after_twenty_minutes_of_silence_the_clock_speaks_once() -> None:
    """E30: not four times; to everybody whom the missed rungs would have told."""
    with at(0):
        incident = led_by_grace(Severity.S1)
        for person in (linus(), ada()):
            engagement.acknowledge(incident, actor=person)
        told_public(incident)
    with at(29.5):
        now = clock.now()
        while chasing.chase(now):
            pass
    late = Event.objects.filter(incident=incident, kind=Kind.OVERDUE, data__duty=Duty.PUBLIC_UPDATE)
    assert [(event.data["covers"], event.data["how"]) for event in late] == [(5, "page")]
    assert str(grace().pk) in late[0].data["people"]


def test_posting_stops_the_ladder() -> None:
    with at(0):
        incident = led_by_grace(Severity.S1)
        told_public(incident)
    with at(12):
        chasing.chase(clock.now())
        told_public(incident)
        assert chasing.chase(clock.now()) == 0
    assert about(minutes_until_due(incident, Duty.PUBLIC_UPDATE)) == 22


def test_a_duty_can_be_snoozed_once() -> None:
    with at(0):
        incident = led_by_grace(Severity.S1)
        told_public(incident)
        duty = owed(incident, Duty.PUBLIC_UPDATE)
        assert duty is not None
        obligations.snooze(duty, actor=ada())
        with pytest.raises(RuleBroken, match="snoozed once"):
            obligations.snooze(duty, actor=ada())


def test_an_s3_is_not_late_at_night() -> None:
    """Clocks of S3 run in working hours: posted at 17:25 on Monday, fifteen minutes end on Tuesday at 9:10."""
    with at(7 * 60 + 25):
        incident = engagement.acknowledge(declared(Severity.S3), actor=linus())
        told_public(incident)
    assert about(minutes_until_due(incident, Duty.PUBLIC_UPDATE)) == 23 * 60 + 10


def test_the_first_bulletin_is_owed_from_the_decision_to_post() -> None:
    with at(0):
        incident = led_by_grace(Severity.S2)
        assert owed(incident, Duty.PUBLIC_UPDATE) is None
        communications.decide_posture(incident, Posture.POST, actor=grace())
    assert about(minutes_until_due(incident, Duty.PUBLIC_UPDATE)) == 10


def test_workers_publish_the_holding_text_at_most_as_often_as_was_allowed() -> None:
    with at(0):
        incident = led_by_grace(Severity.S1)
        told_public(incident)
        communications.set_holding(incident.public_links.get(), "No change in effect.", actor=ada(), times=2)
    for minute in (10.1, 20.2, 30.3):
        with at(minute):
            chasing.chase(clock.now())
    bulletins = Event.objects.filter(incident=incident, kind=Kind.BULLETIN)
    assert [event.data["holding"] for event in bulletins] == [False, True, True]
    assert Kind.OVERDUE in kinds(incident)


def test_notices_are_sent_by_themselves_and_missed_ones_are_counted() -> None:
    with at(0):
        incident = led_by_grace(Severity.S1)
        levelling.confirm(incident, actor=grace())
    with at(95):
        chasing.chase(clock.now())
    notices = Event.objects.filter(incident=incident, kind=Kind.NOTICE)
    assert {event.data["audience"]: event.data["covers"] for event in notices} == {"stakeholders": 3, "executives": 3}
    assert about(minutes_until_due(incident, Duty.EXECUTIVE_NOTICE)) == 120


def test_a_running_incident_keeps_the_cadence_it_was_declared_under() -> None:
    incident = led_by_grace(Severity.S1)
    assert incident.cadence is not None
    assert policies.of(incident).version == 1
