"""The board: what one owes on all incidents comes first, and what it says agrees with the rooms."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents import communications, engagement, levelling
from incidents.vocabulary import Posture, Severity
from kit import clock
from roles.catalogue import Role
from roles.models import User
from tests.browsing import browser, text
from tests.incidents.stories import answered, declared, told_public
from tests.people import ada, everybody_on_call, grace, linus, stella

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()


def board(user: User) -> str:
    return text(browser(user).get("/"))


def duties(user: User) -> list[str]:
    """What the board says this person owes, in its order: the incident's reference and the sentence."""
    shown = browser(user).get("/").content.decode()
    cards = re.findall(r'<div class="duty-card.*?</p>', shown, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", card)).strip() for card in cards]


def test_what_one_owes_over_all_incidents_comes_first_pages_and_then_what_is_due_first() -> None:
    first = answered(title="Search is empty")
    told_public(first, next_update_at=clock.now() + timedelta(minutes=30))
    second = answered(title="Payments fail")
    told_public(second, next_update_at=clock.now() + timedelta(minutes=5))
    declared(title="Mail is slow")
    found = duties(ada())
    assert [re.search(r"INC-\d", one)[0] for one in found] == ["INC-3", "INC-2", "INC-1"]  # type: ignore[index]
    assert "You are communications manager. Public update due." in found[1]
    assert "You are asked in as communications manager." in found[0]


def test_a_duty_is_done_from_the_board() -> None:
    incident = declared()
    shown = browser(linus()).get("/").content.decode()
    assert f'action="/incidents/{incident.reference}/acknowledge/"' in shown
    browser(linus()).post(f"/incidents/{incident.reference}/acknowledge/")
    assert not [one for one in duties(linus()) if "You are asked in" in one]


def test_who_owes_nothing_sees_no_duty() -> None:
    declared()
    assert duties(stella()) == []


def test_you_lead_what_the_room_says_you_lead() -> None:
    incident = declared(title="Checkout fails")
    assert "You lead no incident" in board(grace())
    engagement.acknowledge(incident, actor=grace())
    assert "You lead S2 INC-1 Checkout fails" in board(grace())
    engagement.acknowledge(incident, actor=linus())
    engagement.release(incident, Role.INCIDENT_MANAGER, grace(), actor=grace())
    assert "You lead no incident" in board(grace())


def test_a_card_says_that_nobody_leads() -> None:
    incident = declared()
    assert "Nobody leads yet." in board(stella())
    engagement.acknowledge(incident, actor=grace())
    assert "Nobody leads" not in board(stella())


def test_the_number_of_what_is_late_is_the_number_of_lines_it_leads_to() -> None:
    incident = levelling.confirm(answered(Severity.S1), actor=grace())
    communications.decide_posture(incident, Posture.POST, actor=grace())
    declared()
    with clock.shifted(timedelta(minutes=50)):
        counted = re.search(r"(\d+) late", board(stella()))
        assert counted
        rows = browser(stella()).get("/late/").content.decode().split("<tbody>")[1].count("<tr>")
    assert int(counted[1]) == rows > 3


def test_what_is_owed_says_whom_it_is_waiting_for() -> None:
    incident = levelling.confirm(answered(Severity.S1), actor=grace())
    communications.decide_posture(incident, Posture.POST, actor=grace())
    room = f"/incidents/{incident.reference}/"
    with clock.shifted(timedelta(minutes=50)):
        for url in ("/late/", room):
            shown = text(browser(stella()).get(url))
            assert re.search(r"Public update.{0,60} Ada, communications manager", shown)
        engagement.release(incident, Role.COMMUNICATIONS, ada(), actor=ada())
        for url in ("/late/", room):
            assert "Communications manager: nobody" in text(browser(stella()).get(url))


def test_late_lines_cost_as_much_for_many_as_for_few() -> None:
    def statements() -> int:
        with clock.shifted(timedelta(minutes=50)), CaptureQueriesContext(connection) as asked:
            client.get("/late/")
        return len(asked)

    answered(Severity.S1)
    client = browser(stella())
    client.get("/late/")
    few = statements()
    for _ in range(3):
        answered(Severity.S1)
    assert statements() == few


def test_the_board_costs_as_much_for_many_duties_as_for_few() -> None:
    answered()
    client = browser(grace())
    client.get("/")
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    for _ in range(8):
        answered()
    with CaptureQueriesContext(connection) as many:
        client.get("/")
    assert len(many) == len(few)


def test_whoever_takes_turns_sees_their_shift_at_home() -> None:
    assert "My shifts" in board(linus())
    assert "My shifts" not in board(stella())
