"""The directory: found by any word, on call first, in a constant number of statements; and its pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import Service
from kit import clock
from roles import membership, overrides, teams
from roles.catalogue import Role
from roles.models import Rotation, Team
from roles.teams import Charter
from tests.conftest import MORNING
from tests.people import ada, admin, ana, everybody_on_call, grace, linus, person, rotation, stella, team
from tests.roles.doors import signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]


@pytest.fixture(autouse=True)
def world(morning: object) -> None:
    everybody_on_call()
    teams.change(
        team(),
        Charter("Platform", "the API misbehaves", "https://chat.denomas.example/platform", linus(), [linus()]),
        actor=grace(),
    )
    rotation(Role.ENGINEER, person("Omar", zone="Asia/Tokyo"), of=team("Payments"))
    Service.objects.create(name="Customer database", slug="customer-database", owner=team("Payments"))
    Service.objects.create(name="Old mainframe", slug="mainframe", owner=team("Payments"), retired_at=clock.now())


def directory(words: str = "") -> str:
    return text(signed_in(stella()).get("/people/", {"q": words} if words else {}))


def test_on_call_comes_first_then_teams_then_everybody() -> None:
    said = directory()
    assert said.index("On call now") < said.index("Teams") < said.index("Everybody")
    now = said[said.index("On call now") : said.index("Teams")]
    for name in ("Linus", "Omar", "Grace", "Ada", "Ana", "Sam"):
        assert name in now
    assert "19:0" in now, "Omar's clock in Tokyo"
    assert "in Tokyo" in now


@pytest.mark.parametrize("words", ["database", "payments", "omar", "payments engineer", "CUSTOMER Database"])
def test_a_team_is_found_by_its_service_name_person_and_role(words: str) -> None:
    said = directory(words)
    assert "Payments" in said
    assert "Omar" in said
    assert "Platform" not in said


def test_a_team_is_found_by_what_it_is_for_and_shows_its_channel() -> None:
    page = signed_in(stella()).get("/people/", {"q": "misbehaves"})
    assert "Ask them when the API misbehaves." in text(page)
    assert "https://chat.denomas.example/platform" in page.content.decode()


@pytest.mark.parametrize("words", ["mainframe", "zebra", "\x00", "database grace"])
def test_what_nobody_holds_is_said_and_helps_on(words: str) -> None:
    said = directory(words)
    assert "Everybody" in said if words == "\x00" else "Nothing here holds all of" in said


def test_a_role_nobody_is_on_call_for_stands_out() -> None:
    assert "Nobody" not in directory()
    membership.deactivate(ana(), actor=admin())
    assert "Executive liaison Nobody" in directory()
    assert "Nobody is on call now as executive liaison." in text(signed_in(stella()).get("/people/rotations/"))


def test_an_override_shows_who_really_has_it() -> None:
    overrides.cover(
        Rotation.objects.get(team=team("Payments")), person("Mia"), MORNING - timedelta(hours=1),
        MORNING + timedelta(hours=1), actor=grace(),
    )  # fmt: skip
    said = directory("payments")
    assert "Mia" in said
    assert "override" in said


def test_a_persons_page_says_teams_rotations_and_what_they_are_on_call_for() -> None:
    said = text(signed_in(stella()).get(f"/people/{linus().pk}/"))
    for part in ("Platform", "engineer on call", "now until Mon 30 Nov, 09:00", "10:0", "in UTC"):
        assert part in said
    assert "linus@" not in said
    assert "linus@denomas.example" in text(signed_in(admin()).get(f"/people/{linus().pk}/"))


def test_everybody_comes_in_pages() -> None:
    for number in range(45):
        person(f"Worker {number:02d}")
    first, second = directory(), text(signed_in(stella()).get("/people/", {"page": "2"}))
    assert "Worker 00" in first
    assert "Worker 44" not in first
    assert "Worker 44" in second
    assert "Worker 44" in text(signed_in(stella()).get("/people/", {"page": "99"}))


@pytest.mark.parametrize("path", ["/people/", "/people/?q=engineer", "/people/rotations/", "/api/v1/on-call"])
def test_the_number_of_statements_does_not_grow_with_rotations(path: str) -> None:
    client = signed_in(stella())
    _covered_team(0)
    before = _statements(client, path)
    for number in range(1, 12):
        _covered_team(number)
    assert _statements(client, path) == before


def _covered_team(number: int) -> None:
    """A team with a rotation in which somebody stands in just now."""
    people = [person(f"P{number}a"), person(f"P{number}b")]
    made = rotation(Role.ENGINEER, *people, of=team(f"Team{number}"))
    team(f"Team{number}").members.set(people)
    overrides.cover(made, people[0], MORNING, MORNING + timedelta(hours=2), actor=grace())


def _statements(client: Any, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_the_team_page_shows_people_services_and_rotations() -> None:
    said = text(signed_in(stella()).get("/people/teams/payments/"))
    for part in ("Customer database", "Omar", "engineer on call"):
        assert part in said
    assert "mainframe" not in said


def test_teams_are_made_changed_and_dissolved_by_the_pages() -> None:
    client = signed_in(grace())
    answer = client.post("/people/teams/new/", {"name": "Data & Co", "leader": str(ada().pk), "members": []})
    assert answer["Location"] == "/people/teams/data-co/"
    made = Team.objects.get(slug="data-co")
    assert list(made.members.all()) == [ada()], "whoever leads belongs to it"
    client.post(
        "/people/teams/data-co/edit/", {"name": "Data", "purpose": "numbers are wrong", "members": [str(ada().pk)]}
    )
    made.refresh_from_db()
    assert (made.name, made.slug, made.purpose) == ("Data", "data-co", "numbers are wrong")
    client.post("/people/teams/data-co/dissolve/")
    assert not Team.objects.filter(slug="data-co").exists()


def test_a_team_with_rotations_is_not_dissolved() -> None:
    answer = signed_in(grace()).post("/people/teams/payments/dissolve/")
    assert answer.status_code == 409
    assert "still has rotations" in text(answer)
    assert Team.objects.filter(slug="payments").exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"name": ""}, "required"),
        ({"name": "PLATFORM"}, "There is a team called PLATFORM already"),
        ({"name": "New", "chat_url": "javascript:alert(1)"}, "valid URL"),
    ],
)
def test_a_team_that_cannot_be_is_refused_at_its_field(said: dict[str, str], sentence: str) -> None:
    page = signed_in(grace()).post("/people/teams/new/", said)
    assert page.status_code == 422
    assert sentence in text(page)


def test_names_that_make_no_address_get_one() -> None:
    first = teams.create(Charter("数据"), actor=grace())
    second = teams.create(Charter("平台"), actor=grace())
    third = teams.create(Charter("New"), actor=grace())
    assert [first.slug, second.slug, third.slug] == ["team", "team-2", "new-2"]


def test_role_cards_say_what_a_role_does_and_who_has_it_now() -> None:
    client = signed_in(stella())
    for role in Role:
        said = text(client.get(f"/roles/{role.value}/"))
        for heading in ("The first five minutes", "Does", "Does not", "Who takes it"):
            assert heading in said
        assert role.label in text(client.get("/roles/"))
    assert "Now Grace" in text(client.get("/roles/incident_manager/"))
    assert client.get("/roles/king/").status_code == 404
