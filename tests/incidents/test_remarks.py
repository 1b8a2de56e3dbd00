"""The lint shown while one writes, and held to by every way out (domain §2.7)."""

from typing import Any

import pytest
from django.urls import reverse

from incidents import communications, lifecycle
from incidents.models import Incident
from incidents.vocabulary import Phase, Posture
from kit.rules import RuleBroken
from statuspage.models import Bulletin
from statuspage.vocabulary import State
from tests.browsing import browser, text
from tests.incidents.stories import declared, told_public
from tests.people import ada, everybody_on_call, grace
from tests.statuspage_world import component, page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()
    page()


def to_be_told() -> Incident:
    return communications.decide_posture(declared(), Posture.POST, actor=grace())


def sheet(body: str, **said: Any) -> dict[str, Any]:
    first = {"page": page().pk, "name": "Payments fail", "state": "investigating", "body": body, "based_on": ""}
    return first | {f"status_{component().public_id}": "partial_outage"} | said


def remarks(incident: Incident, **said: Any) -> str:
    return text(browser(ada()).post(reverse("remarks", args=[incident.reference]), said))


def test_whoever_writes_sees_the_remarks_on_what_stands_there_so_far() -> None:
    incident = to_be_told()
    assert "Tick at least one component" in remarks(incident, body="")
    said = remarks(incident, **sheet("AWS is down {since}."))
    assert "Not published like this. A placeholder in braces is still to be filled in. {since}" in said
    assert "This names another company" in said


def test_a_hint_goes_out_and_a_block_does_not() -> None:
    incident = to_be_told()
    url = reverse("bulletin", args=[incident.reference])
    refused = browser(ada()).post(url, sheet("Write to ada@denomas.example.", step="publish"))
    assert refused.status_code == 422
    assert "It is about “ada@denomas.example”" in text(refused)
    shown = text(browser(ada()).post(url, sheet("Our provider has trouble.", step="preview")))
    assert "As readers will see it" in shown
    assert "This blames somebody" in shown
    assert browser(ada()).post(url, sheet("Our provider has trouble.", step="publish")).status_code == 302


def test_identified_before_anything_is_agreed_is_a_hint() -> None:
    """SUP2-1."""
    incident = to_be_told()
    hint = "Inside none is yet; it is not in mitigation"
    assert hint in remarks(incident, **sheet("We found it.", state="identified"))
    lifecycle.transition(incident, Phase.MITIGATION, actor=grace())
    assert hint not in remarks(incident, **sheet("We found it.", state="identified"))


def test_an_outage_is_called_one_once_a_component_has_one() -> None:
    incident = to_be_told()
    told_public(incident)
    said = {"body": "An outage.", "state": "identified"}
    assert "It says outage" in remarks(incident, **said)
    assert "It says outage" not in remarks(incident, **said, **{f"status_{component().public_id}": "major_outage"})


def test_the_api_refuses_what_the_lint_blocks() -> None:
    incident = to_be_told()
    told: dict[str, Any] = {
        "state": "investigating",
        "name": "Payments fail",
        "page": page().slug,
        "body": "See http://wiki/x",
    }
    told["statuses"] = {component().public_id: "partial_outage"}
    address = f"/api/v1/incidents/{incident.reference}/bulletins"
    refused = browser(ada()).post(address, told, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "inside_link")
    assert not Bulletin.objects.exists()


def test_a_holding_text_is_looked_at_like_a_bulletin() -> None:
    incident = to_be_told()
    told_public(incident, State.IDENTIFIED)
    with pytest.raises(RuleBroken, match="still to be filled in"):
        communications.set_holding(incident.public_links.get(), "No change: {effect}.", actor=ada())
    with pytest.raises(RuleBroken, match="leads to the inside"):
        communications.set_holding(incident.public_links.get(), "See http://grafana/d.", actor=ada())
