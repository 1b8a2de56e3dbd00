"""Real clients of Statuspage pages read ours over loopback, and stricter ones than those."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
import requests
import whadup
from django.conf import settings as house

from kit import clock
from statuspage import maintenance, snapshot
from statuspage.maintenance import Plan
from statuspage.vocabulary import State, Status
from tests.people import admin
from tests.statuspage.contract import BODIES, STATUSES
from tests.statuspage.reading import served
from tests.statuspage.world import component, opened, page, tell

pytestmark = pytest.mark.django_db
# What a Statuspage client may do to an address: case, ending, what busts caches.
SPELLINGS = ("{}.json", "{}", "{}.json?_=1764000000", "{}.json?t=1&cache=no&x")


@pytest.fixture
def address(morning: Any) -> Iterator[str]:
    """An incident that is open, one that is over, and maintenance ahead."""
    over = opened(Status.MAJOR_OUTAGE, at=clock.now() - timedelta(hours=3))
    tell(State.RESOLVED, about=over, at=clock.now() - timedelta(hours=1))
    opened(Status.PARTIAL_OUTAGE, "API")
    begins = clock.now() + timedelta(hours=1)
    plan = Plan("New disks", "It is slower.", begins, begins + timedelta(hours=1), [component("Search")])
    maintenance.schedule(page(), plan, actor=admin())
    snapshot.render(page().pk)
    with served(Path(house.PUBLIC_ROOT)) as at:
        yield at


EXPORTER = """
import json, sys
from statuspage_prometheus_exporter import service_checker, gauges
service = {"name": "Ours", "url": sys.argv[1] + "/api/v2/summary.json"}
print(json.dumps(service_checker.check_service_status("ours", service)))
"""


def test_the_prometheus_exporter_reads_status_incidents_and_maintenances(address: str, tmp_path: Path) -> None:
    (tmp_path / "services.json").write_text("{}")
    env = os.environ | {"SERVICES_JSON_PATH": str(tmp_path / "services.json")}
    run = [sys.executable, "-c", EXPORTER, address]
    said = subprocess.run(run, env=env, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    result = json.loads(said.splitlines()[-1])
    assert result["success"]
    assert (result["status"], result["raw_status"], result["status_text"]) == (0, "major", "Major Outage")
    assert [one["affected_components"] for one in result["incident_metadata"]] == [["API"]]
    assert [one["name"] for one in result["maintenance_metadata"]] == ["New disks"]
    assert {one["name"]: one["status_value"] for one in result["component_metadata"]} == {
        "Checkout": 1, "API": 0, "Search": 1,
    }  # fmt: skip


def test_whadup_reads_every_document(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whadup, "API_BASE_URL", f"{address}/api/")
    client = whadup.GithubStatus()
    assert client.summary(_=1)["status"] == {"indicator": "minor", "description": "Minor Service Outage"}
    assert client.status()["status"]["indicator"] == "minor"
    assert len(client.components()["components"]) == 3
    assert [one["status"] for one in client.Incidents()["incidents"]] == ["investigating", "resolved"]
    assert len(client.Incidents.unresolved()["incidents"]) == 1
    assert len(client.Maintenances()["scheduled_maintenances"]) == 1
    assert len(client.Maintenances.upcoming()["scheduled_maintenances"]) == 1
    assert client.Maintenances.active()["scheduled_maintenances"] == []


def test_a_feed_reader_reads_the_feeds_over_http_and_is_told_when_nothing_is_new(address: str) -> None:
    for name in ("history.atom", "history.rss"):
        first = feedparser.parse(f"{address}/{name}")
        assert (first.status, first.bozo, len(first.entries)) == (200, False, 3)
        assert feedparser.parse(f"{address}/{name}", etag=first.etag).status == 304


def test_every_address_answers_head_and_get_alike_however_it_is_spelled(address: str) -> None:
    for name in BODIES:
        for spelling in SPELLINGS:
            for path in (spelling.format(name), spelling.format(name.title())):
                got = requests.get(f"{address}/api/v2/{path}", timeout=60, allow_redirects=False)
                asked = requests.head(f"{address}/api/v2/{path}", timeout=60, allow_redirects=False)
                assert (got.status_code, asked.status_code, asked.content) == (200, 200, b""), path
                assert asked.headers["Content-Length"] == got.headers["Content-Length"]
                assert got.headers["Access-Control-Allow-Origin"] == asked.headers["Access-Control-Allow-Origin"] == "*"
                assert got.headers["Content-Type"].startswith("application/json")


def strictly(kind: type, value: Any) -> Any:
    """As a typed client decodes: exactly this type, or it fails."""
    assert type(value) is kind, (kind, value)
    return value


def test_a_typed_client_decodes_the_summary_without_a_surprise(address: str) -> None:
    """As clients in Go, Rust or Swift do it: closed enumerations, no unknown field, times by one format alone."""
    summary = requests.get(f"{address}/api/v2/summary.json", timeout=60).json()
    format_of_time = "%Y-%m-%dT%H:%M:%S.%fZ"
    for one in strictly(list, summary["components"]):
        assert one["status"] in STATUSES
        strictly(int, one["position"])
        strictly(bool, one["group"])
        datetime.strptime(strictly(str, one["created_at"]), format_of_time)
    ids = {one["id"] for one in summary["components"]}
    for one in summary["incidents"] + summary["scheduled_maintenances"]:
        assert {each["id"] for each in strictly(list, one["components"])} <= ids
        for update in strictly(list, one["incident_updates"]):
            datetime.strptime(strictly(str, update["display_at"]), format_of_time)
            assert (
                update["affected_components"] is None or {each["code"] for each in update["affected_components"]} <= ids
            )
            strictly(bool, update["deliver_notifications"])
