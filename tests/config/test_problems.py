"""Whatever goes wrong below /api/ is a problem document with a code, and bad input is told what is allowed."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import get_resolver

from config import problems
from incidents.models import Incident
from incidents.vocabulary import Severity
from tests.incidents.stories import declared
from tests.people import admin, everybody_on_call, linus, stella

pytestmark = pytest.mark.django_db
DEEP = "[" * 100_000 + "]" * 100_000
OLD_CURSOR = b64encode(b"p=zzz").decode()
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()
    declared(Severity.S2)


def client(user: Any) -> Client:
    made = Client(raise_request_exception=False)
    if user is not None:
        made.force_login(user)
    return made


@dataclass
class Bad:
    """A request that cannot be answered as it is, and what is said of it."""

    path: str
    status: int
    code: str
    method: str = "GET"
    body: str = ""
    kind: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    signed_in: bool = True


BAD = {
    "an address that is not there": Bad("/nowhere", 404, "not_found"),
    "a slash at the end": Bad("/incidents/", 404, "not_found"),
    "a key that can be none": Bad("/deliveries/abc", 404, "not_found"),
    "a row that is not there": Bad("/incidents/INC-999", 404, "not_found"),
    "nobody": Bad("/incidents", 401, "not_authenticated", signed_in=False),
    "the document without a sign-in": Bad("/schema", 401, "not_authenticated", signed_in=False),
    "a key that is not known": Bad(
        "/incidents", 401, "authentication_failed", headers={"Authorization": "Bearer sitrep_x"}, signed_in=False
    ),
    "whoever may not": Bad("/deliveries", 403, "forbidden"),
    "a method that is none here": Bad("/services", 405, "method_not_allowed", method="DELETE"),
    "a form nobody gives": Bad("/incidents", 406, "not_acceptable", headers={"Accept": "text/html"}),
    "a form the document has not": Bad("/schema", 406, "not_acceptable", headers={"Accept": "image/png"}),
    "a parameter the document does not know": Bad("/schema?format=zz", 400, "invalid"),
    "a body that is no JSON": Bad("/incidents", 415, "unsupported_media_type", "POST", "a=1", FORM),
    "JSON that is none": Bad("/incidents", 400, "parse_error", "POST", '{"title": '),
    "JSON with what is no number": Bad("/incidents", 400, "parse_error", "POST", '{"title": NaN}'),
    "JSON that is too deep": Bad("/incidents", 400, "parse_error", "POST", DEEP),
    "JSON that is deep enough to hurt": Bad("/incidents", 400, "parse_error", "POST", "[" * 30 + "]" * 30),
    "text that no database takes": Bad("/incidents", 400, "parse_error", "POST", '{"services": ["\\u0000"]}'),
    "half a character": Bad("/incidents", 400, "parse_error", "POST", '{"services": ["\\ud800"]}'),
    "JSON that is no object": Bad("/incidents", 400, "invalid", "POST", "[]"),
    "a body that is too large": Bad("/incidents", 413, "too_large", "POST", json.dumps({"title": "x" * 3_000_000})),
    "a host that is not ours": Bad("/incidents", 400, "bad_host", headers={"Host": "evil.example.com"}),
    "a cursor that cannot be read": Bad("/incidents?cursor=%ff%fe", 400, "invalid"),
    "a cursor that somebody made up": Bad(f"/incidents/INC-1/timeline?cursor={OLD_CURSOR}", 400, "invalid"),
    "days before and after all time": Bad(
        "/metrics/durations?period=custom&since=0001-01-01&until=9999-12-31", 400, "invalid"
    ),
    "a broken rule": Bad("/incidents/INC-1/accept", 409, "not_offered", "POST", '{"role": "communications"}'),
    "a fault of ours": Bad("/broken", 500, "server_error"),
}


@pytest.mark.urls("tests.config.broken")
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_every_error_is_a_problem_with_its_code(bad: Bad) -> None:
    asker = client(stella() if bad.signed_in else None)
    answer = asker.generic(bad.method, f"/api/v1{bad.path}", bad.body, bad.kind, headers=bad.headers)
    assert (answer.status_code, answer["Content-Type"]) == (bad.status, "application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (bad.status, bad.code)
    assert problem["type"] == f"urn:sitrep:problem:{bad.code}"
    assert problem["title"]
    assert problem["detail"]
    assert bool(problem.get("errors")) == (bad.code == "invalid")
    assert len(answer.content) < 2000


def test_a_refusal_says_what_is_allowed_instead() -> None:
    assert client(stella()).delete("/api/v1/incidents").json()["detail"] == "Allowed here are GET and POST."
    assert "Authorization: Bearer sitrep_" in client(None).get("/api/v1/incidents").json()["detail"]
    answer = client(stella()).post("/api/v1/incidents", "[]", JSON)
    assert answer.json()["errors"][0]["detail"] == "A JSON object is needed here."


def test_a_form_that_does_not_come_from_us_is_refused_in_words_and_changes_nothing() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(linus())
    answer = strict.post("/incidents/INC-1/acknowledge/")
    assert answer.status_code == 403
    assert "Nothing was changed. Go back" in answer.content.decode()
    assert not Incident.unrestricted.get().acknowledged_at


def test_a_host_that_is_not_ours_is_told_so_on_a_page() -> None:
    answer = client(stella()).get("/", headers={"Host": "evil.example.com"})
    assert answer.status_code == 400
    assert "ALLOWED_HOSTS" in answer.content.decode()


def test_a_fault_of_ours_is_told_on_a_page_that_needs_no_database(
    rf: RequestFactory, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        answer = problems.server_error(rf.get("/incidents/"))
    assert answer.status_code == 500
    assert b"What you sent was not saved" in answer.content
    assert b"css/tokens.css" in answer.content


@pytest.mark.parametrize("path", ["/nowhere", "/incidents/INC-999/"])
def test_a_page_that_is_not_there_is_still_a_page(path: str) -> None:
    answer = client(stella()).get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    "address",
    [
        "/insights/?period=custom&since=0001-01-01&until=9999-12-31",
        "/insights/incidents/?measure=mitigate&period=custom&since=0001-01-01&until=9999-12-31",
        "/incidents/?since=0001-01-01",
        "/letters/?since=0001-01-01",
        "/letters/?until=9999-12-31T23:59",
    ],
)
def test_days_that_nobody_means_are_refused_by_the_pages_too(address: str) -> None:
    answer = client(admin()).get(address)
    assert answer.status_code == 422
    assert "Allowed are days from 2000-01-01 to 2027-11-24." in answer.content.decode()


def addresses() -> list[str]:
    """Every address of the API that needs no key of its own, with the incident of the world in it."""
    found = [one.replace("%(reference)s", "INC-1") for one, *_ in addresses_known()]
    return sorted(f"/{one}" for one in found if "%(" not in one and not one.endswith("docs"))


def addresses_known() -> list[tuple[str, ...]]:
    resolver = get_resolver()
    names = [name for name in resolver.reverse_dict if isinstance(name, str) and name.startswith("api_")]
    known: Any = resolver.reverse_dict
    return [possible for name in names for possible in known[name][0]]


@pytest.mark.parametrize("address", addresses())
def test_no_address_ignores_a_parameter_that_it_does_not_know(address: str) -> None:
    asker = client(admin())
    wrong = [
        asker.get(f"{address}?severty=S1"),
        asker.post(f"{address}?severty=S1", "{}", content_type=JSON),
    ]
    answered = [one for one in wrong if one.status_code != 405]
    assert answered
    for answer in answered:
        errors = {one["field"]: one["detail"] for one in answer.json()["errors"]}
        assert answer.status_code == 400
        assert errors["severty"].startswith("There is no parameter “severty”; ")


def test_what_others_add_to_an_address_means_nothing() -> None:
    for address in ("/api/v1/incidents", "/incidents/"):
        assert client(linus()).get(f"{address}?_=17&utm_source=chat").status_code == 200


SAID = [
    ("/incidents?severity=S9", "severity", "“S9” is not allowed; allowed are S1, S2, S3, S4."),
    ("/incidents?phase=lost&phase=open", "phase", "“phase” stands in the address more than once; give it once."),
    ("/incidents?since=yesterday", "since", "This is no day; write it as 2026-01-31."),
    ("/incidents?service=nowhere", "service", "There is no service of this name."),
    ("/incidents?limit=0", "limit", "Allowed is a whole number from 1 to 200."),
    ("/incidents?limit=abc", "limit", "Allowed is a whole number from 1 to 200."),
    ("/people?limit=201", "limit", "Allowed is a whole number from 1 to 200."),
    ("/people?cursor=rubbish", "cursor", "There is no such page of this list; begin without a cursor."),
    ("/obligations?late=maybe", "late", "“maybe” is not allowed; allowed are 1, yes, true."),
    ("/incidents/INC-1/blockers", "to", "This field is required."),
    ("/incidents/INC-1/blockers?to=lunch", "to", "“lunch” is not allowed; allowed are triage, identification,"),
    ("/on-call?role=cook", "role", "“cook” is not allowed; allowed are lead, engineer,"),
    ("/on-call?at=now", "at", "This is no time; write it as 2026-01-31T10:00Z, or without a zone for your own."),
    ("/deliveries?state=lost", "state", "“lost” is not allowed; allowed are waiting, sending, sent,"),
    ("/deliveries?since=1066-10-14", "since", "Allowed are days from 2000-01-01 to 2027-11-24."),
    (
        "/metrics/durations?by=colour",
        "by",
        "“colour” is not allowed; allowed are severity, type, detection, service, team,",
    ),
]


@pytest.mark.parametrize(("address", "name", "sentence"), SAID)
def test_a_wrong_question_is_told_what_is_allowed(address: str, name: str, sentence: str) -> None:
    answer = client(admin()).get(f"/api/v1{address}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    found = {one["field"]: one["detail"] for one in answer.json()["errors"]}
    assert list(found) == [name]
    assert found[name].startswith(sentence)


def test_a_cursor_of_another_list_is_none_of_this_one() -> None:
    cursor = client(admin()).get("/api/v1/people?limit=1").json()["next"].partition("cursor=")[2].partition("&")[0]
    assert client(admin()).get(f"/api/v1/people?limit=1&cursor={cursor}").status_code == 200
    assert client(admin()).get(f"/api/v1/incidents/INC-1/timeline?cursor={cursor}").status_code == 400


def test_figures_come_as_csv_to_whoever_asks_for_csv() -> None:
    answer = client(stella()).get("/api/v1/metrics/durations.csv", headers={"Accept": "text/csv"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
