"""Personal keys, and what the API says of people and who is on call."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from kit import clock
from kit.rules import Forbidden, RuleBroken
from roles import keys, membership, overrides
from roles.catalogue import Role
from roles.models import PersonalToken, User
from tests.conftest import MORNING
from tests.people import ada, admin, everybody_on_call, grace, linus, person, rotation, stella, team
from tests.roles.doors import signed_in, text

pytestmark = pytest.mark.django_db
PEOPLE = "/api/v1/people"


def key(owner: User, *, read_only: bool = False, expires_at: datetime | None = None) -> str:
    return keys.create("script", read_only=read_only, expires_at=expires_at, actor=owner)[1]


def ask(secret: str | None, path: str = PEOPLE, method: str = "get", **query: Any) -> Any:
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    return getattr(Client(), method)(path, query, headers=headers)


def test_a_key_is_shown_once_and_only_its_digest_is_kept() -> None:
    client = signed_in(ada())
    page = client.post("/me/keys/", {"name": "deploy script", "read_only": "on"})
    assert page.status_code == 201
    found = re.search(r"sitrep_[\w-]{43}", page.content.decode())
    assert found
    assert ask(found[0]).status_code == 200
    assert found[0] not in client.get("/me/").content.decode()
    assert "deploy script" in text(client.get("/me/"))
    assert found[0] not in str(PersonalToken.objects.values())
    assert page["Cache-Control"].count("no-store")


@pytest.mark.parametrize("sent", ["Bearer", "Bearer a b", "Bearer sitrep_guessed", "Bearer ¤"])
def test_what_is_no_key_is_a_401_that_says_how_to_ask(sent: str) -> None:
    answer = Client().get(PEOPLE, headers={"authorization": sent})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "authentication_failed"


def test_without_a_key_nothing_is_told() -> None:
    answer = ask(None)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="Sitrep"')


def test_a_revoked_key_is_refused_at_once() -> None:
    secret, client = key(ada()), signed_in(ada())
    assert ask(secret).status_code == 200
    client.post(f"/me/keys/{PersonalToken.objects.get().pk}/revoke/")
    assert ask(secret).status_code == 401
    assert "no longer works" in text(client.get("/me/"))
    assert "script" not in text(client.get("/me/"))


def test_nobody_revokes_the_key_of_another() -> None:
    secret = key(ada())
    assert signed_in(admin()).post(f"/me/keys/{PersonalToken.objects.get().pk}/revoke/").status_code == 404
    with pytest.raises(Forbidden):
        keys.revoke(PersonalToken.objects.get(), actor=admin())
    assert ask(secret).status_code == 200


def test_a_key_works_until_its_last_day_is_over() -> None:
    secret = key(ada(), expires_at=clock.now() + timedelta(hours=1))
    assert ask(secret).status_code == 200
    with clock.shifted(timedelta(hours=1)):
        assert ask(secret).status_code == 401


def test_the_key_of_somebody_who_left_is_refused() -> None:
    secret = key(ada())
    User.objects.filter(pk=ada().pk).update(is_active=False)
    assert ask(secret).status_code == 401


def test_a_key_that_may_only_read_reads() -> None:
    secret = key(ada(), read_only=True)
    assert ask(secret).status_code == 200
    refused = ask(secret, method="post")
    assert refused.status_code == 403
    assert "may only read" in refused.json()["detail"]
    assert ask(key(grace()), method="post").status_code == 405


def test_the_last_use_is_noted_at_most_once_a_minute() -> None:
    secret = key(ada())
    with clock.at(MORNING):
        ask(secret)
        first = PersonalToken.objects.get().last_used_at
    with clock.at(MORNING + timedelta(seconds=30)):
        ask(secret)
        assert PersonalToken.objects.get().last_used_at == first
    with clock.at(MORNING + timedelta(seconds=90)):
        ask(secret)
        assert PersonalToken.objects.get().last_used_at > first  # type: ignore[operator]


def test_a_key_needs_a_name_a_day_ahead_and_room() -> None:
    client = signed_in(ada())
    for said, sentence in (
        ({"name": ""}, "required"),
        ({"name": "x", "expires_on": "2020-01-01"}, "must lie ahead"),
        ({"name": "x", "expires_on": "9999-12-31"}, "up to the year 2100"),
    ):
        page = client.post("/me/keys/", said)
        assert page.status_code == 422
        assert sentence in text(page)
    for _ in range(keys.MOST_KEYS):
        key(ada())
    with pytest.raises(RuleBroken, match="At most 20 keys"):
        key(ada())


def test_people_are_listed_by_name_and_addresses_are_for_administrators() -> None:
    ada(), grace()
    names = [one["name"] for one in ask(key(stella())).json()["results"]]
    assert names == sorted(names)
    assert "Ada" in names
    assert all("email" not in one for one in ask(key(stella())).json()["results"])
    assert {one["email"] for one in ask(key(admin())).json()["results"]} >= {"ada@denomas.example"}
    assert [one["name"] for one in ask(key(stella()), q="gra").json()["results"]] == ["Grace"]


def test_people_come_in_pages_by_cursor_and_each_once() -> None:
    for number in range(7):
        person(f"Person{number}")
    secret, seen, url = key(person("Person0")), list[str](), f"{PEOPLE}?limit=3"
    for _ in range(9):
        page = Client().get(url, headers={"authorization": f"Bearer {secret}"}).json()
        seen += [one["handle"] for one in page["results"]]
        url = page["next"]
        if not url:
            break
    assert sorted(seen) == sorted(User.objects.values_list("handle", flat=True))
    assert ask(secret, cursor="rubbish").json()["errors"][0]["field"] == "cursor"


def test_teams_and_rotations_name_their_people() -> None:
    team().members.set([linus()])
    rotation(Role.ENGINEER, linus(), grace())
    secret = key(stella())
    (platform,) = ask(secret, "/api/v1/teams").json()["results"]
    assert (platform["slug"], platform["leader"]["name"]) == ("platform", "Linus")
    assert [one["name"] for one in platform["members"]] == ["Linus"]
    (engineers,) = ask(secret, "/api/v1/rotations").json()["results"]
    assert [one["name"] for one in engineers["people"]] == ["Linus", "Grace"]
    assert (engineers["role"], engineers["shift_days"], engineers["team"]["slug"]) == ("engineer", 7, "platform")


def test_who_is_on_call_is_asked_by_role_team_and_instant() -> None:
    everybody_on_call()
    engineers = rotation(Role.ENGINEER, person("Omar"), of=team("Payments"))
    with clock.at(MORNING):
        overrides.cover(
            engineers, person("Mia"), MORNING + timedelta(hours=1), MORNING + timedelta(hours=2), actor=grace()
        )
    secret = key(stella())

    def names(**query: str) -> list[str]:
        return [one["person"]["name"] for one in ask(secret, "/api/v1/on-call", **query).json()["results"]]

    at = "2026-11-23T10:30:00Z"
    assert sorted(names(at=at)) == ["Ada", "Ana", "Grace", "Linus", "Omar", "Sam"]
    assert sorted(names(at=at, role="engineer")) == ["Linus", "Omar"]
    assert names(at=at, role="engineer", team="payments") == ["Omar"]
    assert names(at="2026-11-23T11:30:00Z", team="payments") == ["Mia"]
    (shift,) = ask(secret, "/api/v1/on-call", at="2026-11-23T12:30:00+01:00", team="payments").json()["results"]
    assert shift["is_override"]
    assert datetime.fromisoformat(shift["ends_at"]) == MORNING.replace(tzinfo=UTC) + timedelta(hours=2)
    assert names(at="2025-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"role": "king"}, "role"),
        ({"team": "nowhere"}, "team"),
        ({"at": "yesterday"}, "at"),
        ({"at": "0001-01-01T00:00:00Z"}, "at"),
        ({"at": "9999-12-31T23:59:59Z"}, "at"),
        ({"team": "a\x00b"}, "team"),
    ],
)
def test_a_question_that_cannot_be_answered_names_its_field(query: dict[str, str], field: str) -> None:
    answer = ask(key(ada()), "/api/v1/on-call", **query)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert {error["field"] for error in answer.json()["errors"]} == {field}


def test_a_signed_in_page_may_ask_the_api_too() -> None:
    assert signed_in(ada()).get(PEOPLE).status_code == 200


def test_a_key_opens_no_page() -> None:
    membership.describe(ada(), name="Ada", time_zone="UTC", phone="", actor=ada())
    assert ask(key(ada()), "/me/").status_code == 302
