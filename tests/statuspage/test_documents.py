"""The JSON documents, held field by field against genuine ones and against the contract."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from kit import clock
from statuspage import maintenance
from statuspage.maintenance import Plan
from statuspage.models import Component, PublicIncident
from statuspage.vocabulary import State, Status
from tests import reach
from tests.people import admin
from tests.statuspage.world import another, component, document, opened, page, rendered, tell

pytestmark = pytest.mark.django_db
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ID = re.compile(r"[a-z0-9]{12}")
# What the samples do not happen to show, and the contract allows.
MAY_BE_NULL = {"description", "start_date", "group_id", "monitoring_at", "resolved_at", "affected_components"}
MAY_BE_TEXT = {"group_id", "monitoring_at", "resolved_at"}
NAMES = (
    "summary", "status", "components", "incidents", "incidents/unresolved", "scheduled-maintenances",
    "scheduled-maintenances/upcoming", "scheduled-maintenances/active",
)  # fmt: skip


def parts(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a document with what it is."""
    yield from ((kind, document[kind]) for kind in ("page", "status") if kind in document)
    yield from (("component", one) for one in document.get("components", []))
    for kind in ("incident", "scheduled_maintenance"):
        for one in document.get(f"{kind}s", []):
            yield kind, one
            yield from (("component", each) for each in one["components"])
            for update in one["incident_updates"]:
                yield "update", update
                yield from (("affected", each) for each in update["affected_components"] or [])


@cache
def genuine() -> dict[str, dict[str, Any]]:
    """By kind of object: the order of its keys, and the types each key's value had."""
    found: dict[str, dict[str, Any]] = defaultdict(lambda: {"keys": [], "types": defaultdict(set)})
    for path in sorted(reach.shared("samples", "statuspage").glob("github*.json")):
        for kind, one in parts(json.loads(path.read_text())):
            if len(one) >= len(found[kind]["keys"]):
                found[kind]["keys"] = list(one)
            for key, value in one.items():
                found[kind]["types"][key].add(type(value))
    return found


@pytest.fixture
def lively(morning: Any) -> None:
    """A page with a group, an open incident, one that is over, and maintenances in each state."""
    group = another("Core", is_group=True)
    Component.objects.filter(pk=component("API").pk).update(
        group=group, description="REST", start_date=date(2026, 1, 1)
    )
    over = opened(at=clock.now() - timedelta(hours=3))
    tell(State.MONITORING, about=over, at=clock.now() - timedelta(hours=2))
    tell(State.RESOLVED, about=over, at=clock.now() - timedelta(hours=1))
    opened(Status.MAJOR_OUTAGE, "API", next_update_at=clock.now() + timedelta(minutes=12))
    for hours in (1, 2, 3):
        begins = clock.now() + timedelta(hours=hours)
        plan = Plan("New disks", "It is slower.", begins, begins + timedelta(hours=1), [component("Search")])
        work = maintenance.schedule(page(), plan, actor=admin())
        for step in ("start", "verify")[: hours - 1]:
            getattr(maintenance, step)(work, actor=admin())


def test_every_object_has_the_genuine_keys_in_their_order(lively: None) -> None:
    for name in NAMES:
        for kind, one in parts(document(name)):
            keys = [key for key in one if not (kind == "component" and one["group"] and key == "components")]
            assert keys == genuine()[kind]["keys"], (name, kind)


def test_every_value_has_a_type_that_is_known(lively: None) -> None:
    for name in NAMES:
        for kind, one in parts(document(name)):
            for key, value in one.items():
                known = genuine()[kind]["types"].get(key, {list}) | ({str} if key in MAY_BE_TEXT else set())
                assert type(value) in known or (value is None and key in MAY_BE_NULL), (name, kind, key, value)


def test_the_bodies_have_their_keys_in_order(lively: None) -> None:
    bodies = {
        "summary": ["page", "components", "incidents", "scheduled_maintenances", "status"],
        "status": ["page", "status"],
        "components": ["page", "components"],
        "incidents": ["page", "incidents"],
        "incidents/unresolved": ["page", "incidents"],
        "scheduled-maintenances": ["page", "scheduled_maintenances"],
        "scheduled-maintenances/upcoming": ["page", "scheduled_maintenances"],
        "scheduled-maintenances/active": ["page", "scheduled_maintenances"],
    }
    assert {name: list(document(name)) for name in NAMES} == bodies


def test_times_and_ids_are_written_as_clients_expect(lively: None) -> None:
    for kind, one in parts(document("summary")):
        for key, value in one.items():
            if key.endswith("_at") or key in ("scheduled_for", "scheduled_until"):
                assert value is None or TIMESTAMP.fullmatch(value), (kind, key, value)
            if key in ("id", "page_id", "incident_id", "code"):
                assert ID.fullmatch(value), (kind, key, value)
    assert not document("summary")["page"]["url"].endswith("/")


def test_the_page_was_updated_no_earlier_than_anything_on_it(lively: None) -> None:
    whole = document("summary")
    nested = [one["updated_at"] for _, one in parts(whole) if "updated_at" in one]
    assert whole["page"]["updated_at"] == max(nested)


def test_a_group_lists_its_children_and_is_as_bad_as_the_worst(lively: None) -> None:
    listed = {one["name"]: one for one in document("components")["components"]}
    assert listed["Core"]["components"] == [component("API").public_id]
    assert (listed["Core"]["group"], listed["Core"]["status"]) == (True, "major_outage")
    assert listed["API"]["group_id"] == listed["Core"]["id"]
    assert "components" not in listed["API"]
    assert [one["position"] for one in listed.values()] == sorted(one["position"] for one in listed.values())


def test_the_summary_holds_what_is_open_and_nothing_else(lively: None) -> None:
    whole = document("summary")
    assert [one["status"] for one in whole["incidents"]] == ["investigating"]
    assert {one["status"] for one in whole["scheduled_maintenances"]} == {"scheduled", "in_progress", "verifying"}
    assert document("incidents/unresolved")["incidents"] == whole["incidents"]
    assert [one["status"] for one in document("scheduled-maintenances/upcoming")["scheduled_maintenances"]] == [
        "scheduled"
    ]
    active = document("scheduled-maintenances/active")["scheduled_maintenances"]
    assert {one["status"] for one in active} == {"in_progress", "verifying"}


def test_updates_stand_newest_first_and_the_incident_says_what_the_newest_says(lively: None) -> None:
    for one in document("incidents")["incidents"]:
        shown = [update["display_at"] for update in one["incident_updates"]]
        assert shown == sorted(shown, reverse=True)
        assert one["status"] == one["incident_updates"][0]["status"]
        assert all(update["body"] for update in one["incident_updates"])


def test_an_update_about_no_component_says_null_and_not_an_empty_list(lively: None) -> None:
    over = next(one for one in document("incidents")["incidents"] if one["status"] == "resolved")
    by_state = {update["status"]: update["affected_components"] for update in over["incident_updates"]}
    assert by_state["monitoring"] is None
    assert by_state["investigating"][0] | {"code": ""} == {
        "code": "", "name": "Checkout", "old_status": "operational", "new_status": "partial_outage"
    }  # fmt: skip
    assert over["resolved_at"]
    assert over["monitoring_at"]


def test_a_maintenance_has_its_window_and_its_impact(lively: None) -> None:
    for one in document("scheduled-maintenances")["scheduled_maintenances"]:
        assert one["impact"] == "maintenance"
        assert one["scheduled_for"] < one["scheduled_until"]
        assert (one["monitoring_at"] is not None) == (one["status"] == "verifying")


def test_an_open_incident_alone_does_not_change_the_headline(morning: Any) -> None:
    tell(statuses={"Checkout": Status.OPERATIONAL})
    whole = document("summary")
    assert len(whole["incidents"]) == 1
    assert whole["status"] == {"indicator": "none", "description": "All Systems Operational"}


def test_the_list_of_incidents_ends_at_fifty_and_goes_on_in_the_next(morning: Any) -> None:
    page()
    PublicIncident.objects.bulk_create(
        PublicIncident(
            page=page(),
            name=f"Incident {number}",
            state=State.RESOLVED,
            started_at=clock.now() - timedelta(days=number),
            resolved_at=clock.now() - timedelta(days=number),
            created_at=clock.now() - timedelta(days=number),
            updated_at=clock.now() - timedelta(days=number),
        )
        for number in range(101)
    )
    names = [one["name"] for part in ("", "/2", "/3") for one in document(f"incidents{part}")["incidents"]]
    assert names == [f"Incident {number}" for number in range(101)]
    assert len(document("incidents")["incidents"]) == 50


def test_a_retired_component_leaves_the_list_and_stays_in_old_incidents(morning: Any) -> None:
    incident = opened()
    tell(State.RESOLVED, about=incident)
    Component.objects.filter(name="Checkout").update(retired_at=clock.now())
    assert "Checkout" not in [one["name"] for one in document("components")["components"]]
    assert [one["name"] for one in document("incidents")["incidents"][0]["components"]] == ["Checkout"]


def test_the_missing_document_is_json() -> None:
    page()
    assert json.loads(rendered("404.json"))["error"]
