"""The same commands for machines: shapes that stay, and refusals with a code."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from incidents import engagement, merging
from incidents.api import actions
from incidents.models import Event, Incident
from incidents.vocabulary import Kind, Severity, Type
from kit import clock
from roles.models import User
from tests.incidents.stories import declared, payments
from tests.people import ada, everybody_on_call, grace, linus, stella
from tests.statuspage_world import component, page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()


def machine(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def post(user: User, path: str, **said: Any) -> Any:
    return machine(user).post(f"/api/v1/{path}", said, format="json")


def test_declaring_gives_a_reference_and_the_people_asked_in() -> None:
    made = post(stella(), "incidents", title="Search is empty", type="availability", severity="S2")
    assert made.status_code == 201
    assert made.data["reference"] == "INC-1"
    assert {one["name"] for one in made.data["roles"]} == {"Linus", "Grace", "Ada"}


def test_the_same_key_twice_makes_one_incident() -> None:
    """AC-GEN1-2."""
    said = {"title": "Search is empty", "type": "availability", "idempotency_key": "abc"}
    assert (
        post(stella(), "incidents", **said).data["reference"] == post(stella(), "incidents", **said).data["reference"]
    )


@pytest.mark.parametrize(
    "said",
    [
        {"severity": "S1", "services": ["payments"]},
        {"severity": "S3", "impact_started_at": "2026-11-01T08:00Z"},
        {"severity": "S4", "impact_ended_at": "2026-11-01T08:00+02:00", "detected_at": "2026-11-01T07:00Z"},
        {"severity": "S2", "is_restricted": True},
        {"type": "security"},
        {"recurrence_of": "INC-1"},
    ],
)
def test_who_declares_is_answered_from_memory_and_with_what_the_database_holds(said: dict[str, Any]) -> None:
    payments()
    declared(Severity.S3)
    said = {"title": "Search is empty", "type": "availability"} | said
    with CaptureQueriesContext(connection) as asked:
        made = post(grace(), "incidents", **said)
    sqls = [query["sql"] for query in asked.captured_queries]
    last = max(number for number, sql in enumerate(sqls) if "INSERT INTO" in sql)
    assert [sql for sql in sqls[last + 1 :] if sql.startswith("SELECT")] == []
    assert made.status_code == 201
    assert made.json() == machine(grace()).get(f"/api/v1/incidents/{made.json()['reference']}").json()


def updates(incident: Incident) -> list[str]:
    found = Event.objects.filter(incident=incident, kind=Kind.UPDATED)
    return list(found.order_by("position").values_list("body", flat=True))


def test_the_same_key_twice_makes_one_update_however_long_after() -> None:
    incident = declared(Severity.S2)
    path, said = f"incidents/{incident.reference}/updates", {"text": "Rolled back.", "idempotency_key": "abc"}
    first = post(linus(), path, **said)
    with clock.shifted(timedelta(hours=1)):
        second = post(linus(), path, **said)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert updates(incident) == ["Rolled back."]


def test_a_key_of_another_update_is_refused() -> None:
    incident = declared(Severity.S2)
    path, said = f"incidents/{incident.reference}/updates", {"text": "Rolled back.", "idempotency_key": "abc"}
    post(linus(), path, **said)
    others: list[dict[str, Any]] = [{"text": "Rolled on."}, {"audiences": []}]
    for other in others:
        answer = post(linus(), path, **said | other)
        assert (answer.status_code, answer.json()["code"]) == (409, "key_used")
    assert updates(incident) == ["Rolled back."]


def test_keys_of_updates_are_ones_own_and_each_incidents() -> None:
    incident, other = declared(Severity.S2), declared(Severity.S3)
    said = {"text": "Rolled back.", "idempotency_key": "abc"}
    for user, one in ((linus(), incident), (grace(), incident), (linus(), other)):
        assert post(user, f"incidents/{one.reference}/updates", **said).status_code == 200
    assert (len(updates(incident)), len(updates(other))) == (2, 1)


def test_two_keys_are_two_updates_though_the_words_are_the_same() -> None:
    incident = declared(Severity.S2)
    for key in ("one", "two"):
        post(linus(), f"incidents/{incident.reference}/updates", text="Nothing new.", idempotency_key=key)
    assert updates(incident) == ["Nothing new."] * 2


def test_an_update_said_again_is_answered_after_the_incident_was_merged() -> None:
    """Whoever did not hear the answer hears it, whatever happened meanwhile."""
    incident, survivor = declared(Severity.S3), declared(Severity.S2, title="Search is slow")
    path, said = f"incidents/{incident.reference}/updates", {"text": "Rolled back.", "idempotency_key": "abc"}
    post(linus(), path, **said)
    merging.merge(incident, survivor, actor=grace(), reason="The same cause.")
    assert post(linus(), path, **said).status_code == 200
    assert post(linus(), path, **said | {"idempotency_key": "new"}).status_code == 409


def test_every_type_has_the_same_keys() -> None:
    """AC-BG1-1."""
    documents = []
    for kind in (Type.AVAILABILITY, Type.SECURITY):
        incident = declared(Severity.S2, type=kind)
        documents.append(machine(linus()).get(f"/api/v1/incidents/{incident.reference}").data)
    assert list(documents[0]) == list(documents[1])


def test_identical_answers_give_the_identical_severity_everywhere() -> None:
    """REL1-1: three areas and the page's own rules."""
    answers = {"reach": "many", "function": "core_blocked", "workaround": "reasonable", "data": "none"}
    answers |= {"adversary": "none", "business": "none", "trend": "stable", "type": "availability"}
    said = [post(user, "severities", **answers).data for user in (ada(), grace(), linus())]
    assert said == [{"severity": "S2", "rule": "R6", "says": said[0]["says"], "is_provisional": False}] * 3
    made = post(stella(), "incidents", title="x", type="availability", answers=answers).data
    assert (made["severity"], made["severity_rule"]) == ("S2", "R6")


def refused(answer: Any) -> dict[str, str]:
    """What a refusal says, by field; nothing else than a refusal of the input comes through here."""
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "invalid"
    return {one["field"]: one["detail"] for one in answer.json()["errors"]}


def test_a_wrong_answer_is_refused_with_its_field_and_what_is_allowed() -> None:
    said = refused(post(stella(), "incidents", type="volcano", severity="S9", is_restricted="maybe", services=["sea"]))
    kinds, levels = ", ".join(Type.values), ", ".join(Severity.values)
    assert said == {
        "title": "This field is required.",
        "type": f"“volcano” is not allowed; allowed are {kinds}.",
        "severity": f"“S9” is not allowed; allowed are {levels}.",
        "is_restricted": "Allowed are true and false.",
        "services": "There is none that is called “sea” here.",
    }
    assert not Incident.unrestricted.exists()


def test_a_field_that_is_not_known_is_refused_at_any_depth() -> None:
    said = {"title": "Slow", "type": "quality", "severty": "S1", "answers": {"reach": "many", "raech": "few"}}
    found = refused(post(stella(), "incidents", **said))
    assert set(found) == {"severty", "answers.raech"}
    assert found["severty"].startswith("There is no field “severty”; allowed are title, type, severity, ")
    assert found["answers.raech"].startswith("There is no field “raech”; allowed are type, reach, ")
    assert not Incident.unrestricted.exists()


@pytest.mark.parametrize("name", [*actions.COMMANDS, "bulletins"])
def test_no_command_ignores_a_field_that_it_does_not_know(name: str) -> None:
    path = f"incidents/{declared().reference}/{name}"
    assert refused(post(grace(), path, raeson="x"))["raeson"].startswith("There is no field “raeson”; ")


@pytest.mark.parametrize("at", ["1000-01-01T00:00Z", "1999-12-31T23:59Z"])
def test_nothing_was_felt_before_2000(at: str) -> None:
    sentence = "Allowed are the years 2000 to 2099."
    path = f"incidents/{declared().reference}/impact"
    assert refused(post(grace(), path, started_at=at)) == {"started_at": sentence}
    made = post(stella(), "incidents", title="Slow", type="quality", impact_started_at=at)
    assert refused(made) == {"impact_started_at": sentence}
    ahead = post(grace(), path, started_at="2098-01-01T00:00Z")
    assert (ahead.status_code, ahead.json()["code"]) == (409, "in_the_future")


def test_a_broken_rule_is_a_conflict_with_its_code() -> None:
    incident = declared()
    refused = post(grace(), f"incidents/{incident.reference}/transition", to="closed")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")


def test_what_stands_in_the_way_is_said_to_machines_as_to_people() -> None:
    incident = engagement.acknowledge(declared(), actor=grace())
    post(grace(), f"incidents/{incident.reference}/transition", to="mitigation")
    refused = post(grace(), f"incidents/{incident.reference}/transition", to="remediation").json()
    asked = machine(grace()).get(f"/api/v1/incidents/{incident.reference}/blockers?to=remediation").json()
    assert refused["blockers"] == asked
    assert asked[0]["code"] == "impact_end_unknown"


def test_whoever_may_not_is_told_so() -> None:
    incident = declared()
    refused = post(stella(), f"incidents/{incident.reference}/transition", to="mitigation")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def test_nobody_in_particular_is_refused() -> None:
    assert APIClient().get("/api/v1/incidents").status_code == 401


def test_a_hidden_incident_is_missing_from_lists_and_answers_like_a_missing_one() -> None:
    hidden = declared(is_restricted=True)
    assert machine(stella()).get("/api/v1/incidents").json()["results"] == []
    assert machine(stella()).get("/api/v1/obligations").json()["results"] == []
    for path in ("", "/timeline", "/blockers?to=closed"):
        there = machine(stella()).get(f"/api/v1/incidents/{hidden.reference}{path}")
        missing = machine(stella()).get(f"/api/v1/incidents/INC-999{path}")
        assert (there.status_code, there.content) == (missing.status_code, missing.content) == (404, missing.content)
    there = post(stella(), f"incidents/{hidden.reference}/join")
    assert (there.status_code, there.content) == (404, post(stella(), "incidents/INC-999/join").content)


def test_the_list_pages_by_cursor_and_takes_the_filters_of_the_page() -> None:
    for severity in (Severity.S1, Severity.S3, Severity.S1):
        declared(severity)
    first = machine(stella()).get("/api/v1/incidents?severity=S1&limit=1").json()
    second = machine(stella()).get(first["next"]).json()
    assert [one["reference"] for one in first["results"] + second["results"]] == ["INC-3", "INC-1"]


def test_a_bulletin_can_be_published_by_a_machine() -> None:
    incident = declared()
    path = f"incidents/{incident.reference}"
    assert post(grace(), f"{path}/posture", posture="post").status_code == 200
    said = {"state": "investigating", "body": "We look.", "name": "Payments fail", "page": page().slug}
    made = post(ada(), f"{path}/bulletins", **said, statuses={component().public_id: "partial_outage"})
    assert (made.status_code, component().status) == (201, "partial_outage")


def test_a_stale_situation_is_refused_with_both_values() -> None:
    incident = declared()
    path = f"incidents/{incident.reference}/situation"
    post(grace(), path, new={"doing": "Rolling back"}, was={"doing": ""})
    refused = post(linus(), path, new={"doing": "Restarting"}, was={"doing": ""})
    assert refused.status_code == 409
    assert refused.json()["conflicts"] == {"doing": ["Rolling back", "Restarting"]}


def test_the_timeline_reads_in_sentences() -> None:
    incident = declared(Severity.S2)
    entries = machine(stella()).get(f"/api/v1/incidents/{incident.reference}/timeline").json()["results"]
    assert entries[-1]["sentence"] == "Declared: availability, S2 High"
    assert [one["position"] for one in entries] == list(range(len(entries), 0, -1))
