"""The figures for machines: the same numbers as the page, as JSON and as CSV."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.test import Client

from incidents import access
from incidents.vocabulary import Severity
from insights import keeping
from kit import clock, tables
from tests.insights.stories import declared, mitigated_within
from tests.people import everybody_on_call, grace, person, stella

pytestmark = pytest.mark.django_db
DURATIONS = "/api/v1/metrics/durations"


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()
    for minutes in (10, 20, 30, 40, 500):
        mitigated_within(minutes)


def client(name: str = "Stella") -> Client:
    keeping.catch_up(clock.now())
    made = Client()
    made.force_login(stella() if name == "Stella" else grace())
    return made


def lines(address: str, by: str = "Stella") -> list[dict[str, str]]:
    answer: Any = client(by).get(address)
    assert isinstance(answer, StreamingHttpResponse)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


def test_the_api_gives_the_numbers_of_the_page() -> None:
    answer = client().get(f"{DURATIONS}?severity=S2").json()
    assert answer["sentence"].startswith("S2 incidents declared in the last 90 days")
    mitigate = {measure["key"]: measure for measure in answer["measures"]}["mitigate"]
    assert mitigate["all"]["n"] == 5
    assert mitigate["all"]["p50_seconds"] == 30 * 60
    assert mitigate["all"]["p90_seconds"] == pytest.approx(316 * 60)
    assert mitigate["all"]["p95_seconds"] is None
    within = mitigate["all"]["within"]
    assert (within["count"], within["n"], within["target_seconds"]) == (3, 5, 1800)
    assert (round(within["low"], 2), round(within["high"], 2)) == (0.23, 0.88)
    assert [group["key"] for group in mitigate["groups"]] == ["S2"]
    assert mitigate["fallback_used"] == 0
    assert "mean" not in str(answer)
    assert sum(stage["share"] for stage in answer["where_time_went"]["stages"]) == pytest.approx(1)


def test_too_few_have_no_percentiles_in_the_api() -> None:
    answer = client().get(f"{DURATIONS}?severity=S1").json()
    everything = answer["measures"][5]["all"]
    assert (everything["n"], everything["too_few"], everything["p50_seconds"], everything["within"]) == (
        0,
        True,
        None,
        None,
    )


def test_the_csv_of_figures_has_a_line_for_each_duration_and_row() -> None:
    found = {(line["measure"], line["group"]): line for line in lines(f"{DURATIONS}.csv")}
    line = found["mitigate", "S2"]
    assert (line["n"], line["p50_seconds"], line["within_target"], line["target_seconds"]) == (
        "5",
        "1800.0",
        "3",
        "1800.0",
    )
    assert line["p95_seconds"] == ""
    assert len(found) == 16


def test_the_csv_of_incidents_has_a_line_for_each_with_its_outcomes(morning: datetime) -> None:
    declared(morning - timedelta(hours=1), severity=Severity.S1)
    found = {line["reference"]: line for line in lines("/api/v1/metrics/incidents.csv")}
    assert found["INC-5"]["time_to_mitigate_seconds"] == "30000"
    assert found["INC-6"]["time_to_mitigate_seconds"] == ""
    assert found["INC-6"]["time_to_mitigate_outcome"] == "pending"
    assert found["INC-1"]["impact_started_at"] == "2026-11-21T10:00:00.000000Z"


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@sum", "  =cmd|' /C calc'!A0"])
def test_no_cell_is_taken_for_a_formula(title: str, morning: datetime) -> None:
    declared(morning - timedelta(hours=1), title=title)
    (line,) = [line for line in lines("/api/v1/metrics/incidents.csv") if line["reference"] == "INC-6"]
    assert line["title"] == f"'{title.strip()}"


def test_numbers_and_nothing_stay_what_they_are_in_a_cell() -> None:
    assert [tables.cell(value) for value in (None, -1.5, 3, "a=b")] == ["", "-1.5", "3", "a=b"]


def test_the_csv_leaves_out_what_one_may_not_see() -> None:
    restricted = mitigated_within(30, restricted=True)
    assert restricted.reference not in {line["reference"] for line in lines("/api/v1/metrics/incidents.csv")}
    assert restricted.reference in {line["reference"] for line in lines("/api/v1/metrics/incidents.csv", by="Grace")}


@pytest.mark.parametrize("address", [DURATIONS, f"{DURATIONS}.csv", "/api/v1/metrics/incidents.csv"])
def test_who_may_not_look_gets_a_problem(address: str) -> None:
    nobody = Client()
    nobody.force_login(person("Nobody"))
    refused = nobody.get(address)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert Client().get(address).status_code in (401, 403)


def scraped(*, fold: bool = True) -> dict[str, float]:
    """What Prometheus reads, by name and labels."""
    if fold:
        keeping.catch_up(clock.now())
    text = Client().get("/metrics").content.decode()
    return {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    }


def test_prometheus_reads_counts_durations_and_stages() -> None:
    found = scraped()
    assert found['sitrep_incidents_total{severity="S2",type="availability"}'] == 5
    name = "sitrep_incident_duration_seconds"
    kept = {
        bound: found[f'{name}_bucket{{duration="mitigate",le="{bound}",severity="S2"}}']
        for bound in ("300.0", "900.0", "1800.0", "3600.0", "+Inf")
    }
    assert kept == {"300.0": 0, "900.0": 1, "1800.0": 3, "3600.0": 4, "+Inf": 5}
    assert found[f'{name}_count{{duration="mitigate",severity="S2"}}'] == 5
    assert found[f'{name}_sum{{duration="mitigate",severity="S2"}}'] == 600 * 60
    assert found['sitrep_incident_stage_seconds_total{severity="S2",stage="resolve"}'] == 5 * 60


def test_prometheus_reads_nothing_of_what_is_restricted() -> None:
    before = of_incidents(scraped())
    mitigated_within(70, restricted=True)
    access.restrict(mitigated_within(90), actor=grace(), reason="personal data")
    assert of_incidents(scraped()) == before
    opened = mitigated_within(90)
    assert of_incidents(scraped()) != before
    # Not folded in yet.
    access.restrict(opened, actor=grace(), reason="personal data")
    assert of_incidents(scraped(fold=False)) == before


def of_incidents(found: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in found.items() if name.startswith("sitrep_incident")}
