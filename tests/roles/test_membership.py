"""Groups, profiles, leaving and coming back."""

import threading
from datetime import time

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection

from kit.rules import Forbidden, RuleBroken
from roles import changes, keys, membership
from roles import organisation as house
from roles.models import User
from tests.people import PASSWORD, ada, admin, grace, linus, organisation, person, stella
from tests.roles.doors import is_in, signed_in, text, tries_to_sign_in

pytestmark = pytest.mark.django_db


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_every_group_of_the_table_is_there_from_the_start() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(settings.ROLES_GRANTS)
    assert set(settings.ROLES_ABOUT) == set(settings.ROLES_GRANTS)


def test_a_new_group_gives_what_it_grants_at_the_next_request() -> None:
    client = signed_in(stella())
    assert client.get("/people/rotations/new/").status_code == 403
    signed_in(admin()).post(f"/people/{stella().pk}/groups/", {"groups": ["Development"]})
    assert client.get("/people/rotations/new/").status_code == 200


def test_the_last_administrator_neither_leaves_nor_steps_down() -> None:
    client = signed_in(admin())
    page = client.post(f"/people/{admin().pk}/groups/", {"groups": ["Support"]})
    assert page.status_code == 422
    assert "last administrator" in text(page)
    assert client.post(f"/people/{admin().pk}/leave/").status_code == 409
    assert again(admin()).is_active
    assert again(admin()).group_names == ("Administrators",)


def test_one_of_two_administrators_may_go() -> None:
    second = person("Second", "Administrators")
    membership.deactivate(admin(), actor=second)
    assert not again(admin()).is_active
    with pytest.raises(RuleBroken, match="last administrator"):
        membership.deactivate(second, actor=second)


def test_an_administrator_who_has_left_does_not_count() -> None:
    second = person("Second", "Administrators")
    membership.deactivate(second, actor=admin())
    with pytest.raises(RuleBroken, match="last administrator"):
        membership.regroup(admin(), ["Quality"], actor=admin())


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_administrators_who_let_each_other_go_at_once_leave_one() -> None:
    organisation()
    pair = [admin(), person("Second", "Administrators")]
    gate, said = threading.Barrier(2), list[str]()

    def let_go(other: User, actor: User) -> None:
        gate.wait()
        try:
            membership.deactivate(other, actor=actor)
            said.append("gone")
        except RuleBroken as refused:
            said.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=let_go, args=ends) for ends in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["gone", "last_administrator"]
    assert User.objects.present().filter(groups__name="Administrators").count() == 1


def test_whoever_has_left_is_out_at_once_and_keeps_their_name() -> None:
    client, _ = signed_in(ada()), keys.create("script", read_only=True, expires_at=None, actor=ada())
    assert is_in(client)
    signed_in(admin()).post(f"/people/{ada().pk}/leave/")
    assert not is_in(client)
    assert not is_in_after_signing_in(ada())
    assert not ada().tokens.filter(revoked_at=None).exists()
    assert "Ada has left" in text(signed_in(grace()).get(f"/people/{ada().pk}/"))
    assert "Ada" not in text(signed_in(grace()).get("/people/"))


def test_whoever_comes_back_signs_in_with_their_password_but_not_with_old_keys() -> None:
    _, secret = keys.create("script", read_only=True, expires_at=None, actor=ada())
    membership.deactivate(ada(), actor=admin())
    signed_in(admin()).post(f"/people/{ada().pk}/return/")
    assert is_in_after_signing_in(ada())
    assert keys.bearer(secret, ada().joined_at) is None


def is_in_after_signing_in(user: User) -> bool:
    client = signed_in(stella())
    client.logout()
    tries_to_sign_in(client, user.email, PASSWORD)
    return is_in(client)


def test_everybody_changes_their_own_profile() -> None:
    client = signed_in(ada())
    said = {"name": "Ada Lovelace", "time_zone": "Asia/Tokyo", "phone": "+49 30 1234567"}
    assert client.post("/me/", said).status_code == 302
    assert (again(ada()).name, again(ada()).time_zone, again(ada()).phone) == tuple(said.values())
    assert [change.sentence for change in changes.of(ada())] == ["changed their own profile"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"name": " "}, "required"),
        ({"phone": "call me"}, "Allowed are digits"),
        ({"time_zone": "Mars"}, "valid choice"),
        ({"name": "A" * 121}, "at most 120"),
    ],
)
def test_a_profile_that_cannot_be_is_refused_and_nothing_changes(said: dict[str, str], sentence: str) -> None:
    page = signed_in(ada()).post("/me/", {"name": "Eve", "time_zone": "UTC", "phone": ""} | said)
    assert page.status_code == 422
    assert sentence in text(page)
    assert again(ada()).name == "Ada"


def test_nobody_but_an_administrator_changes_somebody_elses_profile() -> None:
    with pytest.raises(Forbidden):
        membership.describe(ada(), name="Eve", time_zone="UTC", phone="", actor=linus())
    signed_in(admin()).post(f"/people/{ada().pk}/edit/", {"name": "Ada B", "time_zone": "UTC", "phone": ""})
    assert again(ada()).name == "Ada B"


def test_times_are_shown_in_the_zone_of_the_profile() -> None:
    membership.describe(ada(), name="Ada", time_zone="Asia/Tokyo", phone="", actor=ada())
    keys.create("script", read_only=True, expires_at=None, actor=ada())
    made = ada().tokens.get().created_at.astimezone(again(ada()).zone)
    assert f"made {made:%H:%M}" in text(signed_in(ada()).get("/me/"))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"workday_ends": "08:00"}, "must end after it starts"),
        ({"workdays": []}, "required"),
        ({"workdays": ["8"]}, "8 is not one of"),
        ({"holidays": "christmas"}, "“christmas” is not a day"),
        ({"call_url": "javascript:alert(1)"}, "valid URL"),
        ({"name": ""}, "required"),
    ],
)
def test_an_organisation_that_cannot_be_is_refused_at_its_field(said: dict[str, object], sentence: str) -> None:
    organisation()
    whole = {"name": "Other", "time_zone": "UTC", "workdays": [1], "workday_starts": "09:00", "workday_ends": "17:00"}
    page = signed_in(admin()).post("/people/organisation/", whole | said)
    assert page.status_code == 422
    assert sentence in text(page)
    assert house.current().name == "Denomas"


def test_new_working_hours_make_a_new_calendar() -> None:
    organisation()
    house.change(actor=admin(), workdays=[6], workday_starts=time(10), workday_ends=time(12), holidays=["2026-12-26"])
    calendar = house.calendar()
    assert (calendar.starts, calendar.workdays) == (time(10), frozenset({6}))
    assert [day.isoformat() for day in calendar.holidays] == ["2026-12-26"]
    with pytest.raises(Forbidden):
        house.change(actor=grace(), name="Mine")
