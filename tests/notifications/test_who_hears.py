"""Who hears what: told through what people do and what lies in their mailbox after a tick."""

import re
from datetime import datetime, timedelta

import pytest
from django.core.mail import EmailMessage

from incidents import chasing, communications, engagement, exits, levelling, lifecycle, situation, times
from incidents.vocabulary import Audience, Duty, Phase, Posture, Severity
from kit import clock
from notifications.models import Notice
from notifications.vocabulary import Lane
from roles.catalogue import Role
from tests.incidents.stories import declared
from tests.notifications.world import (
    answered,
    audiences,
    confirmed,
    letters,
    moved,
    readers,
    subjects,
    tick,
)
from tests.people import ana, everybody_on_call, grace, linus, person

pytestmark = pytest.mark.django_db

Outbox = list[EmailMessage]


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()
    audiences()


def test_declaring_an_s2_pages_the_three_roles_and_nobody_else(mailoutbox: Outbox) -> None:
    declared(Severity.S2)
    tick()
    assert readers(mailoutbox) == ["ada", "grace", "linus"]
    assert all(letter.lane == Lane.PAGE for letter in letters())
    assert subjects(mailoutbox, "Grace") == ["S2 page: Checkout fails for a fifth of customers [INC-1]"]


def test_nobody_is_told_twice_however_often_it_ticks(mailoutbox: Outbox) -> None:
    declared(Severity.S2)
    for _ in range(3):
        tick()
    assert len(mailoutbox) == 3


def test_confirming_tells_each_audience_once_and_a_member_of_two_gets_one_letter(mailoutbox: Outbox) -> None:
    incident = declared(Severity.S2)
    tick()
    mailoutbox.clear()
    levelling.confirm(incident, actor=grace())
    tick()
    assert readers(mailoutbox) == ["elon", "eve", "stella"]
    assert Notice.objects.get(deliveries__label="eve@denomas.example").audience == "executives"


def test_mitigated_and_resolved_are_told_to_both_audiences(mailoutbox: Outbox) -> None:
    incident = confirmed()
    mailoutbox.clear()
    moved(incident, Phase.MITIGATION)
    tick()
    assert mailoutbox == []
    moved(incident, Phase.REMEDIATION)
    tick()
    assert subjects(mailoutbox, "Stella") == ["Mitigated: Checkout fails for a fifth of customers [INC-1]"]
    communications.decide_posture(incident, Posture.NOT_REQUIRED, actor=grace(), reason="Nobody noticed")
    moved(incident, Phase.POST_INCIDENT)
    tick()
    assert subjects(mailoutbox, "Stella")[-1].startswith("Resolved: ")
    assert readers(mailoutbox) == ["elon", "elon", "eve", "eve", "stella", "stella"]


def test_going_back_from_mitigated_is_told_to_whom_it_was_told(mailoutbox: Outbox) -> None:
    incident = confirmed()
    moved(incident, Phase.REMEDIATION)
    tick()
    mailoutbox.clear()
    moved(incident, Phase.MITIGATION)
    tick()
    assert subjects(mailoutbox, "Stella") == ["Not over after all: Checkout fails for a fifth of customers [INC-1]"]


def test_an_s3_tells_stakeholders_when_it_is_mitigated_and_only_then(mailoutbox: Outbox) -> None:
    incident = confirmed(Severity.S3)
    assert "stella" not in readers(mailoutbox)
    lifecycle.transition(incident, Phase.MITIGATION, actor=linus())
    times.end_impact(incident, clock.now(), actor=linus())
    lifecycle.transition(incident, Phase.REMEDIATION, actor=linus())
    tick()
    assert [name for name in readers(mailoutbox) if name != "linus"] == ["eve", "stella"]


def test_raised_by_its_lead_is_told_once_with_the_confirmation(mailoutbox: Outbox) -> None:
    incident = confirmed(Severity.S2)
    mailoutbox.clear()
    levelling.escalate(incident, Severity.S1, actor=grace(), reason="All regions")
    tick()
    assert readers(mailoutbox) == ["ana", "elon", "eve", "stella"]
    assert subjects(mailoutbox, "Elon") == ["S1 confirmed: Checkout fails for a fifth of customers [INC-1]"]


def test_raised_by_somebody_else_is_told_at_once_and_confirmed_later(mailoutbox: Outbox) -> None:
    incident = confirmed(Severity.S2)
    mailoutbox.clear()
    levelling.escalate(incident, Severity.S1, actor=linus(), reason="All regions")
    tick()
    assert subjects(mailoutbox, "Elon") == ["Raised from S2 to S1: Checkout fails for a fifth of customers [INC-1]"]
    levelling.confirm(incident, actor=grace())
    tick()
    assert len(subjects(mailoutbox, "Elon")) == 2


def test_corrected_down_closes_with_one_letter_to_those_who_were_told(mailoutbox: Outbox) -> None:
    incident = confirmed(Severity.S1)
    mailoutbox.clear()
    levelling.correct(incident, Severity.S3, actor=grace(), reason="A dashboard was wrong")
    tick()
    assert readers(mailoutbox) == ["elon", "eve", "stella"]
    assert subjects(mailoutbox, "Elon") == ["Corrected from S1 to S3: Checkout fails for a fifth of customers [INC-1]"]


def test_the_due_notice_goes_out_by_itself_and_says_what_was_missed(mailoutbox: Outbox) -> None:
    confirmed(Severity.S1)
    mailoutbox.clear()
    with clock.shifted(timedelta(minutes=95)):
        chasing.chase(clock.now())
        tick()
    to_stella = [mail for mail in mailoutbox if mail.to == ["stella@denomas.example"]]
    assert len(to_stella) == 1
    assert "This was due 10:30 UTC, 2 missed." in to_stella[0].body
    assert "The situation was last edited 1 h 35 min ago." in to_stella[0].body


def test_an_update_goes_to_those_ticked_and_not_to_its_author_as_a_responder(mailoutbox: Outbox) -> None:
    incident = confirmed()
    mailoutbox.clear()
    situation.post(
        incident, "Rolled back **4.2** in eu-1.", actor=linus(), audiences=[Audience.RESPONDERS, Audience.STAKEHOLDERS]
    )
    tick()
    assert readers(mailoutbox) == ["ada", "eve", "grace", "stella"]
    assert "Rolled back **4.2** in eu-1." in mailoutbox[0].body


def test_an_offer_reaches_the_person_it_is_made_to(mailoutbox: Outbox) -> None:
    incident = confirmed()
    mailoutbox.clear()
    engagement.offer(incident, Role.INCIDENT_MANAGER, ana(), actor=grace())
    tick()
    assert subjects(mailoutbox, "Ana") == [
        "You are offered incident manager: Checkout fails for a fifth of customers [INC-1]"
    ]
    assert len(mailoutbox) == 1


def test_help_asked_for_pages_the_one_who_is_asked_with_the_words_of_the_ask(mailoutbox: Outbox) -> None:
    incident = confirmed()
    mailoutbox.clear()
    engagement.ask(incident, person("Tim"), "Which index is that?", actor=grace())
    tick()
    assert readers(mailoutbox) == ["tim"]
    assert "Which index is that?" in mailoutbox[0].body


def test_the_ladder_writes_to_whom_its_rung_names(mailoutbox: Outbox) -> None:
    answered(Severity.S2)
    tick()
    mailoutbox.clear()
    with clock.shifted(timedelta(minutes=15, seconds=1)):
        chasing.chase(clock.now())
        tick()
    # The severity is not confirmed and the posture not decided: both alert the incident manager, one the engineer.
    assert readers(mailoutbox) == ["grace", "grace", "linus"]
    assert any(
        re.match(rf"{Duty.CONFIRMATION.label} late by \d+ s", subject) for subject in subjects(mailoutbox, "Linus")
    )


def test_a_page_of_an_s3_outside_working_hours_waits_for_the_morning(mailoutbox: Outbox) -> None:
    with clock.shifted(timedelta(hours=12)):
        declared(Severity.S3)
        tick()
    assert mailoutbox == []
    assert letters()[0].due_at.hour == 9
    with clock.shifted(timedelta(hours=23, seconds=10)):
        tick()
    assert readers(mailoutbox) == ["linus"]


def test_declined_thanks_the_reporter_and_is_withdrawn_where_it_was_told(mailoutbox: Outbox) -> None:
    incident = confirmed(by=person("Rita", "Support"))
    mailoutbox.clear()
    exits.decline(incident, actor=grace(), reason="The monitor was wrong")
    tick()
    assert readers(mailoutbox) == ["elon", "eve", "rita", "stella"]
    assert subjects(mailoutbox, "Stella")[0].startswith("Withdrawn: ")
    assert "The monitor was wrong" in mailoutbox[0].body
