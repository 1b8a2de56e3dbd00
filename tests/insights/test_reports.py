"""Reports: one incident as page, Markdown and JSON; a month and a quarter with the same columns for every area."""

import csv
import io
import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from incidents.models import Incident, Service
from incidents.vocabulary import Severity, Type
from insights import keeping, periodic
from kit import clock
from reviews import finding, learning
from roles.models import User
from tests.insights.stories import mitigated_within
from tests.people import everybody_on_call, grace, linus, sam, stella, team
from tests.reviews.stories import close

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


def get(address: str, by: User | None = None, status: int = 200) -> Any:
    keeping.catch_up(clock.now())
    client = Client()
    client.force_login(by or stella())
    answer = client.get(address)
    assert answer.status_code == status
    return answer


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def closed() -> Incident:
    """An S2 with everything that a report holds."""
    incident = mitigated_within(30, title="Checkout fails | for some")
    learning.write(incident, "The **limit** was too low.", actor=grace())
    learning.add_action(
        incident, "Alert on the limit", owner=linus(), due_at=clock.now().replace(year=2027), actor=grace()
    )
    finding.record(incident, finding.Said(detection="monitoring", severity="S2", factors=["capacity"]), actor=grace())
    return close(incident)


SECTIONS = ("Impact", "Metrics", "Timeline", "Roles", "Communications", "Decisions", "Actions", "Review")


def test_bg1_3_one_document_holds_everything_without_manual_assembly() -> None:
    """G any closed incident W “Export report” T one document (HTML, Markdown, JSON) with summary … metrics."""
    incident = closed()
    page = words(get(f"/incidents/{incident.reference}/report/"))
    text = get(f"/incidents/{incident.reference}/report.md").content.decode()
    told = get(f"/api/v1/incidents/{incident.reference}/report").json()
    for section in SECTIONS:
        assert f" {section} " in page
        assert f"## {section}" in text
    for document in (page, text):
        assert "Time to mitigate" in document
        assert "30 min" in document
        assert "2026-11-21 10:00 UTC" in document
        assert "Alert on the limit" in document
        assert "Incident manager" in document
        assert "Capacity" in document
    assert "# INC-1: Checkout fails | for some" in text
    assert {one["key"]: one["seconds"] for one in told["metrics"]}["mitigate"] == 1800
    assert (told["initial_severity"], told["peak_severity"], told["reviewed_severity"]) == ("S2", "S2", "S2")
    assert told["review"] == "The **limit** was too low."
    assert [action["owner"] for action in told["actions"]] == ["Linus"]
    assert told["timeline"][0]["what"]
    assert f"/incidents/{incident.reference}/report/" in get(f"/incidents/{incident.reference}/").content.decode()


def test_a_report_is_for_whoever_may_see_the_incident_and_says_who_it_was_made_for() -> None:
    incident = mitigated_within(30, restricted=True)
    for address in (f"/incidents/{incident.reference}/report/", f"/api/v1/incidents/{incident.reference}/report"):
        get(address, status=404)
    page = words(get(f"/incidents/{incident.reference}/report/", by=sam()))
    assert "Members only. Exported for Sam on 2026-11-23" in page


def test_a_text_breaks_no_table_of_the_markdown() -> None:
    incident = closed()
    text = get(f"/incidents/{incident.reference}/report.md").content.decode()
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in rows} <= {3, 4, 5, 6}


def test_bg1_4_two_incidents_of_different_areas_stand_in_one_table_with_the_same_columns() -> None:
    """G two incidents of different areas W the management report for a month is opened T both appear in one table."""
    for name, type_ in (("Checkout", Type.AVAILABILITY), ("Search", Type.DATA)):
        service = Service.objects.create(name=name, slug=name.lower(), owner=team(f"Team {name}"))
        mitigated_within(30, services=(service,), type=type_, severity=Severity.S3)
    html = get("/insights/report/?of=2026-11").content.decode()
    table = html[html.index("The incidents") :]
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", table, re.DOTALL)
    assert len(rows) == 2
    assert len({row.count("<td") for row in rows}) == 1
    assert {re.findall(r"INC-\d|Team \w+", row)[-1]: "INC-1" in row for row in rows} == {
        "Team Checkout": True,
        "Team Search": False,
    }
    areas = html[: html.index("The incidents")]
    assert areas.index("Team Checkout") < areas.index("Team Search")
    lines = list(csv.DictReader(io.StringIO(get("/api/v1/metrics/report.csv?of=2026-11").getvalue().decode())))
    assert [(line["Area"], line["Incidents"]) for line in lines] == [
        ("All", "2"),
        ("Team Checkout", "1"),
        ("Team Search", "1"),
    ]


def test_a_report_holds_its_month_or_quarter_and_no_other(morning: datetime) -> None:
    for day in ("2026-09-30T20:00:00", "2026-10-01T01:00:00", "2026-10-31T23:00:00", "2026-11-02T10:00:00"):
        mitigated_within(10, start=datetime.fromisoformat(f"{day}+00:00"))
    n = {name: len(re.findall(r"/incidents/INC-\d/", get(f"/insights/report/?of={name}").content.decode()))
         for name in ("2026-09", "2026-10", "2026-11", "2026-Q3", "2026-Q4")}  # fmt: skip
    assert n == {"2026-09": 1, "2026-10": 2, "2026-11": 1, "2026-Q3": 1, "2026-Q4": 3}
    assert "Name a month as 2026-11 or a quarter as 2026-Q4" in words(get("/insights/report/?of=1999-01", status=422))


def test_stretches_are_named_and_parsed_alike() -> None:
    for one in periodic.recent(clock.now().date()):
        assert periodic.parse(one.name) == one
    assert [one.name for one in periodic.recent(clock.now().date())][:2] == ["2026-11", "2026-10"]
    assert periodic.month(2026, 12).last.isoformat() == "2026-12-31"
