"""Every document of a lively page keeps the whole contract; so do the genuine ones, by the same checker."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kit import clock
from statuspage import maintenance, publishing
from statuspage.maintenance import Plan
from statuspage.models import Component, Page, PublicIncident
from statuspage.vocabulary import State, Status
from tests import reach
from tests.people import admin
from tests.statuspage import contract
from tests.statuspage.contract import BODIES, SHAPES, complaints
from tests.statuspage.world import another, component, document, opened, page, tell

pytestmark = pytest.mark.django_db
# What the oldest genuine documents did not have yet, the reference has.
OLD_FORM = "incident: keys"


def samples() -> list[Path]:
    found = sorted(reach.shared("samples", "statuspage").glob("github*summary.json"))
    assert len(found) > 10
    return found


def test_the_checker_asks_for_nothing_that_genuine_documents_do_not_keep() -> None:
    for path in samples():
        said = [one for one in complaints("summary", json.loads(path.read_text())) if OLD_FORM not in one]
        assert said == [], path.name


def test_the_checker_has_the_names_of_the_reference_in_their_order() -> None:
    text = reach.shared("reference", "statuspage-contract.md").read_text()
    for kind, shape in SHAPES.items():
        if kind == "scheduled_maintenance":
            continue
        said = text.split(f"- **{kind}** ")[1].split("\n- **")[0]
        for clutter in (r"\([^)]*\)", r", and for a group only.*", r"\.\s.*", r"\|null", r"\[\]", r"[:;].*"):
            said = re.sub(clutter, "", said, flags=re.S)
        assert [name.strip() for name in said.split(",")] == list(shape), kind


@pytest.fixture
def lively(morning: Any) -> None:
    """A page on which everything that the documents can show happens at once."""
    group = another("Core", is_group=True, description="What everything stands on")
    Component.objects.filter(name__in=("API", "Search")).update(group=group)
    another("Empty", is_group=True)
    with clock.shifted(timedelta(days=-1)):
        over = opened(Status.MAJOR_OUTAGE, at=clock.now() - timedelta(minutes=50))
        tell(State.IDENTIFIED, {"API": Status.OPERATIONAL}, about=over)
        tell(State.RESOLVED, about=over)
        tell(State.POSTMORTEM, about=over, body="What we learned.")
    opened(Status.PARTIAL_OUTAGE, "API", next_update_at=clock.now() + timedelta(minutes=12))
    tell(statuses={"Checkout": Status.OPERATIONAL}, body="Some letters are late.")
    for hours in (4, 3, 2, 1):
        begins = clock.now() + timedelta(hours=hours)
        work = maintenance.schedule(
            page(), Plan("New disks", "It is slower.", begins, begins + timedelta(hours=1), [component("Search")]),
            actor=admin(),
        )  # fmt: skip
        for step in {4: ("start", "verify", "complete"), 2: ("start",), 1: ("start", "verify")}.get(hours, ()):
            getattr(maintenance, step)(work, actor=admin())
    another("Late", only_show_if_degraded=True, showcase=False)


@pytest.mark.parametrize("name", BODIES)
def test_every_document_keeps_the_contract(lively: None, name: str) -> None:
    assert complaints(name, document(name)) == []


def test_the_lists_hold_what_they_should(lively: None) -> None:
    """So that the contract is not kept by empty lists."""
    summary = document("summary")
    assert [one["status"] for one in summary["incidents"]] == ["investigating", "investigating"]
    assert [one["status"] for one in summary["scheduled_maintenances"]] == ["verifying", "in_progress", "scheduled"]
    assert [one["status"] for one in document("incidents")["incidents"]][-1] == "postmortem"
    assert len(document("scheduled-maintenances")["scheduled_maintenances"]) == 4
    assert {one["name"] for one in summary["components"]} == {
        "Core", "API", "Search", "Checkout", "Empty", "Late",
    }  # fmt: skip


def test_the_lists_of_all_end_at_fifty_and_those_of_the_open_do_not(morning: Any) -> None:
    now, facts = clock.now(), {"page": page(), "name": "Slow", "created_at": clock.now(), "updated_at": clock.now()}
    PublicIncident.objects.bulk_create(
        PublicIncident(**facts, state=State.INVESTIGATING, started_at=now) for _ in range(contract.MOST + 1)
    )
    PublicIncident.objects.bulk_create(
        PublicIncident(
            **facts, state=State.SCHEDULED, is_maintenance=True, started_at=now,
            scheduled_for=now + timedelta(hours=1), scheduled_until=now + timedelta(hours=2),
        )
        for _ in range(contract.MOST + 1)
    )  # fmt: skip
    held = {name: len(next(value for value in document(name).values() if isinstance(value, list))) for name in BODIES
            if name not in ("summary", "status", "components")}  # fmt: skip
    assert held == {
        "incidents": 50, "incidents/unresolved": 51, "scheduled-maintenances": 50,
        "scheduled-maintenances/upcoming": 51, "scheduled-maintenances/active": 0,
    }  # fmt: skip
    assert len(document("summary")["scheduled_maintenances"]) == 51


def test_a_genuine_pages_components_give_its_indicator_and_description(morning: Any) -> None:
    now = clock.now()
    rebuilt = Page.objects.create(
        name="Rebuilt", slug="denomas", url="http://x.example", created_at=now, updated_at=now
    )
    seen = set()
    everywhere = [*samples(), *reach.shared("samples", "statuspage").glob("openai*summary.json")]
    for path in everywhere:
        genuine = json.loads(path.read_text())
        Component.objects.all().delete()
        made: dict[str, Component] = {}
        for one in sorted(genuine["components"], key=lambda each: not each.get("group", False)):
            made[one["id"]] = Component.objects.create(
                page=rebuilt, name=one["name"], is_group=one.get("group", False), position=one["position"],
                group=made.get(one.get("group_id") or ""), status=one["status"], created_at=now, updated_at=now,
            )  # fmt: skip
        publishing.touch(rebuilt, now)
        assert document("status")["status"] == {
            key: genuine["status"][key] for key in ("indicator", "description")
        }, path.name  # fmt: skip
        seen.add(genuine["status"]["description"])
    assert len(seen) >= 5
