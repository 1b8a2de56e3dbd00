"""The set-up: from an empty database to a usable organisation, by the pages alone."""

import re
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from kit import clock
from kit.rules import RuleBroken
from roles import joining, rotations, setup
from roles.catalogue import Role
from roles.joining import Newcomer
from roles.models import Organisation, Rotation, Team, User
from tests.people import PASSWORD, ada, admin, organisation
from tests.roles.doors import is_in, signed_in, text, tries_to_sign_in

FIRST = {
    "organisation": "Denomas", "name": "Ada Keller", "email": "ada@denomas.example", "password": PASSWORD,
    "time_zone": "Europe/Berlin",
}  # fmt: skip


@pytest.mark.django_db
def test_where_nobody_is_every_page_leads_to_the_set_up() -> None:
    for path in ("/", "/people/", "/me/", "/setup/", "/accounts/login/"):
        page = Client().get(path, follow=True)
        assert "Set up Sitrep" in text(page), path


@pytest.mark.django_db
def test_where_somebody_is_the_set_up_is_for_administrators() -> None:
    ada()
    assert "Sign in" in text(Client().get("/setup/", follow=True))
    assert Client().post("/setup/", FIRST).status_code == 302
    assert User.objects.count() == 1
    assert signed_in(ada()).get("/setup/").status_code == 403
    assert signed_in(admin()).get("/setup/").status_code == 200


@pytest.mark.django_db
def test_an_empty_database_becomes_a_usable_organisation() -> None:
    client = Client()
    assert client.post("/setup/", FIRST)["Location"] == "/setup/"
    assert is_in(client)
    house = Organisation.objects.get()
    assert (house.name, house.time_zone, house.workdays) == ("Denomas", "Europe/Berlin", [1, 2, 3, 4, 5])
    assert re.search(r"0 of \d+ done, about 5 minutes left", text(client.get("/setup/")))

    hours = {
        "name": "Denomas", "time_zone": "Europe/Berlin", "workdays": [1, 2, 3, 4], "workday_starts": "08:00",
        "workday_ends": "16:00", "holidays": "2026-12-25\n2026-12-26", "call_url": "meet.denomas.example/x",
    }  # fmt: skip
    assert client.post("/people/organisation/", hours)["Location"] == "/setup/"
    house.refresh_from_db()
    assert (house.workdays, house.holidays) == ([1, 2, 3, 4], ["2026-12-25", "2026-12-26"])
    assert house.call_url == "https://meet.denomas.example/x"

    client.post("/people/invite/", {"email": "grace@denomas.example", "groups": ["Development"]})
    found = re.search(r"/join/\S+/", str(mail.outbox[0].body))
    assert found
    Client().post(found[0], {"name": "Grace", "password": PASSWORD, "time_zone": "Europe/London"})

    everybody = [str(user.pk) for user in User.objects.all()]
    client.post("/people/teams/new/", {"name": "Platform", "purpose": "the API fails", "members": everybody})
    platform = Team.objects.get()
    day = (clock.now() - timedelta(days=1)).date().isoformat()
    for role in ("engineer", "incident_manager"):
        client.post("/people/rotations/new/", {
            "name": f"{role} rotation", "role": role, "team": str(platform.pk), "time_zone": "Europe/Berlin",
            "starts_on": day, "handover_at": "00:00", "shift_days": 7, "with_members": "on",
        })  # fmt: skip
    assert Rotation.objects.count() == 2
    assert rotations.shift_for(Role.ENGINEER, clock.now()) is not None
    done = {step.title for step in setup.progress(User.objects.get(name="Ada Keller")).steps if step.done}
    assert {"Organisation", "People", "Teams", "Rotations"} <= done


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"organisation": " "}, "This field is required"),
        ({"email": "ada"}, "valid email address"),
        ({"password": "short"}, "too short"),
        ({"time_zone": "Berlin"}, "Select a valid choice"),
    ],
)
def test_a_first_form_that_cannot_be_makes_nothing(said: dict[str, str], sentence: str) -> None:
    page = Client().post("/setup/", FIRST | said)
    assert page.status_code == 422
    assert sentence in text(page)
    assert not User.objects.exists()
    assert not Organisation.objects.exclude(name="").exists()


@pytest.mark.django_db
def test_a_step_that_is_misspelt_hides_nothing_but_breaks(settings: object) -> None:
    settings.SETUP_STEPS = ["roles.setup.teams_step", "roles.setup.no_such_step"]  # type: ignore[attr-defined]
    with pytest.raises(ImportError, match="no_such_step"):
        setup.progress(admin())


@pytest.mark.django_db
def test_every_step_finds_what_it_asks_for_made_by_one_before_it() -> None:
    titles = [step.title for step in setup.progress(admin()).steps]
    assert len(titles) == 9
    for first, then in (("Teams", "Rotations"), ("Teams", "Services"), ("Status page", "Services")):
        assert titles.index(first) < titles.index(then)


@pytest.mark.django_db
def test_when_all_is_done_the_set_up_says_so(settings: object) -> None:
    organisation()
    settings.SETUP_STEPS = ["roles.setup.teams_step"]  # type: ignore[attr-defined]
    Team.objects.create(name="Platform", slug="platform")
    assert "Sitrep is ready" in text(signed_in(admin()).get("/setup/"))


def first_day() -> Client:
    """An administrator who has just set the house up."""
    client = Client()
    client.post("/setup/", FIRST)
    client.get("/setup/")
    return client


@pytest.mark.django_db
def test_whoever_sets_up_is_led_from_page_to_page_until_they_say_later() -> None:
    client = first_day()
    page = text(client.get("/people/organisation/"))
    assert "Organisation Its working hours decide when S3 and S4 are due" in page
    client.post("/people/organisation/", {
        "name": "Denomas", "time_zone": "UTC", "workdays": [1], "workday_starts": "08:00", "workday_ends": "16:00",
    })  # fmt: skip
    assert "Go on: People" in text(client.get("/people/organisation/"))
    assert "Set-up: 1 of 9 done" in text(client.get("/incidents/"))
    assert client.post("/setup/later/")["Location"] == "/"
    assert "Set-up: 1 of 9" not in text(client.get("/incidents/"))
    assert "Set-up: 1 of 9" not in text(signed_in(ada()).get("/incidents/"))
    client.get("/setup/")
    assert "Set-up: 1 of 9 done" in text(client.get("/incidents/"))


@pytest.mark.django_db
def test_the_set_up_says_what_is_missing_from_what_is_done() -> None:
    client = first_day()
    me = User.objects.get()
    client.post("/people/invite/", {"email": "grace@denomas.example", "groups": ["Development"]})
    client.post("/people/teams/new/", {"name": "Platform", "members": [str(me.pk)]})
    assert "?role=engineer" in client.get("/setup/").content.decode()
    asked = client.get("/people/rotations/new/?role=engineer").content.decode()
    assert f'value="{Team.objects.get().pk}" selected' in asked
    client.post("/people/rotations/new/", {
        "name": "Engineers", "role": "engineer", "team": str(Team.objects.get().pk), "time_zone": "UTC",
        "starts_on": (clock.now() - timedelta(days=1)).date().isoformat(), "handover_at": "00:00", "shift_days": 7,
        "with_members": "on",
    })  # fmt: skip
    page = text(client.get("/setup/"))
    assert "1 invitation is not accepted yet: only who has joined can be called." in page
    assert "Nobody is on call as communications manager, and nobody stands in." in page
    assert "Nobody is on call as engineer on call" not in page
    client.post("/settings/cadence/preset/", {"preset": "small_team"})
    assert "Nobody is on call as" not in text(client.get("/setup/"))


@pytest.mark.django_db
def test_an_invitation_that_is_not_mailed_says_so(settings: object) -> None:
    invited = {"email": "grace@denomas.example", "groups": ["Development"]}
    client = first_day()
    page = text(client.post("/people/invite/", invited))
    assert "Nobody is mailed yet" in page
    assert "on its way by mail" not in page
    settings.MAIL_URL = "smtp://mail.denomas.example"  # type: ignore[attr-defined]
    assert "on its way by mail" in text(
        client.post("/people/invite/", invited | {"email": "linus@denomas.example"}),
    )


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_who_set_up_at_once_one_is_told_no() -> None:
    gate, said = threading.Barrier(2), list[str]()

    def found(name: str) -> None:
        gate.wait()
        try:
            joining.found("Denomas", f"{name}@denomas.example", Newcomer(name, PASSWORD))
            said.append("in")
        except RuleBroken as refused:
            said.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=found, args=(name,)) for name in ("Ada", "Grace")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["in", "set_up_already"]
    assert User.objects.count() == 1
    assert tries_to_sign_in(Client(), User.objects.get().email).status_code == 302
