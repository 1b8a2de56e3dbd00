"""Who does not hear: drills, restricted and imported incidents, and what nobody confirmed."""

import re
from datetime import datetime

import pytest
from django.core.mail import EmailMessage

from incidents import access, exits, levelling, situation
from incidents.models import Incident
from incidents.vocabulary import Audience, Phase, Severity, Type
from notifications.models import Delivery
from notifications.vocabulary import State
from tests.incidents.stories import declared, told_public
from tests.notifications.world import (
    answered,
    audiences,
    confirmed,
    endpoint,
    letters,
    member,
    moved,
    readers,
    relay_only,
    subscriber,
    tick,
)
from tests.people import everybody_on_call, grace, linus, person, sam

pytestmark = pytest.mark.django_db

Outbox = list[EmailMessage]


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()
    audiences()


def test_an_unconfirmed_severity_tells_no_audience(mailoutbox: Outbox) -> None:
    declared(Severity.S1)
    tick()
    assert not {"stella", "elon", "eve"} & set(readers(mailoutbox))


def test_an_s4_tells_no_audience_at_all(mailoutbox: Outbox) -> None:
    incident = declared(Severity.S4)
    exits.fix_and_close(incident, actor=linus())
    tick()
    assert set(readers(mailoutbox)) <= {"linus"}


def test_raised_before_anybody_was_told_tells_nobody_outside(mailoutbox: Outbox) -> None:
    incident = answered(Severity.S2)
    levelling.escalate(incident, Severity.S1, actor=linus(), reason="All regions")
    tick()
    assert not {"stella", "elon", "eve"} & set(readers(mailoutbox))


def test_a_drill_reaches_those_who_take_part_and_nobody_outside(mailoutbox: Outbox) -> None:
    endpoint("https://hooks.example/x")
    incident = declared(Severity.S1, type=Type.DRILL)
    levelling.confirm(incident, actor=grace())
    situation.post(incident, "Go", actor=linus(), audiences=[Audience.RESPONDERS, Audience.STAKEHOLDERS])
    tick()
    assert not {"stella", "elon", "eve"} & set(readers(mailoutbox))
    assert all(mail.subject.startswith("DRILL: ") and "DRILL" in mail.body for mail in mailoutbox)
    assert not Delivery.objects.exclude(channel="mail").exists()


def test_a_bulletin_of_a_drill_reaches_no_subscriber(mailoutbox: Outbox) -> None:
    subscriber("reader@example.com")
    told_public(declared(Severity.S2, type=Type.DRILL))
    told_public(declared(Severity.S2, idempotency_key="real"))
    tick()
    assert [mail.to for mail in mailoutbox if mail.to == ["reader@example.com"]] == [["reader@example.com"]]


def test_a_grave_incident_that_was_never_confirmed_tells_no_audience_that_it_is_mitigated(mailoutbox: Outbox) -> None:
    moved(answered(), Phase.REMEDIATION)
    tick()
    assert not {"stella", "elon", "eve"} & set(readers(mailoutbox))


def test_a_restricted_incident_writes_neutrally_and_only_to_those_who_may_see_it(mailoutbox: Outbox) -> None:
    endpoint("https://hooks.example/x")
    member("Sam", "stakeholders")
    incident = declared(Severity.S1, type=Type.SECURITY, title="Canary leak of keys", by=linus())
    levelling.confirm(incident, actor=sam())
    situation.post(incident, "Canary text", actor=linus(), audiences=[Audience.RESPONDERS, Audience.STAKEHOLDERS])
    tick()
    assert not {"stella", "elon", "eve"} & set(readers(mailoutbox))
    assert "sam" in readers(mailoutbox)
    for mail in mailoutbox:
        # Signed addresses and boundaries hold letters by chance.
        whole = re.sub(r"https?://\S+|=====+\d+==", "", str(mail.message()))
        for word in ("Canary", "S1", "ecurity", "Critical", "eak"):
            assert word not in whole, word
        assert incident.reference in mail.subject
    assert not Delivery.objects.exclude(channel="mail").exists()


@pytest.mark.parametrize("is_relayed_before", [True, False])
def test_a_bulletin_from_before_it_was_restricted_goes_to_nobody_any_more(
    mailoutbox: Outbox, is_relayed_before: bool
) -> None:
    """Whether the ticker had already turned it into letters, or was dead just then."""
    subscriber("reader@example.com")
    incident = confirmed()
    told_public(incident)
    mailoutbox.clear()
    if is_relayed_before:
        relay_only()
    access.restrict(incident, actor=grace(), reason="Their data is in it.")
    tick()
    assert "reader@example.com" not in [mail.to[0] for mail in mailoutbox]


def test_an_imported_incident_tells_nobody(mailoutbox: Outbox) -> None:
    incident = confirmed()
    mailoutbox.clear()
    Incident.unrestricted.filter(pk=incident.pk).update(is_imported=True)
    incident.refresh_from_db()
    situation.post(incident, "Hello", actor=linus(), audiences=[Audience.STAKEHOLDERS])
    tick()
    assert mailoutbox == []


def test_who_is_no_longer_here_gets_nothing(mailoutbox: Outbox) -> None:
    stella = person("Stella")
    stella.is_active = False
    stella.save()
    confirmed()
    assert "stella" not in readers(mailoutbox)


def test_restricting_cancels_what_waits_and_keeps_quiet_to_members(mailoutbox: Outbox) -> None:
    incident = declared(Severity.S2)
    levelling.confirm(incident, actor=grace())
    relay_only()
    access.restrict(incident, actor=grace(), reason="It is an attack")
    tick()
    assert readers(mailoutbox) == ["ada", "grace", "linus"]
    assert all("Checkout" not in str(mail.message()) for mail in mailoutbox)
    cancelled = letters(state=State.CANCELLED)
    assert {letter.label for letter in cancelled} == {f"{name}@denomas.example" for name in ("stella", "elon", "eve")}
    assert {letter.error for letter in cancelled} == {"They may not see this incident."}
