"""Looking back by machines: review and actions, and a grave incident closed by the API alone."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from kit import clock
from roles.models import User
from tests.people import ada, ana, everybody_on_call, grace, linus, stella
from tests.reviews.stories import resolved
from tests.statuspage_world import component, page

pytestmark = pytest.mark.django_db
LEARNED = "The limit of connections was too low."


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()
    page()


def machine(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def send(user: User, path: str, said: dict[str, Any] | None = None, *, method: str = "post", expect: int = 200) -> Any:
    """What the API answers, once it answered as expected."""
    answer = getattr(machine(user), method)(f"/api/v1/{path}", said or {}, format="json")
    assert answer.status_code == expect, answer.content
    return answer.json()


def ask(user: User, path: str) -> Any:
    return machine(user).get(f"/api/v1/{path}").json()


def published(here: str, said: dict[str, Any]) -> Any:
    """Ada asks, Grace finds it right, Ada publishes."""
    assert send(ada(), f"{here}/bulletins", said, expect=409)["code"] == "approval_needed"
    asked = send(ada(), f"{here}/bulletins/ask", said, expect=201)
    send(grace(), f"{here}/approval", {"answer": "right", "digest": asked["digest"]})
    return send(ada(), f"{here}/bulletins", said, expect=201)


def within(minutes: int) -> str:
    return (clock.now() + timedelta(minutes=minutes)).isoformat()


def test_a_grave_incident_is_lived_through_and_closed_by_the_api_alone() -> None:
    made = send(
        stella(), "incidents", {"title": "Nobody can pay", "type": "availability", "severity": "S1"}, expect=201
    )
    here = f"incidents/{made['reference']}"
    for person in (linus(), grace(), ada(), ana()):
        send(person, f"{here}/acknowledge")
    send(grace(), f"{here}/confirm")
    send(grace(), f"{here}/posture", {"posture": "post"})
    first = {"state": "investigating", "body": "We are looking into it.", "name": "Payments fail", "page": "denomas"}
    said = published(here, first | {"statuses": {component().public_id: "major_outage"}})
    send(grace(), f"{here}/transition", {"to": "mitigation"})
    send(grace(), f"{here}/impact", {"started_at": within(-20), "ended_at": within(0)})
    send(grace(), f"{here}/transition", {"to": "remediation"})
    last = {"state": "resolved", "body": "This is fixed.", "public_incident": said["public_incident"]}
    published(here, last)
    send(grace(), f"{here}/transition", {"to": "post_incident"})

    refused = send(grace(), f"{here}/transition", {"to": "closed"}, expect=409)
    assert [one["code"] for one in refused["blockers"]] == ["review_missing"]
    send(grace(), f"{here}/review", {"text": LEARNED, "severity": "S2"}, method="put")
    assert ask(grace(), f"{here}/findings")["severity"] == "S2"
    assert send(grace(), f"{here}/transition", {"to": "closed"})["phase"] == "closed"


def test_a_review_is_read_as_it_was_written_and_written_anew() -> None:
    here = f"incidents/{resolved().reference}/review"
    assert machine(grace()).get(f"/api/v1/{here}").status_code == 404
    made = send(grace(), here, {"text": LEARNED}, method="put")
    assert ask(stella(), here) == made
    assert (made["text"], made["author"]["handle"]) == (LEARNED, grace().handle)
    again = send(linus(), here, {"text": "And an alert was missing."}, method="put")
    assert (again["written_at"], again["author"]["name"]) == (made["written_at"], "Linus")


def test_an_action_is_given_found_and_finished() -> None:
    incident = resolved()
    said = {"title": "Alert on connections", "aim": "detect", "owner": linus().handle, "due_at": within(60)}
    made = send(grace(), f"incidents/{incident.reference}/actions", said, expect=201)
    assert (made["incident"], made["owner"]["name"], made["done_at"]) == (incident.reference, "Linus", None)
    for asked in ("actions", f"actions?state=open&owner={linus().handle}", f"incidents/{incident.reference}/actions"):
        assert ask(stella(), asked)["results"] == [made]
    assert ask(stella(), "actions?state=overdue")["results"] == []
    with clock.shifted(timedelta(hours=2)):
        assert ask(stella(), "actions?state=overdue")["results"] == [made]
    done = send(linus(), f"actions/{made['key']}/finish")
    assert done["done_at"] is not None
    assert ask(stella(), "actions?state=open")["results"] == []
    assert ask(stella(), "actions?state=done")["results"] == [done]
    facts = [one["data"] for one in ask(stella(), f"incidents/{incident.reference}/timeline")["results"][:2]]
    assert facts[0] == {"action": made["key"], "done": True}
    assert (facts[1]["action"], facts[1]["owner"]) == (made["key"], linus().handle)


def test_what_is_not_allowed_is_said_by_rule_or_by_field() -> None:
    here = f"incidents/{resolved().reference}"
    wrong = send(
        grace(), f"{here}/actions", {"title": "x", "owner": "nobody", "aim": "luck", "due_at": "soon"}, expect=400
    )
    said = {one["field"]: one["detail"] for one in wrong["errors"]}
    assert set(said) == {"owner", "aim", "due_at"}
    assert said["owner"] == "There is none that is called “nobody” here."
    late = {"title": "x", "owner": linus().handle, "due_at": within(-60)}
    assert send(grace(), f"{here}/actions", late, expect=409)["code"] == "in_the_past"
    assert send(stella(), f"{here}/review", {"text": LEARNED}, method="put", expect=403)["code"] == "forbidden"


def test_what_hangs_on_a_hidden_incident_is_not_there_for_others() -> None:
    hidden = resolved(is_restricted=True)
    said = {"title": "Rotate the key", "owner": linus().handle, "due_at": within(60)}
    made = send(linus(), f"incidents/{hidden.reference}/actions", said, expect=201)
    send(linus(), f"incidents/{hidden.reference}/review", {"text": LEARNED}, method="put")
    assert ask(stella(), "actions")["results"] == []
    missing = machine(stella()).get("/api/v1/incidents/INC-999/review")
    for path, method in ((f"incidents/{hidden.reference}/review", "get"), (f"actions/{made['key']}/finish", "post")):
        answer = getattr(machine(stella()), method)(f"/api/v1/{path}")
        assert (answer.status_code, answer.content) == (404, missing.content)
