"""Every step a page offers is an address of the API, with the same rules and refusals."""

from typing import Any

import pytest

from incidents.api.actions import COMMANDS
from incidents.models import Engagement, Incident, Service
from incidents.vocabulary import Phase, Severity
from roles.catalogue import Role
from roles.models import User
from tests.browsing import browser
from tests.incidents.stories import answered, declared
from tests.people import ada, everybody_on_call, grace, linus, sam, stella, team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()


def do(step: str, incident: Incident, by: User, **said: Any) -> Any:
    address = f"/api/v1/incidents/{incident.reference}/{step}"
    return browser(by).post(address, said, content_type="application/json")


def code(answer: Any) -> str:
    return str(answer.json()["code"])


def test_restricting_letting_in_and_opening_up() -> None:
    incident = answered(Severity.S2)
    assert code(do("restrict", incident, stella(), reason="an attack")) == "forbidden"
    assert do("restrict", incident, grace(), reason="an attack").json()["visibility"] == "restricted"
    assert do("restrict", incident, stella(), reason="an attack").status_code == 404
    assert do("grant", incident, grace(), person=stella().handle, reason="she reported it").status_code == 200
    assert code(do("grant", incident, grace(), person=stella().handle, reason="again")) == "member_already"
    assert do("revoke", incident, grace(), person=stella().handle).status_code == 200
    assert code(do("revoke", incident, grace(), person=grace().handle)) == "own_access"
    assert code(do("open-up", incident, grace(), reason="a false alarm")) == "forbidden"
    assert do("open-up", incident, sam(), reason="a false alarm").json()["visibility"] == "organisation"


def test_declining_and_taking_back() -> None:
    incident = declared(Severity.S3)
    assert do("decline", incident, linus(), reason="a test").status_code == 200
    assert do("take-back", incident, linus(), reason="it was real").json()["phase"] == Phase.TRIAGE


def test_a_recurrence_and_the_times_of_its_way() -> None:
    incident = answered(Severity.S3)
    assert code(do("recur", incident, linus(), reason="back")) == "not_mitigated"
    assert do("transition", incident, linus(), to="mitigation").status_code == 200
    shown = do("recur", incident, linus(), reason="back").json()
    assert [one["phase"] for one in shown["phases"]] == ["identification", "mitigation"]
    assert shown["identified_at"] == shown["phases"][1]["entered_at"]
    at = shown["phases"][0]["entered_at"]
    moved = do("times", incident, linus(), entry=2, at=at, reason="looked it up").json()
    assert moved["identified_at"] == at
    assert code(do("times", incident, linus(), at=at, reason="looked it up")) == "invalid"


def test_type_and_services_are_changed() -> None:
    incident, service = declared(Severity.S3), Service.objects.create(name="Ledger", slug="ledger", owner=team())
    shown = do("details", incident, linus(), type="quality", services=[service.slug]).json()
    assert (shown["type"], shown["services"]) == ("quality", ["ledger"])
    assert code(do("details", incident, linus(), type="security", services=[])) == "restrict_first"


def test_a_duty_is_snoozed_once() -> None:
    incident = answered(Severity.S2)
    assert do("snooze", incident, grace(), duty="confirmation").status_code == 200
    assert code(do("snooze", incident, grace(), duty="confirmation")) == "snoozed_already"
    assert code(do("snooze", incident, grace(), duty="review")) == "not_owed"


def test_whoever_lets_themselves_go_from_a_restricted_one_gets_no_document_of_it() -> None:
    incident = declared(Severity.S2, is_restricted=True, by=grace())
    assert do("acknowledge", incident, linus()).status_code == 200
    assert do("release", incident, linus(), role=Role.ENGINEER, person=linus().handle).status_code == 204
    assert not Engagement.objects.present().filter(person=linus()).exists()
    assert do("join", incident, linus()).status_code == 404


def test_the_page_leads_them_home() -> None:
    incident = declared(Severity.S2, is_restricted=True, by=grace())
    do("acknowledge", incident, ada())
    sent = {"role": Role.COMMUNICATIONS.value, "person": str(ada().pk)}
    assert browser(ada()).post(f"{incident.get_absolute_url()}release/", sent)["Location"] == "/"


@pytest.mark.parametrize("step", sorted(COMMANDS))
def test_no_step_tells_an_outsider_that_the_incident_is_there(step: str) -> None:
    incident = declared(Severity.S2, is_restricted=True, by=grace())
    assert do(step, incident, stella()).status_code == 404
