"""Declaring: everything at once, and once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents import access, communications, lifecycle, timeline
from incidents.lifecycle import Declaration
from incidents.models import Engagement, Event, Incident, Member, Service
from incidents.vocabulary import Duty, Kind, Phase, Posture, Severity, Type
from kit import clock
from kit.rules import RuleBroken
from roles.catalogue import Role
from roles.models import User
from tests.browsing import browser, text
from tests.incidents.stories import declared, kinds, owed, payments
from tests.people import ada, ana, everybody_on_call, grace, linus, rotation, sam, stella, team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: object) -> None:
    everybody_on_call()


def roles(incident: Incident) -> dict[str, str]:
    return {one.role: one.person.name for one in Engagement.objects.filter(incident=incident)}


def test_an_s1_calls_engineer_manager_communications_and_liaison() -> None:
    incident = declared(Severity.S1)
    assert roles(incident) == {
        Role.ENGINEER: "Linus",
        Role.INCIDENT_MANAGER: "Grace",
        Role.COMMUNICATIONS: "Ada",
        Role.EXECUTIVE_LIAISON: "Ana",
    }


def test_an_s2_does_not_call_the_executive_liaison() -> None:
    assert Role.EXECUTIVE_LIAISON not in roles(declared(Severity.S2))


def test_a_provisional_s2_calls_only_the_engineer() -> None:
    assert roles(declared(Severity.S2, is_provisional=True)) == {Role.ENGINEER: "Linus"}


def test_references_are_given_without_gaps() -> None:
    assert [declared().reference for _ in range(3)] == ["INC-1", "INC-2", "INC-3"]


def test_a_refused_declaration_leaves_no_gap() -> None:
    declared()
    with pytest.raises(RuleBroken, match="what you see"):
        declared(title=" ")
    assert declared().reference == "INC-2"


def test_a_double_click_makes_one_incident() -> None:
    first = declared(idempotency_key="abc")
    second = declared(idempotency_key="abc")
    assert first.pk == second.pk
    assert Incident.unrestricted.count() == 1


def test_the_first_entry_names_who_declared_and_the_chain_holds() -> None:
    incident = declared(by=stella())
    first = Event.objects.get(incident=incident, position=1)
    assert (first.kind, first.actor) == (Kind.DECLARED, stella())
    assert timeline.first_broken_link(Incident.unrestricted.get(pk=incident.pk)) is None
    assert incident.phase == Phase.IDENTIFICATION


def test_security_is_restricted_from_its_first_second_and_its_reference_tells_nothing() -> None:
    incident = declared(Severity.S1, type=Type.SECURITY)
    assert incident.is_restricted
    assert not incident.reference.removeprefix("INC-").isdecimal()
    assert declared().reference == "INC-1"
    assert not Incident.objects.visible_to(stella()).filter(pk=incident.pk).exists()
    for insider in (linus(), sam(), grace(), ada(), ana()):
        assert Incident.objects.visible_to(insider).filter(pk=incident.pk).exists()
    assert Kind.PAGED in kinds(incident)


def statements(do: Callable[[], object]) -> list[str]:
    """What is asked of the database, without the bounds of transactions."""
    with CaptureQueriesContext(connection) as seen:
        do()
    said = [query["sql"] for query in seen.captured_queries]
    return [sql for sql in said if sql.split()[0] in ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")]


def plainly(severity: Severity, key: str) -> Callable[[], object]:
    """A declaration as the form sends it, by somebody of whom nothing has been read yet; not the first there is."""
    declared()
    actor = User.objects.get(pk=linus().pk)
    said = Declaration("Payments fail", Type.AVAILABILITY, severity, services=(payments(),), idempotency_key=key)
    return lambda: lifecycle.declare(said, actor=actor)


@pytest.mark.parametrize("severity", Severity)
def test_a_declaration_costs_few_statements(severity: Severity) -> None:
    declare = plainly(severity, "one")
    asked = statements(declare)
    # SQLite inserts each kind of row by itself, and is asked for no clock.
    most = 8 if connection.vendor == "postgresql" else 13
    assert len(asked) <= most, "\n".join(asked)
    assert sum(sql.count("INSERT INTO") for sql in asked) == 7


def test_declaring_opens_one_transaction() -> None:
    declare = plainly(Severity.S1, "one")
    with CaptureQueriesContext(connection) as seen:
        declare()
    # Within the transaction of a test it is a savepoint.
    assert sum("SAVEPOINT" in query["sql"].split()[0] for query in seen.captured_queries) == 1


def test_a_declaration_costs_the_same_however_many_incidents_there_are() -> None:
    before = len(statements(plainly(Severity.S1, "first")))
    for n in range(20):
        declared(Severity.S2, idempotency_key=f"{n}")
    assert len(statements(plainly(Severity.S1, "last"))) == before


@pytest.mark.parametrize("where", ["page", "api"])
def test_the_whole_request_that_declares_costs_little_more(where: str) -> None:
    client, service, before = browser(linus()), payments(), declared()
    said = {"title": "Payments fail", "type": "availability", "severity": "S1", "idempotency_key": "one"}
    if where == "page":
        asked = statements(lambda: client.post(reverse("declare"), said | {"services": [str(service.pk)]}))
    else:
        body = said | {"services": [service.slug]}
        asked = statements(lambda: client.post("/api/v1/incidents", body, content_type="application/json"))
    assert Incident.unrestricted.exclude(pk=before.pk).get().reference == "INC-2"
    assert len(asked) <= 25, "\n".join(asked)


def test_a_double_click_takes_no_second_number() -> None:
    declared(idempotency_key="abc")
    declared(idempotency_key="abc")
    assert declared().reference == "INC-2"


def test_a_double_click_on_a_restricted_declaration_makes_one_incident_and_takes_no_number() -> None:
    first = declared(idempotency_key="abc", is_restricted=True)
    assert declared(idempotency_key="abc", is_restricted=True).pk == first.pk
    assert declared().reference == "INC-1"


def test_whoever_declares_a_restricted_one_is_named_as_its_first_member() -> None:
    incident = declared(is_restricted=True, by=linus())
    assert Member.objects.get(incident=incident, person=linus()).reason == "declared it"


def test_the_key_of_a_declaration_that_may_not_be_seen_any_more_gives_nothing_away() -> None:
    incident = declared(is_restricted=True, by=stella(), idempotency_key="abc")
    access.revoke(incident, stella(), actor=sam())
    with pytest.raises(RuleBroken) as refused:
        declared(by=stella(), idempotency_key="abc")
    assert (refused.value.code, refused.value.field) == ("key_used", "idempotency_key")
    assert declared().reference == "INC-1"


def test_the_owners_engineer_is_called_before_others() -> None:
    everybody = team("Payments")
    owned = Service.objects.create(name="Ledger", slug="ledger", owner=everybody)
    rotation(Role.ENGINEER, stella(), of=everybody)
    assert roles(declared(Severity.S3, services=(owned,)))[Role.ENGINEER] == "Stella"
    assert roles(declared(Severity.S3))[Role.ENGINEER] == "Linus"


def test_what_was_over_before_it_was_declared_calls_nobody_and_its_review_is_due() -> None:
    """E12."""
    now = clock.now()
    incident = declared(
        Severity.S2, impact_started_at=now - timedelta(minutes=50), impact_ended_at=now - timedelta(minutes=20)
    )
    assert Kind.PAGED not in kinds(incident)
    assert roles(incident) == {Role.LEAD: "Linus"}
    assert {one.duty for one in incident.obligations.all()} == {Duty.POSTURE}
    window = incident.windows.get()
    assert incident.mitigated_at == window.ended_at == now - timedelta(minutes=20)
    communications.decide_posture(incident, Posture.NOT_REQUIRED, actor=linus(), reason="nobody outside felt it")
    lifecycle.transition(incident, Phase.POST_INCIDENT, actor=linus())
    assert owed(incident, Duty.REVIEW)


def test_what_was_over_lies_in_order_and_not_ahead() -> None:
    now = clock.now()
    for started, ended, code in ((10, 20, "out_of_order"), (30, -5, "in_the_future")):
        with pytest.raises(RuleBroken) as refused:
            declared(impact_started_at=now - timedelta(minutes=started), impact_ended_at=now - timedelta(minutes=ended))
        assert (refused.value.code, refused.value.field) == (code, "impact_ended_at")


def test_whoever_may_not_steer_declares_what_is_over_and_leads_nothing() -> None:
    incident = declared(Severity.S3, by=stella(), impact_ended_at=clock.now())
    assert roles(incident) == {}
    assert incident.windows.get().is_estimated


def test_a_new_one_is_named_as_a_recurrence_of_one_that_may_be_seen() -> None:
    """E5: what was resolved days ago is declared anew."""
    earlier = declared(Severity.S3)
    assert declared(Severity.S3, recurrence_of=earlier.reference).recurrence_of == earlier
    hidden = declared(Severity.S3, is_restricted=True, by=grace())
    assert declared(Severity.S3, recurrence_of=hidden.reference, by=grace()).is_restricted
    with pytest.raises(RuleBroken) as refused:
        declared(Severity.S3, recurrence_of=hidden.reference, by=stella())
    assert (refused.value.code, refused.value.field) == ("no_such_incident", "recurrence_of")


def test_the_form_declares_a_recurrence_that_is_over() -> None:
    earlier, client = declared(Severity.S3), browser(linus())
    address = f"{reverse('declare')}?recurrence_of={earlier.reference}"
    assert f"recurrence of {earlier.reference}" in text(client.get(address))
    said = {"title": "Again", "type": "availability", "severity": "S3", "idempotency_key": "one"}
    said |= {"recurrence_of": earlier.reference, "impact_ended_at": "2026-11-23T09:50"}
    room = client.post(address, said)["Location"]
    shown = text(client.get(room))
    assert f"Recurrence of {earlier.reference}" in shown
    assert "over already" in shown
