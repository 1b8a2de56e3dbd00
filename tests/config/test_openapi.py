"""The OpenAPI document says what can be asked and sent, to whoever is signed in."""

from typing import Any

import pytest

from tests.browsing import browser
from tests.people import stella

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> dict[str, Any]:
    answer = browser(stella()).get("/api/v1/schema", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def queries(document: dict[str, Any], path: str) -> dict[str, Any]:
    said = document["paths"][f"/api/v1/{path}"]["get"].get("parameters", ())
    return {one["name"]: one["schema"] for one in said if one["in"] == "query"}


def test_the_filters_of_the_list_stand_in_the_document(document: dict[str, Any]) -> None:
    said = queries(document, "incidents")
    filters = {"q", "phase", "severity", "type", "service", "team", "since", "until", "imported"}
    assert set(said) == filters | {"cursor", "limit"}
    assert said["severity"] == {"type": "array", "items": {"type": "string", "enum": ["S1", "S2", "S3", "S4"]}}
    assert said["since"] == {"type": "string", "format": "date"}
    assert "live" in said["phase"]["enum"]


def test_what_other_lists_can_be_asked_stands_there_too(document: dict[str, Any]) -> None:
    assert set(queries(document, "incidents/{reference}/blockers")) == {"to"}
    assert set(queries(document, "obligations")) == {"late", "cursor", "limit"}
    assert set(queries(document, "on-call")) == {"role", "team", "at"}
    assert {"state", "reader", "since"} <= set(queries(document, "deliveries"))
    assert {"period", "since", "by"} <= set(queries(document, "metrics/durations.csv"))


def test_a_body_has_no_other_fields_than_the_document_says(document: dict[str, Any]) -> None:
    bodies = {name: said for name, said in document["components"]["schemas"].items() if name.endswith("Request")}
    assert bodies
    assert all(said["additionalProperties"] is False for said in bodies.values())


def test_every_operation_says_in_words_of_its_own_what_it_does(document: dict[str, Any]) -> None:
    said = [
        (path, method, operation.get("description", ""))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]
    assert [one for one in said if len(one[2]) < 12 or "`" in one[2]] == []
    about_incidents = [words for path, _, words in said if path.startswith("/api/v1/incidents")]
    assert len(set(about_incidents)) == len(about_incidents)
