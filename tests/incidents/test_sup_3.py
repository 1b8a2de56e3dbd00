"""SUP-3: know how frequently to update, through HTTP; the clock's own minutes stand in test_cadence."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from incidents import chasing, communications, levelling, outgoing
from incidents.models import Draft, Event, Incident, Obligation
from incidents.vocabulary import Duty, Kind, Posture, Severity
from kit import clock
from statuspage import snapshot
from statuspage.models import Bulletin
from tests.browsing import browser, text
from tests.conftest import MORNING
from tests.incidents.feedback import sheet
from tests.incidents.stories import ada_alone, declared, go_out, owed
from tests.incidents.test_sup_1 import on_disk
from tests.people import ada, everybody_on_call, grace
from tests.statuspage_world import page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()
    page()


@contextmanager
def at(minute: float) -> Iterator[None]:
    with clock.at(MORNING + timedelta(minutes=minute)):
        yield


def to_be_told(severity: Severity) -> Incident:
    with at(-5):
        begun = declared(severity) if severity == Severity.S3 else ada_alone(severity)
        return communications.decide_posture(begun, Posture.POST, actor=grace())


def send(incident: Incident, expect: int = 302, **said: Any) -> str:
    """Ada writes and publishes; what she promises is what the composer fills in, unless she says otherwise."""
    link = incident.public_links.first()
    seen = {"based_on": link.public_incident.bulletins.all()[0].public_id} if link else {}
    sent = {"state": "investigating", "body": "We look into it."} if link else sheet()
    answer = browser(ada()).post(
        reverse("bulletin", args=[incident.reference]), {"step": "publish"} | sent | said | seen
    )
    assert answer.status_code == expect, text(answer)
    return text(answer)


def publish(incident: Incident, **said: Any) -> None:
    send(incident, **said)
    # At once, so that the minutes of the story are whole.
    browser(ada()).post(reverse("publish_now", args=[incident.reference, Draft.objects.latest("created_at").pk]))


def due(incident: Incident) -> float:
    found = owed(incident, Duty.PUBLIC_UPDATE)
    assert found is not None
    return round((found.due_at - MORNING).total_seconds() / 60, 1)


def composer(incident: Incident, query: str = "") -> str:
    return browser(ada()).get(f"{reverse('bulletin', args=[incident.reference])}{query}").content.decode()


def test_sup3_1_an_s1_is_due_ten_minutes_after_each_post_and_thirty_when_monitoring() -> None:
    incident = to_be_told(Severity.S1)
    for minute, state, then in ((0, "investigating", 10), (4, "investigating", 14), (14, "monitoring", 44)):
        with at(minute):
            publish(incident, state=state)
        assert due(incident) == then


def test_sup3_2_a_promised_time_is_when_it_is_due_and_readers_see_it() -> None:
    incident = to_be_told(Severity.S2)
    with at(45):
        publish(incident, next_update_at="2026-11-23T11:30")
        assert "11:30" in on_disk("index.html")
        assert "2026-11-23T11:30:00" in on_disk("index.html").replace("Z", "")
    assert due(incident) == 90


def test_sup3_3_raised_it_is_due_at_once_and_never_later() -> None:
    incident = to_be_told(Severity.S2)
    with at(0):
        publish(incident)
    with at(12):
        raised = {"severity": "S1", "reason": "all regions now"}
        assert browser(grace()).post(reverse("severity", args=[incident.reference]), raised).status_code == 302
    assert due(incident) == 12


def test_sup3_4_each_rung_speaks_once_and_readers_see_nothing_of_it() -> None:
    incident = to_be_told(Severity.S1)
    with at(0):
        publish(incident)
    spoken: list[str] = []
    for minute in (7.1, 7.5, 10.1, 11, 13.1, 14, 18.1, 19):
        with at(minute):
            chasing.chase(clock.now())
            spoken = rungs(incident)
    assert spoken == [Kind.NUDGED, Kind.OVERDUE, Kind.OVERDUE, Kind.OVERDUE]
    with at(20):
        snapshot.render_stale(clock.now())
        shown = on_disk("index.html").lower()
    assert "overdue" not in shown
    assert "late" not in text_of(shown)


def rungs(incident: Incident) -> list[str]:
    """What the ladder of the public update has said."""
    spoken = Event.objects.filter(incident=incident, kind__in=(Kind.NUDGED, Kind.OVERDUE))
    return list(spoken.filter(data__duty=Duty.PUBLIC_UPDATE).order_by("position").values_list("kind", flat=True))


def text_of(html: str) -> str:
    class Page:
        content = html.encode()

    return text(Page()).replace("latest", "").replace("later", "").replace("translate", "")


def test_what_is_set_for_its_due_time_goes_out_then_and_the_ladder_is_silent() -> None:
    """§2.6: a worker publishes at the due time what a person approved for that time."""
    incident = to_be_told(Severity.S1)
    with at(0):
        publish(incident)
    with at(4):
        assert "Publish when it is due" in composer(incident)
        send(
            incident,
            step="schedule",
            body="Nothing has changed.",
            draft=str(uuid4()),
            next_update_at="2026-11-23T10:25",
        )
        assert "Your bulletin goes out" in text(browser(ada()).get(incident.get_absolute_url()))
        assert "Public update due" not in text(browser(ada()).get(incident.get_absolute_url()))
        outgoing.publish_due(clock.now())
    assert Bulletin.objects.count() == 1
    with at(10.05):
        outgoing.publish_due(clock.now())
        chasing.chase(clock.now())
    assert Bulletin.objects.latest("pk").body == "Nothing has changed."
    assert Kind.OVERDUE not in rungs(incident)
    assert due(incident) == 25


def test_what_is_set_for_later_gives_way_to_what_comes_out_before_it() -> None:
    incident = to_be_told(Severity.S1)
    with at(0):
        publish(incident)
    with at(4):
        send(incident, step="schedule", body="Nothing has changed.", draft=str(uuid4()))
        refused = send(incident, expect=422, step="schedule", body="Something else.", draft=str(uuid4()))
        assert "Another bulletin waits to go out" in refused
    with at(6):
        send(incident, body="It is fixed for half of you.", draft=str(uuid4()))
        go_out()
    with at(10.1):
        outgoing.publish_due(clock.now())
        assert "It did not go out: The page changed" in text_of(composer(incident))
    assert Bulletin.objects.latest("pk").body == "It is fixed for half of you."


def test_after_two_hours_an_hour_is_promised_and_more_needs_the_manager() -> None:
    """E45."""
    incident = to_be_told(Severity.S1)
    with at(100):
        publish(incident)
        assert 'value="investigating"' in composer(incident)
        assert 'data-promise="2026-11-23T11:50"' in composer(incident)
        assert "It has gone on for over two hours" not in composer(incident)
    with at(120):
        shown = composer(incident)
        assert 'data-promise="2026-11-23T13:00"' in shown
        assert "It has gone on for over two hours" in shown
        assert "Restoring it will take several hours. We will write again at 13:00 UTC" in shown
        browser(grace()).post(reverse("acknowledge", args=[incident.reference]))
        refused = send(incident, expect=422, next_update_at="2026-11-23T14:00")
        assert "Grace (incident manager) looks at it first" in refused
        publish(incident, next_update_at="2026-11-23T13:00")


def test_before_two_hours_nobody_promises_more_than_an_hour() -> None:
    incident = to_be_told(Severity.S1)
    with at(0):
        assert "within 60 minutes" in send(incident, expect=422, next_update_at="2026-11-23T11:30")


def test_an_s3_in_the_evening_promises_the_next_working_morning() -> None:
    """§2.6: nobody is woken for it."""
    incident = to_be_told(Severity.S3)
    with at(8 * 60):
        assert 'data-promise="2026-11-24T10:00"' in composer(incident)
    with clock.at(datetime(2026, 11, 28, 9, 0, tzinfo=UTC)):
        assert 'data-promise="2026-11-30T10:00"' in composer(incident)
    with at(30):
        assert 'data-promise="2026-11-23T10:45"' in composer(incident)


def test_a_correction_and_a_withdrawal_are_new_bulletins_one_click_away() -> None:
    """§2.7 wordings 9 and 10, E36."""
    incident = to_be_told(Severity.S2)
    with at(0):
        publish(incident)
        room = browser(ada()).get(incident.get_absolute_url()).content.decode()
        about = Bulletin.objects.get().public_incident.public_id
        assert f"?begin=correction&amp;about={about}" in room
        corrected = composer(incident, f"?begin=correction&about={about}")
        assert (
            "Our update of 10:00 UTC was wrong: {what is right}. We are sorry for the confusion.</textarea>"
            in corrected
        )
        withdrawn = composer(incident, "?begin=withdrawn")
        assert "We found no effect on customers and withdraw this notice." in withdrawn
        assert 'value="resolved" data-wording' in withdrawn.split(" checked")[0].rsplit("<input", 1)[1]
        publish(incident, body="Our update of 10:00 UTC was wrong: only Europe is affected.", draft=str(uuid4()))
        publish(incident, state="resolved", body="We found no effect and withdraw this.", draft=str(uuid4()))
    assert Bulletin.objects.count() == 3
    with at(5):
        late = {"about": about, "state": "resolved", "body": "It began at 09:50 UTC.", "draft": str(uuid4())}
        publish(incident, **late)
    assert Bulletin.objects.latest("pk").public_incident.public_id == about
    assert not Obligation.objects.open().filter(incident=incident, duty=Duty.PUBLIC_UPDATE).exists()


def test_the_entry_says_by_whose_word_each_went_out() -> None:
    incident = to_be_told(Severity.S2)
    with at(0):
        publish(incident)
        publish(incident, body="Still looking.", draft=str(uuid4()))
        levelling.confirm(incident, actor=grace())
    said = Event.objects.filter(incident=incident, kind=Kind.BULLETIN).order_by("position")
    assert [one.data["way"] for one in said] == ["own", "routine"]
