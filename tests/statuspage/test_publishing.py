"""Publishing: what a bulletin changes, and what it leaves to others."""

from datetime import timedelta
from typing import Any

import pytest

from kit import clock
from kit.rules import RuleBroken
from statuspage import components
from statuspage.components import Part
from statuspage.models import Bulletin, Component, PublicIncident, Untold
from statuspage.vocabulary import Impact, State, Status
from tests.people import admin
from tests.statuspage.world import component, document, opened, page, rendered, status_of, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: Any) -> None:
    page()


def test_a_bulletin_changes_the_status_and_counts_the_version_and_tells() -> None:
    before = page().version
    bulletin = tell(statuses={"Checkout": Status.PARTIAL_OUTAGE})
    assert status_of() == Status.PARTIAL_OUTAGE
    assert page().version == before + 1
    assert Untold.objects.get().bulletin == bulletin
    assert bulletin.affected.get().old_status == Status.OPERATIONAL


def test_resolving_one_incident_leaves_the_component_to_the_other() -> None:
    """E9: the worst of two wins, and the end of one does not clear it."""
    grave, slight = opened(Status.MAJOR_OUTAGE), opened(Status.DEGRADED_PERFORMANCE)
    assert status_of() == Status.MAJOR_OUTAGE
    tell(State.RESOLVED, about=grave)
    assert status_of() == Status.DEGRADED_PERFORMANCE
    tell(State.RESOLVED, about=slight)
    assert status_of() == Status.OPERATIONAL


def test_a_second_incident_cannot_make_a_component_look_better() -> None:
    opened(Status.MAJOR_OUTAGE)
    opened(Status.DEGRADED_PERFORMANCE)
    assert status_of() == Status.MAJOR_OUTAGE


def test_what_others_hold_is_not_the_impact_of_the_one_that_ends() -> None:
    opened(Status.MAJOR_OUTAGE)
    slight = opened(Status.DEGRADED_PERFORMANCE)
    tell(State.RESOLVED, about=slight)
    assert PublicIncident.objects.get(pk=slight.pk).impact == Impact.MINOR


def test_monitoring_leaves_the_components_as_they_are() -> None:
    """SUP2-2."""
    incident = opened()
    tell(State.MONITORING, about=incident)
    assert status_of() == Status.PARTIAL_OUTAGE
    assert PublicIncident.objects.get(pk=incident.pk).monitoring_at is not None


def test_the_impact_does_not_fall_when_it_gets_better() -> None:
    incident = opened(Status.MAJOR_OUTAGE)
    tell(State.IDENTIFIED, {"Checkout": Status.DEGRADED_PERFORMANCE}, about=incident)
    assert PublicIncident.objects.get(pk=incident.pk).impact == Impact.CRITICAL


def test_an_incident_that_returns_is_open_again_and_loses_its_end() -> None:
    incident = opened()
    tell(State.RESOLVED, about=incident)
    again = tell(State.INVESTIGATING, {"Checkout": Status.PARTIAL_OUTAGE}, about=incident).public_incident
    assert again.resolved_at is None
    assert again in PublicIncident.objects.unresolved()


def test_a_post_mortem_keeps_the_end_and_the_components() -> None:
    incident = opened()
    ended = tell(State.RESOLVED, about=incident).public_incident.resolved_at
    after = tell(State.POSTMORTEM, about=incident, at=clock.now() + timedelta(days=1)).public_incident
    assert after.resolved_at == ended
    assert not Bulletin.objects.get(state=State.POSTMORTEM).affected.exists()


@pytest.mark.parametrize(
    ("words", "code", "field"),
    [
        ({"state": State.COMPLETED}, "no_such_state", "state"),
        ({"body": "  "}, "no_text", "body"),
        ({"name": " "}, "no_name", "name"),
        ({"name": "x" * 201}, "name_too_long", "name"),
        ({"state": State.POSTMORTEM}, "not_over", "state"),
        ({"display_at": timedelta(hours=1)}, "not_yet", "display_at"),
    ],
)
def test_a_statement_that_cannot_be_is_refused_by_the_name_of_its_field(
    words: dict[str, Any], code: str, field: str
) -> None:
    if "display_at" in words:
        words = words | {"display_at": clock.now() + words["display_at"]}
    with pytest.raises(RuleBroken) as broken:
        tell(**words)
    assert (broken.value.code, broken.value.field) == (code, field)
    assert not PublicIncident.objects.exists()


def test_a_component_that_is_off_the_page_is_refused_and_nothing_is_said() -> None:
    Component.objects.filter(name="API").update(retired_at=clock.now())
    with pytest.raises(RuleBroken, match="Not on this page"):
        tell(statuses={"Checkout": Status.PARTIAL_OUTAGE, "API": Status.PARTIAL_OUTAGE})
    assert not PublicIncident.objects.exists()
    assert status_of() == Status.OPERATIONAL


def test_a_bulletin_may_hold_from_earlier_but_not_from_before_the_last() -> None:
    incident = opened(at=clock.now(), display_at=clock.now() - timedelta(minutes=40))
    assert incident.started_at < incident.created_at
    with pytest.raises(RuleBroken, match="before the one that is out"):
        tell(State.IDENTIFIED, about=incident, display_at=clock.now() - timedelta(minutes=50))


def test_nothing_is_added_to_what_was_imported() -> None:
    incident = opened()
    PublicIncident.objects.update(is_imported=True)
    with pytest.raises(RuleBroken, match="history"):
        tell(State.RESOLVED, about=incident)


def test_a_component_renamed_meanwhile_keeps_its_name_in_what_was_said() -> None:
    """E37."""
    incident = opened()
    components.change(component(), Part("Payments"), actor=admin())
    update = document("summary")["incidents"][0]["incident_updates"][0]
    assert update["affected_components"][0]["name"] == "Checkout"
    assert document("summary")["incidents"][0]["components"][0]["name"] == "Payments"
    assert "Affects Checkout" in rendered("index.html")
    assert incident.public_id in rendered("index.html")


def test_a_component_in_an_open_incident_cannot_be_retired() -> None:
    """E37."""
    incident = opened()
    with pytest.raises(RuleBroken, match="is open and names it"):
        components.retire(component(), actor=admin())
    tell(State.RESOLVED, about=incident)
    assert components.retire(component(), actor=admin()).retired_at
