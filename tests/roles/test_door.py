"""The door: signing in and out, forgotten passwords, second factors, and nowhere else to."""

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client

from tests.people import PASSWORD, ada, grace, person
from tests.roles.doors import is_in, signed_in, text, tries_to_sign_in

pytestmark = pytest.mark.django_db
NEW = "another horse battery"


@pytest.fixture(autouse=True)
def unlimited() -> Iterator[None]:
    """Attempts of other tests do not count."""
    cache.clear()
    yield
    cache.clear()


def code(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def test_an_address_and_a_password_open_the_door_whatever_the_case() -> None:
    ada()
    client = Client()
    assert tries_to_sign_in(client, "ADA@Denomas.example")["Location"] == "/"
    assert is_in(client)


def test_a_wrong_password_and_an_unknown_address_are_answered_alike() -> None:
    ada()
    wrong = tries_to_sign_in(Client(), "ada@denomas.example", "wrong horse battery")
    unknown = tries_to_sign_in(Client(), "eve@denomas.example", "wrong horse battery")
    assert wrong.status_code == unknown.status_code == 200
    said = "This address and this password do not belong together."
    assert said in text(wrong)
    assert said in text(unknown)


def test_after_five_wrong_passwords_the_right_one_must_wait() -> None:
    ada()
    for _ in range(5):
        tries_to_sign_in(Client(), "ada@denomas.example", "wrong horse battery")
    client = Client()
    page = tries_to_sign_in(client, "ada@denomas.example")
    assert "Too many attempts" in text(page)
    assert not is_in(client)


def test_signing_in_changes_the_session_so_that_none_can_be_planted() -> None:
    ada()
    client = Client()
    client.get("/accounts/login/")
    client.session["planted"] = True
    client.session.save()
    before = client.session.session_key
    tries_to_sign_in(client, "ada@denomas.example")
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "javascript:alert(1)", "https:evil.example", "/\\evil.example"],
)
def test_next_leads_nowhere_but_home_when_it_points_elsewhere(elsewhere: str) -> None:
    ada()
    assert tries_to_sign_in(Client(), "ada@denomas.example", to=elsewhere)["Location"] == "/"
    client = signed_in(ada())
    assert "evil" not in client.get(f"/accounts/login/?next={elsewhere}")["Location"]


def test_next_leads_to_the_page_one_wanted() -> None:
    ada()
    client = Client()
    sign_in = client.get("/people/rotations/")["Location"]
    assert sign_in == "/accounts/login/?next=/people/rotations/"
    assert tries_to_sign_in(client, "ada@denomas.example", to="/people/rotations/")["Location"] == "/people/rotations/"


def test_signing_out_takes_a_post() -> None:
    client = signed_in(ada())
    assert "Sign out?" in text(client.get("/accounts/logout/"))
    assert is_in(client)
    client.post("/accounts/logout/")
    assert not is_in(client)


def test_a_forgotten_password_is_set_anew_by_the_link_in_the_letter() -> None:
    ada()
    client = Client()
    assert "Look into your mail" in text(
        client.post("/accounts/password/reset/", {"email": "Ada@denomas.example"}, follow=True)
    )
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["ada@denomas.example"], "Choose a new password for Sitrep")
    found = re.search(r"^http://127\.0\.0\.1:8000(/\S+)$", str(letter.body), re.MULTILINE)
    assert found
    form = client.get(found[1])["Location"]
    assert "New password" in text(client.get(form))
    answer = client.post(form, {"password1": NEW, "password2": NEW}, follow=True)
    assert "Your new password is set" in text(answer)
    assert mail.outbox[1].subject == "Your Sitrep password was set anew"
    fresh = Client()
    tries_to_sign_in(fresh, "ada@denomas.example", NEW)
    assert is_in(fresh)
    assert "no longer works" in text(Client().get(found[1]))


def test_the_letters_link_is_ours_whatever_host_was_asked(settings: object) -> None:
    ada()
    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
    Client().post("/accounts/password/reset/", {"email": "ada@denomas.example"}, headers={"host": "evil.example"})
    assert "evil.example" not in mail.outbox[0].body


def test_asking_for_a_stranger_is_answered_alike_and_tells_them_only() -> None:
    ada()
    known = Client().post("/accounts/password/reset/", {"email": "ada@denomas.example"}, follow=True)
    unknown = Client().post("/accounts/password/reset/", {"email": "eve@evil.example"}, follow=True)
    assert text(known) == text(unknown)
    assert [letter.to for letter in mail.outbox] == [["ada@denomas.example"], ["eve@evil.example"]]
    assert "ask an administrator" in mail.outbox[1].body


def test_changing_the_password_takes_the_old_one_and_keeps_one_signed_in() -> None:
    client = signed_in(ada())
    wrong = client.post(
        "/accounts/password/change/", {"oldpassword": "wrong", "password1": NEW, "password2": NEW}, follow=True
    )
    assert "This is not your password" in text(wrong)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert is_in(client)
    assert mail.outbox[0].subject == "Your Sitrep password was changed"
    fresh = Client()
    tries_to_sign_in(fresh, "ada@denomas.example", NEW)
    assert is_in(fresh)


def test_a_second_factor_is_turned_on_asked_for_and_replaced_by_a_recovery_code(settings: Any) -> None:
    # Between the code and its check thirty seconds of the app may end.
    settings.MFA_TOTP_TOLERANCE = 1
    client = signed_in(ada())
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert secret in text(page)
    assert "data:image/svg+xml" in page.content.decode()
    done = client.post("/accounts/2fa/totp/activate/", {"code": code(secret)}, follow=True)
    assert "Recovery codes" in text(done)
    spare = done.context["unused_codes"][0]
    stored = str(Authenticator.objects.values_list("data", flat=True))
    assert secret not in stored

    fresh = Client()
    assert tries_to_sign_in(fresh, "ada@denomas.example")["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_in(fresh)
    assert "Incorrect" in text(fresh.post("/accounts/2fa/authenticate/", {"code": "000000"}))
    fresh.post("/accounts/2fa/authenticate/", {"code": spare})
    assert is_in(fresh)
    again = Client()
    tries_to_sign_in(again, "ada@denomas.example")
    again.post("/accounts/2fa/authenticate/", {"code": spare})
    assert not is_in(again), "a recovery code works once"


def test_turning_the_second_factor_on_asks_for_the_password_first() -> None:
    client = signed_in(ada())
    answer = client.get("/accounts/2fa/totp/activate/")
    assert answer.status_code == 302
    assert "Is it you?" in text(client.get(answer["Location"]))


def test_one_changes_neither_ones_address_nor_confirms_any() -> None:
    client = signed_in(ada())
    for path in ("/accounts/email/", "/accounts/confirm-email/", "/accounts/3rdparty/"):
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize(
    "path", ["/", "/people/", "/people/rotations/", "/me/", "/roles/", "/people/organisation/", "/accounts/2fa/"]
)
def test_every_page_asks_for_sign_in(path: str) -> None:
    ada()
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_form_from_another_site_does_nothing() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada())
    assert strict.post("/me/", {"name": "Eve", "time_zone": "UTC", "phone": ""}).status_code == 403
    assert ada().name == "Ada"


def test_no_page_of_the_door_holds_a_script_or_style_of_its_own() -> None:
    ada()
    pages = [Client().get(path) for path in ("/accounts/login/", "/accounts/password/reset/", "/accounts/signup/")]
    pages += [signed_in(grace()).get(path) for path in ("/accounts/logout/", "/accounts/password/change/", "/me/")]
    for page in pages:
        html = page.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", html)


def test_many_people_behind_one_address_are_not_shut_out_by_a_few_typing_errors() -> None:
    numbers = count()
    people = [person(f"Person{next(numbers)}") for _ in range(4)]
    for someone in people:
        tries_to_sign_in(Client(), someone.email, "wrong horse battery")
    assert tries_to_sign_in(Client(), people[0].email).status_code == 302
