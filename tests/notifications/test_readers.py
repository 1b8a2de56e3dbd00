"""A letter read by whoever gets it: who answers them, and what they can expect next."""

from datetime import datetime

import pytest
from django.core.mail import EmailMessage

from incidents import engagement, levelling
from incidents.vocabulary import Severity
from roles.catalogue import Role
from statuspage.vocabulary import State
from tests.incidents.stories import answered, told_public
from tests.notifications.world import audiences, subscriber, tick
from tests.people import everybody_on_call, grace, linus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()
    audiences()


def newest(outbox: list[EmailMessage], name: str) -> str:
    tick()
    return str([mail for mail in outbox if mail.to[0].startswith(name)][-1].body)


def test_stakeholders_ask_communications_and_executives_their_liaison(mailoutbox: list[EmailMessage]) -> None:
    levelling.confirm(answered(Severity.S1), actor=grace())
    assert "Questions to: Ada (communications manager)" in newest(mailoutbox, "stella")
    assert "Questions to: Ana (executive liaison)" in newest(mailoutbox, "elon")


def test_where_nobody_speaks_the_manager_answers_and_then_the_engineer(mailoutbox: list[EmailMessage]) -> None:
    incident = levelling.confirm(answered(), actor=grace())
    assert "Questions to: Grace (incident manager)" in newest(mailoutbox, "elon")
    for role, person in ((Role.COMMUNICATIONS, "Ada"), (Role.INCIDENT_MANAGER, "Grace")):
        held = incident.engagements.get(role=role, person__name=person)
        engagement.release(incident, role, held.person, actor=linus())
    levelling.escalate(incident, Severity.S1, actor=linus(), reason="all regions")
    assert "Questions to: " in newest(mailoutbox, "stella")


def test_subscribers_know_what_to_expect_where_no_time_is_promised(mailoutbox: list[EmailMessage]) -> None:
    subscriber("merchant@customers.example")
    incident = answered()
    told_public(incident)
    assert "Next update: As soon as there is something to say." in newest(mailoutbox, "merchant")
    told_public(incident, State.RESOLVED)
    assert "Next update" not in newest(mailoutbox, "merchant")
