"""What each actor may do stands on the pages and nothing else does; what is typed about times is asked back."""

from datetime import timedelta

import pytest

from kit import clock
from roles import joining, rotations
from roles.catalogue import Role
from roles.models import Override, Rotation, Team
from tests.people import ada, admin, everybody_on_call, grace, linus, person, rotation, stella, team
from tests.roles.doors import addresses, signed_in, text

pytestmark = pytest.mark.django_db
READABLE = ("/people/", "/people/rotations/", "/roles/", "/me/")


@pytest.fixture
def made() -> Rotation:
    return rotation(Role.ENGINEER, linus(), ada())


def protected(made: Rotation) -> dict[str, tuple[str, str]]:
    """Every address that acts, by the permission it needs and the method."""
    invitation, _ = joining.invite("mia@denomas.example", ["Support"], actor=admin())
    override = Override.objects.create(
        rotation=made, person=ada(), starts_at=clock.now(), ends_at=clock.now() + timedelta(days=1)
    )
    someone, one, its_team = (
        f"/people/{linus().pk}/",
        f"/people/rotations/{made.pk}/",
        f"/people/teams/{made.team.slug}/",
    )
    people, turns = "roles.manage_people", "roles.manage_rotations"
    return {
        "/people/invite/": (people, "get"),
        f"/people/invite/{invitation.pk}/revoke/": (people, "post"),
        f"{someone}edit/": (people, "get"),
        f"{someone}groups/": (people, "get"),
        f"{someone}leave/": (people, "get"),
        f"{someone}return/": (people, "post"),
        "/people/organisation/": ("roles.manage_organisation", "get"),
        "/setup/": ("roles.manage_organisation", "get"),
        "/people/teams/new/": (turns, "get"),
        f"{its_team}edit/": (turns, "get"),
        f"{its_team}dissolve/": (turns, "post"),
        "/people/rotations/new/": (turns, "get"),
        f"{one}edit/": (turns, "get"),
        f"{one}end/": (turns, "post"),
        f"{one}turns/": (turns, "post"),
        f"{one}turns/step/": (turns, "post"),
        f"{one}overrides/": (turns, "post"),
        f"{one}overrides/{override.pk}/withdraw/": (turns, "post"),
    }


@pytest.mark.parametrize(
    "group", ["Reliability", "Security", "Development", "Quality", "Support", "Stakeholders", "Security leads"]
)
def test_what_a_group_may_not_do_is_absent_and_refused(made: Rotation, group: str) -> None:
    someone = person("Somebody", group)
    client, known = signed_in(someone), protected(made)
    pages = (*READABLE, f"/people/{linus().pk}/", f"/people/teams/{made.team.slug}/", f"/people/rotations/{made.pk}/")
    shown = set().union(*(addresses(client.get(page)) for page in pages))
    for path, (permission, method) in known.items():
        if someone.has_perm(permission):
            continue
        assert path not in shown, path
        said = {"step": "out", "person": str(linus().pk)} if method == "post" else {}
        assert getattr(client, method)(path, said).status_code == 403, path
        assert client.post(path, said).status_code == 403, path
    assert [turn.person for turn in rotations.prefetched().get(pk=made.pk).turns.all()] == [linus(), ada()]
    assert Team.objects.filter(pk=made.team_id).exists()


def test_what_administrators_may_do_stands_on_the_pages(made: Rotation) -> None:
    client, known = signed_in(admin()), protected(made)
    pages = (
        *READABLE, "/people/invite/", f"/people/{linus().pk}/", f"/people/teams/{made.team.slug}/",
        f"/people/teams/{made.team.slug}/edit/", f"/people/rotations/{made.pk}/", f"/people/rotations/{made.pk}/edit/",
    )  # fmt: skip
    shown = set().union(*(addresses(client.get(page)) for page in pages))
    reached = {path for path in known if not path.endswith("/return/")}
    assert reached <= shown


def test_a_rotation_is_made_previewed_changed_and_ended_by_the_pages() -> None:
    team().members.set([linus()])
    client = signed_in(grace())
    said = {"name": "Engineers", "role": "engineer", "team": str(team().pk), "time_zone": "Europe/London",
            "starts_on": "2026-11-16", "handover_at": "09:00", "shift_days": "7", "with_members": "on"}  # fmt: skip
    page = client.post("/people/rotations/new/", said, follow=True)
    one = Rotation.objects.get()
    assert "Hands over every Monday at 09:00 in London" in text(page)
    path = f"/people/rotations/{one.pk}/"
    preview = client.post(f"{path}edit/", said | {"handover_at": "17:45", "preview": "1"})
    assert "17:45" in text(preview)
    assert "Nothing is saved yet" in text(preview)
    one.refresh_from_db()
    assert one.handover_at.hour == 9
    client.post(f"{path}edit/", said | {"handover_at": "17:45"})
    one.refresh_from_db()
    assert one.handover_at.hour == 17
    client.post(f"{path}turns/", {"person": str(ada().pk)})
    client.post(f"{path}turns/step/", {"person": str(linus().pk), "step": "out"})
    assert [turn.person for turn in one.turns.all()] == [ada()]
    assert client.post(f"{path}turns/step/", {"person": str(ada().pk), "step": "sideways"}).status_code == 409
    assert client.post(f"{path}turns/", {"person": "nobody"}).status_code == 422
    client.post(f"{path}end/")
    assert not Rotation.objects.exists()


def test_shifts_are_shown_in_the_rotations_zone_and_in_mine() -> None:
    one = rotation(Role.ENGINEER, linus(), zone="Asia/Tokyo")
    viewer = person("Traveller", zone="America/New_York")
    said = text(signed_in(viewer).get(f"/people/rotations/{one.pk}/"))
    assert "09:00 JST" in said
    assert "for you:" in said
    assert "19:00 EST" in said or "20:00 EDT" in said


def override(made: Rotation, starts: str, ends: str, **more: str) -> str:
    said = {"person": str(grace().pk), "zone": "Europe/London", "starts": starts, "ends": ends} | more
    page = signed_in(grace()).post(f"/people/rotations/{made.pk}/overrides/", said)
    return "" if page.status_code == 302 else text(page)


def test_an_override_is_typed_in_the_time_of_a_zone(made: Rotation, morning: object) -> None:
    assert not override(made, "2027-06-01T09:00", "2027-06-01T17:00")
    one = Override.objects.get()
    assert (one.starts_at.hour, one.ends_at.hour, one.created_by) == (8, 16, grace())


def test_a_time_that_does_not_exist_is_refused_with_one_that_does(made: Rotation, morning: object) -> None:
    said = override(made, "2027-03-28T01:30", "2027-03-28T12:00")
    assert "28 Mar 2027, 01:30 does not exist in Europe/London" in said
    assert "28 Mar 2027, 02:30 does" in said
    assert not Override.objects.exists()


def test_a_time_that_comes_twice_is_asked_about_and_taken_as_answered(made: Rotation, morning: object) -> None:
    said = override(made, "2027-10-30T09:00", "2027-10-31T01:30")
    assert "comes twice in Europe/London" in said
    assert "The second time, after the clocks were set back" in said
    assert not Override.objects.exists()
    assert not override(made, "2027-10-30T09:00", "2027-10-31T01:30", ends_pass="second")
    assert Override.objects.get().ends_at.hour == 1


@pytest.mark.parametrize(
    ("starts", "ends", "sentence"),
    [
        ("", "2027-06-01T17:00", "This field is required"),
        ("soon", "2027-06-01T17:00", "Enter a valid date/time"),
        ("2027-06-01T17:00", "2027-06-01T09:00", "It must end after it starts"),
        ("2027-06-01T17:00", "2028-06-01T17:00", "At most a year ahead"),
        ("0001-01-01T00:00", "9999-12-31T23:59", "Allowed are the years 2000 to 2100"),
    ],
)
def test_an_override_that_cannot_be_is_refused_at_its_field(
    made: Rotation, morning: object, starts: str, ends: str, sentence: str
) -> None:
    assert sentence in override(made, starts, ends)
    assert not Override.objects.exists()


def test_people_elsewhere_than_in_the_directory_are_404() -> None:
    client = signed_in(stella())
    nowhere = "6f1a1c1e-0000-4000-8000-000000000000"
    for path in (f"/people/{nowhere}/", "/people/teams/none/", f"/people/rotations/{nowhere}/", "/people/not-a-uuid/"):
        assert client.get(path).status_code == 404, path


def test_every_page_of_the_room_opens_for_an_administrator() -> None:
    everybody_on_call()
    client, one = signed_in(admin()), Rotation.objects.first()
    assert one
    for path in (
        *READABLE, "/people/invite/", "/people/organisation/", "/setup/", "/people/teams/new/", "/accounts/2fa/",
        f"/people/{ada().pk}/", f"/people/{ada().pk}/edit/", f"/people/{ada().pk}/groups/",
        f"/people/{ada().pk}/leave/", f"/people/teams/{one.team.slug}/edit/", f"/people/rotations/{one.pk}/edit/",
        "/people/rotations/new/",
    ):  # fmt: skip
        assert client.get(path).status_code == 200, path
