"""Coming in: invited by a link that works once, and nobody otherwise."""

import re
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.test import Client

from kit import clock
from kit.rules import Forbidden, RuleBroken
from roles import joining
from roles.joining import Newcomer
from roles.models import Invitation, User
from tests.people import PASSWORD, ada, admin, organisation, person, stella
from tests.roles.doors import is_in, signed_in, text, tries_to_sign_in

pytestmark = pytest.mark.django_db
NEWCOMER = {"name": "Mia Tanaka", "password": PASSWORD, "time_zone": "Asia/Tokyo"}


def invited(email: str = "mia@denomas.example", *groups: str) -> str:
    """The path of the link that inviting by the page shows."""
    page = signed_in(admin()).post("/people/invite/", {"email": email, "groups": groups or ["Support"]})
    assert page.status_code == 201
    found = re.search(r'value="[^"]*(/join/[^"]+)"', page.content.decode())
    assert found
    return found[1]


def test_somebody_invited_joins_by_the_link_and_is_in() -> None:
    organisation()
    link, client = invited("Mia@Denomas.example", "Reliability", "Quality"), Client()
    shown = text(client.get(link))
    assert "Join Denomas" in shown
    assert "mia@denomas.example" in shown
    assert "Quality, Reliability" in shown
    answer = client.post(link, NEWCOMER)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(client)
    mia = User.objects.get(email="mia@denomas.example")
    assert (mia.name, mia.time_zone, mia.group_names) == ("Mia Tanaka", "Asia/Tokyo", ("Quality", "Reliability"))
    assert tries_to_sign_in(Client(), "MIA@denomas.example").status_code == 302


def test_the_link_is_mailed_too_and_only_its_digest_is_kept() -> None:
    organisation()
    link = invited()
    (letter,) = mail.outbox
    assert letter.to == ["mia@denomas.example"]
    assert letter.subject == "Root invites you to Sitrep at Denomas"
    assert f"http://127.0.0.1:8000{link}" in letter.body
    token = link.removeprefix("/join/").rstrip("/")
    assert token not in str(Invitation.objects.values_list())


def test_when_the_letter_cannot_be_sent_the_page_says_so_and_shows_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise SMTPServerDisconnected("gone")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    page = signed_in(admin()).post("/people/invite/", {"email": "mia@denomas.example", "groups": ["Support"]})
    assert "could not be sent" in text(page)
    assert "/join/" in page.content.decode()
    assert Invitation.objects.filter(email="mia@denomas.example").exists()


def test_looking_at_a_link_uses_nothing_up() -> None:
    link = invited()
    for _ in range(3):
        assert Client().get(link).status_code == 200
    assert Client().post(link, NEWCOMER).status_code == 302


def test_a_link_works_once() -> None:
    link = invited()
    Client().post(link, NEWCOMER)
    for answer in (Client().get(link), Client().post(link, NEWCOMER | {"name": "Eve"})):
        assert answer.status_code == 410
        assert "has been used" in text(answer)
    assert User.objects.filter(email="mia@denomas.example").count() == 1


def test_a_link_ends_after_seven_days() -> None:
    link = invited()
    with clock.shifted(timedelta(days=7)):
        answer = Client().post(link, NEWCOMER)
    assert answer.status_code == 410
    assert "older than seven days" in text(answer)
    assert not User.objects.filter(email="mia@denomas.example").exists()


def test_an_invitation_taken_back_opens_nothing() -> None:
    link = invited()
    signed_in(admin()).post(f"/people/invite/{Invitation.objects.get().pk}/revoke/")
    assert "taken back" in text(Client().get(link))
    assert Client().post(link, NEWCOMER).status_code == 410


def test_inviting_the_same_address_again_ends_the_former_link() -> None:
    former, latter = invited(), invited()
    assert Client().get(former).status_code == 410
    assert Client().get(latter).status_code == 200


def test_a_link_nobody_made_says_nothing_about_anybody() -> None:
    answer = Client().get("/join/guessed/")
    assert answer.status_code == 410
    assert "not complete" in text(answer)


def test_a_weak_password_is_refused_and_what_was_typed_is_kept() -> None:
    link = invited()
    for weak in ("short", "password12", "mia@denomas.example"):
        page = Client().post(link, NEWCOMER | {"password": weak})
        assert page.status_code == 422
        assert "Mia Tanaka" in page.content.decode()
    assert not User.objects.filter(email="mia@denomas.example").exists()


def test_a_zone_that_is_none_is_refused() -> None:
    page = Client().post(invited(), NEWCOMER | {"time_zone": "Mars/Olympus"})
    assert page.status_code == 422


def test_an_administrator_is_told_who_is_here_already_and_nobody_else_may_ask() -> None:
    ada()
    page = signed_in(admin()).post("/people/invite/", {"email": "ADA@denomas.example", "groups": ["Support"]})
    assert page.status_code == 422
    assert "Ada is here already" in text(page)
    with pytest.raises(Forbidden):
        joining.invite("ada@denomas.example", ["Support"], actor=stella())
    assert signed_in(stella()).get("/people/invite/").status_code == 403


@pytest.mark.parametrize(
    ("email", "groups", "field"),
    [("nonsense", ["Support"], "email"), ("a@b.example", [], "groups"), ("a@b.example", ["Kings"], "groups")],
)
def test_an_invitation_names_an_address_and_groups_that_exist(email: str, groups: list[str], field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        joining.invite(email, groups, actor=admin())
    assert refused.value.field == field
    assert not Invitation.objects.exists()


def test_somebody_signed_in_does_not_become_somebody_else_by_a_link() -> None:
    link, client = invited(), signed_in(ada())
    assert "signed in as Ada" in text(client.get(link))
    client.post(link, NEWCOMER)
    assert not User.objects.filter(email="mia@denomas.example").exists()


def test_nobody_signs_up_without_an_invitation() -> None:
    person("Somebody")
    for answer in (
        Client().get("/accounts/signup/"),
        Client().post("/accounts/signup/", {"email": "eve@evil.example", "password1": PASSWORD}),
    ):
        assert "joined by invitation" in text(answer)
    assert not User.objects.filter(email="eve@evil.example").exists()


def test_joining_is_asked_for_a_name() -> None:
    _, token = joining.invite("mia@denomas.example", ["Support"], actor=admin())
    with pytest.raises(RuleBroken, match="name"):
        joining.accept(token, Newcomer("  ", PASSWORD))
