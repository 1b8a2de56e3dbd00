"""The ledger for machines: the same letters, the same gate."""

from datetime import datetime

import pytest
from django.test import Client

from incidents.vocabulary import Severity, Type
from tests.incidents.stories import declared
from tests.notifications.world import letters, tick
from tests.people import everybody_on_call, linus, person, sam, stella

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


def client(user: object) -> Client:
    made = Client()
    made.force_login(user)  # type: ignore[arg-type]
    return made


def test_letters_are_listed_with_their_state_and_one_with_its_attempts() -> None:
    incident = declared(Severity.S2)
    tick()
    rows = client(linus()).get(f"/api/v1/deliveries?incident={incident.reference}&reader=grace").json()["results"]
    assert [(row["to"], row["state"], row["incident"]) for row in rows] == [
        ("grace@denomas.example", "sent", incident.reference)
    ]
    one = client(linus()).get(f"/api/v1/deliveries/{rows[0]['key']}").json()
    assert [attempt["succeeded"] for attempt in one["tries"]] == [True]
    assert "You are called as incident manager" in one["text"]


def test_what_one_may_not_see_is_not_there() -> None:
    declared(Severity.S1, type=Type.SECURITY, by=sam())
    tick()
    outsider = client(person("Otto", "Reliability"))
    assert outsider.get("/api/v1/deliveries").json()["results"] == []
    assert outsider.get(f"/api/v1/deliveries/{letters()[0].key}").status_code == 404
    assert client(stella()).get("/api/v1/deliveries").status_code == 403


def test_a_wrong_filter_is_a_problem_that_names_it() -> None:
    answer = client(linus()).get("/api/v1/deliveries?state=lost")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "state"
