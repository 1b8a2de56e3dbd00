"""A page in the room: how it went out, that nobody has answered it, and who is called next."""

import re
from datetime import datetime, timedelta

import pytest
from django.core.mail import EmailMessage

from incidents import engagement
from incidents.models import Incident
from incidents.vocabulary import Severity
from kit import clock
from notifications import contacts
from notifications.contacts import Reach
from roles.catalogue import Role
from tests.conftest import MORNING
from tests.incidents.stories import declared
from tests.notifications.mail_sink import MailSink
from tests.notifications.world import browser, tick
from tests.people import admin, everybody_on_call, grace, linus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


def page_line(incident: Incident, role: str) -> str:
    """What the room's list of people says of whoever was asked into a role."""
    shown = browser(admin()).get(incident.get_absolute_url()).content.decode()
    seats = shown.split('id="people"')[1].split("</section>")[0]
    found = next(one for one in seats.split("<li>") if role in one)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found)).replace(" ,", ",")


def test_the_room_says_how_somebody_was_asked_and_who_is_next(mailoutbox: list[EmailMessage]) -> None:
    incident = declared(Severity.S2, by=admin())
    engagement.release(incident, Role.INCIDENT_MANAGER, grace(), actor=admin())
    assert re.search(r"asked \d+ s ago, not answered", page_line(incident, "Engineer on call"))
    tick()
    with clock.at(MORNING + timedelta(minutes=2)):
        said = page_line(incident, "Engineer on call")
    assert "asked 2 min ago by mail, not answered" in said
    assert "Grace is next at 10:15" in said


def test_the_room_names_a_contact_that_failed_and_one_that_rings_later(smtp: MailSink) -> None:
    smtp.refuse = {"gone@home.example": "550 no such user"}
    for address, delay in (("gone@home.example", 0), ("second@home.example", 1), ("third@home.example", 20)):
        contacts.add(Reach("mail", address, delay), actor=linus())
    incident = declared(Severity.S2, by=admin())
    tick()
    tick()
    said = page_line(incident, "Engineer on call")
    assert "mail failed: The mail server answered 550 no such user" in said
    assert re.search(r"asked \d+ s ago by mail, not answered", said)
    assert "mail goes out at 10:20" in said


def test_somebody_who_is_asked_themselves_is_not_named_as_the_next() -> None:
    incident = declared(Severity.S2, by=admin())
    assert "Grace is next at 10:15" in page_line(incident, "Engineer on call")
    assert "Ana is next at 10:30" in page_line(incident, "Incident manager")
