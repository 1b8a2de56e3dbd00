"""Being paged by a webhook of one's own: what it is told, and what it is not."""

import json
from datetime import datetime, timedelta

import pytest

from incidents import chasing
from incidents.vocabulary import Severity, Type
from kit import clock
from notifications import contacts
from notifications.contacts import Reach
from tests.conftest import MORNING
from tests.incidents.stories import declared
from tests.kit.sink import Sink
from tests.notifications.world import tick
from tests.people import everybody_on_call, grace, linus, sam

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


def test_a_webhook_of_ones_own_is_signed_and_says_what_it_is_about(sink: Sink) -> None:
    contacts.add(Reach("webhook", sink.url, 0), actor=linus())
    incident = declared(Severity.S2, by=grace())
    tick()
    headers, body = sink.arrived[0]
    assert headers["webhook-signature"]
    assert incident.reference in body.decode()


def test_a_webhook_is_told_what_is_late(sink: Sink) -> None:
    """By the pages of a ladder, as by the first one."""
    contacts.add(Reach("webhook", sink.url, 0), actor=grace())
    declared(Severity.S2, by=linus())
    tick()
    with clock.at(MORNING + timedelta(minutes=16)):
        chasing.chase(clock.now())
        tick()
    bodies = [json.loads(body) for _, body in sink.arrived]
    assert [body["type"] for body in bodies[:2]] == ["incident.page", "incident.late"]
    assert {body["data"]["duty"] for body in bodies[1:]} == {"acknowledgement"}


def test_a_webhook_is_told_nothing_of_a_restricted_incident_but_that_it_is_called(sink: Sink) -> None:
    contacts.add(Reach("webhook", sink.url, 0), actor=sam())
    declared(Severity.S2, by=linus(), type=Type.SECURITY)
    tick()
    said = json.loads(sink.arrived[0][1])
    assert (said["type"], said["data"]) == ("incident.notice", {})
