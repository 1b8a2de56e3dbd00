"""Asked again at the moment of sending: whoever must not, or need not, be told any more is not told."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from incidents import access, approving, chasing, communications, engagement, levelling, situation
from incidents.models import Incident
from incidents.vocabulary import Audience, Duty, Posture, Severity
from kit import clock
from notifications import asking, claims, contacts, delivery
from notifications.answers import Refused
from notifications.contacts import Reach
from notifications.models import AudienceMember, Delivery, Endpoint
from notifications.vocabulary import Lane, State
from roles.catalogue import Role
from tests.incidents.stories import declared, told_public
from tests.notifications.conftest import Wire
from tests.notifications.world import (
    endpoint,
    letters,
    quiet_incident,
    relay_only,
    subscriber,
    the_letter,
    tick,
    update,
)
from tests.people import ada, everybody_on_call, grace, linus, person

Told = Callable[..., Incident]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


def test_nobody_is_called_after_they_answered(wire: Wire) -> None:
    incident = declared(Severity.S2)
    relay_only()
    engagement.acknowledge(incident, actor=grace())
    delivery.work()
    states = {letter.label.split("@")[0]: letter.state for letter in letters()}
    assert states == {"linus": State.SENT, "grace": State.CANCELLED, "ada": State.SENT}


def test_nobody_is_asked_whether_the_public_is_told_when_that_is_decided(wire: Wire) -> None:
    incident = declared(Severity.S2)
    for engaged in list(incident.engagements.select_related("person")):
        engagement.acknowledge(incident, actor=engaged.person)
    approving.ask_to_decide(incident, actor=ada())
    relay_only()
    communications.decide_posture(incident, Posture.POST, actor=grace())
    delivery.work()
    asked = [letter for letter in letters() if letter.notice.subject.startswith("Shall the public be told?")]
    assert [letter.error for letter in asked] == ["It was decided before it was sent whether the public is told."]


def test_nobody_is_reminded_of_what_was_done_before_the_letter_went(wire: Wire) -> None:
    incident = declared(Severity.S2)
    for engaged in list(incident.engagements.select_related("person")):
        engagement.acknowledge(incident, actor=engaged.person)
    with clock.shifted(timedelta(minutes=16)):
        chasing.chase(clock.now())
        relay_only()
        levelling.confirm(incident, actor=grace())
        delivery.work()
    reminders = [letter for letter in letters() if letter.notice.subject.startswith(Duty.CONFIRMATION.label)]
    assert reminders
    assert {letter.error for letter in reminders} == {"Done before it was sent."}


def test_taken_out_of_an_audience_or_the_organisation_a_waiting_letter_is_cancelled(wire: Wire, told: Told) -> None:
    told("Stella", "Eve", "Elon")
    AudienceMember.objects.filter(person=person("Stella")).delete()
    eve = person("Eve")
    eve.is_active = False
    eve.save()
    delivery.work()
    assert {letter.label.split("@")[0]: letter.error for letter in letters(lane=Lane.NOTICE)} == {
        "stella": "They are no longer in this audience.",
        "eve": "They left the organisation.",
        "elon": "",
    }


def test_a_released_responder_does_not_get_the_update_any_more(wire: Wire) -> None:
    incident = declared(Severity.S2)
    for engaged in list(incident.engagements.select_related("person")):
        engagement.acknowledge(incident, actor=engaged.person)
    tick()
    situation.post(incident, "News", actor=linus(), audiences=[Audience.RESPONDERS])
    relay_only()
    engagement.release(incident, Role.INCIDENT_MANAGER, grace(), actor=grace())
    wire.taken.clear()
    delivery.work()
    assert [parcel.to for parcel in wire.taken] == ["ada@denomas.example"]


def test_an_endpoint_that_is_gone_is_switched_off_and_its_owner_told(wire: Wire, told: Told) -> None:
    hook = endpoint("https://hooks.example/x", created_by=person("Otto"))
    incident = told()
    wire.meanwhile = lambda parcel: setattr(
        wire, "answers", [Refused("Answered 410 Gone", is_gone=True) if parcel.to.startswith("https") else None]
    )
    delivery.work()
    hook.refresh_from_db()
    assert hook.disabled_at
    assert hook.disabled_because == "Answered 410 Gone"
    assert "otto@denomas.example" in [parcel.to for parcel in wire.taken]
    update(incident, "Second")
    relay_only()
    assert not Delivery.objects.filter(recipient=f"endpoint:{hook.pk}", state=State.WAITING).exists()


def test_a_subscribers_webhook_that_is_gone_ends_its_subscription(wire: Wire) -> None:
    gone = subscriber("https://hooks.example/y", channel="webhook")
    told_public(quiet_incident())
    wire.answers = [Refused("Answered 410 Gone", is_gone=True)]
    tick()
    gone.refresh_from_db()
    assert gone.ended_at


def test_of_a_persons_webhook_that_is_gone_the_page_is_parked_and_the_next_contact_rings(wire: Wire) -> None:
    contacts.add(Reach("webhook", "https://pager.example/linus"), actor=linus())
    contacts.add(Reach("mail", "second@home.example", 30), actor=linus())
    wire.meanwhile = lambda parcel: setattr(
        wire, "answers", [Refused("Answered 410 Gone", is_gone=True) if parcel.to.startswith("https") else None]
    )
    declared(Severity.S2, by=grace())
    tick()
    tick()
    states = [letter.state for letter in letters() if letter.recipient.startswith(f"user:{linus().pk}")]
    assert states == [State.PARKED, State.SENT]


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_one_notice_each_batch_is_asked_again_by_what_it_knows(told: Told, newest_first: bool) -> None:
    incident = told("Stella", "Eve")
    before = claims.claim(clock.now(), most=1)[0].letter
    access.restrict(incident, actor=grace(), reason="An attack")
    after = claims.claim(clock.now(), most=1)[0].letter
    assert before.notice_id == after.notice_id
    held = [after, before] if newest_first else [before, after]
    assert asking.look_again(held) == [before]
    assert asking.withheld([after], clock.now())


def test_switched_off_meanwhile_an_endpoint_gets_nothing(wire: Wire, told: Told) -> None:
    hook = endpoint("https://hooks.example/x")
    told()
    Endpoint.objects.filter(pk=hook.pk).update(disabled_at=clock.now())
    delivery.work()
    assert the_letter(recipient=f"endpoint:{hook.pk}").error == "The endpoint is switched off, or gone."


def test_restricted_meanwhile_machines_get_nothing(wire: Wire, told: Told) -> None:
    hook = endpoint("https://hooks.example/x")
    incident = told()
    access.restrict(incident, actor=linus(), reason="An attack")
    delivery.work()
    assert the_letter(recipient=f"endpoint:{hook.pk}").error == "The incident was restricted before it was sent."
