"""Pages, components and maintenance by the API: the same commands, the same refusals."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from kit import clock
from statuspage.models import Component, Page
from tests.browsing import browser
from tests.people import ada, admin, stella
from tests.statuspage.world import component, page

pytestmark = pytest.mark.django_db
PAGES = "/api/v1/pages"
WORK = f"{PAGES}/denomas/maintenances"


@pytest.fixture(autouse=True)
def world(morning: Any) -> None:
    page()


def send(method: str, path: str, body: Any = None, by: Client | None = None) -> Any:
    return getattr(by or browser(admin()), method)(path, body, content_type="application/json")


def plan(**changes: Any) -> dict[str, Any]:
    begins = clock.now() + timedelta(hours=3)
    return {
        "name": "New disks", "body": "It is slower.", "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=1)).isoformat(), "components": [component("Search").public_id],
    } | changes  # fmt: skip


def test_a_page_is_made_changed_and_listed() -> None:
    made = send("post", PAGES, {"slug": "eu", "name": "Denomas EU", "url": "https://eu.denomas.example"})
    assert (made.status_code, made.json()["time_zone"]) == (201, "UTC")
    said = {"name": "Denomas Europe", "url": "https://eu.denomas.example", "time_zone": "Europe/Berlin"}
    assert send("put", f"{PAGES}/eu", said).json()["name"] == "Denomas Europe"
    assert [one["slug"] for one in send("get", PAGES).json()["results"]] == ["eu", "denomas"]
    assert send("put", f"{PAGES}/eu", said | {"time_zone": "Mars"}).json()["code"] == "bad_zone"
    assert send("post", PAGES, said | {"slug": "x", "colour": "red"}).status_code == 400
    assert send("get", f"{PAGES}/nowhere").status_code == 404


def test_components_are_added_moved_and_retired_and_their_status_is_not_set() -> None:
    address = f"{PAGES}/denomas/components"
    group = send("post", address, {"name": "Core", "is_group": True}).json()
    made = send("post", address, {"name": "Login", "group": group["id"]}).json()
    assert (made["group"], made["status"]) == (group["id"], "operational")
    assert send("post", address, {"name": "Mail", "status": "major_outage"}).status_code == 400
    assert send("post", f"{address}/{component('API').public_id}/move", {"step": "up"}).json()["position"] == 1
    changed = send("put", f"{address}/{made['id']}", {"name": "Sign-in", "group": group["id"]})
    assert changed.json()["name"] == "Sign-in"
    assert send("delete", f"{address}/{group['id']}").json()["code"] == "not_empty"
    assert send("delete", f"{address}/{made['id']}").status_code == 204
    assert Component.objects.current().count() == 4


def test_maintenance_goes_its_whole_way() -> None:
    made = send("post", WORK, plan(effects={component("Search").public_id: "partial_outage"}, remind_before=30))
    assert made.status_code == 201
    one = f"{WORK}/{made.json()['id']}"
    later = clock.now() + timedelta(hours=9)
    moved = send("post", f"{one}/reschedule", {
        "starts_at": later.isoformat(), "ends_at": (later + timedelta(hours=1)).isoformat(), "body": "Not ready.",
    })  # fmt: skip
    assert moved.json()["starts_at"] == later.isoformat().replace("+00:00", "Z")
    assert send("post", f"{one}/cancel", {}).json()["code"] == "no_text"
    assert send("post", f"{one}/start", {}).json()["status"] == "in_progress"
    assert component("Search").status == "partial_outage"
    assert send("post", f"{one}/cancel", {"body": "No."}).json()["code"] == "begun"
    assert send("post", f"{one}/verify", {}).json()["status"] == "verifying"
    assert send("post", f"{one}/complete", {"body": "Done."}).json()["status"] == "completed"
    assert [each["status"] for each in send("get", WORK).json()["results"]] == ["completed"]


@pytest.mark.parametrize(
    "changes",
    [{"components": ["nonsense"]}, {"components": []}, {"effects": {"x": "operational"}}, {"remind_before": -1}],
)
def test_a_plan_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    assert send("post", WORK, plan(**changes)).status_code == 400


def test_whoever_may_not_is_refused_by_the_command() -> None:
    made = {"slug": "x", "name": "X", "url": "https://x.example"}
    assert send("post", WORK, plan(), by=browser(stella())).status_code == 403
    assert send("post", PAGES, made, by=browser(ada())).status_code == 403
    assert not Page.objects.filter(slug="x").exists()
    assert Client().get(WORK).status_code in (401, 403)
