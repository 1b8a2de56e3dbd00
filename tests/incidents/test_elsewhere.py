"""Who coordinates two grave incidents at once is said in the room of each (E9)."""

import pytest

from incidents import exits
from incidents.models import Incident
from incidents.vocabulary import Severity
from roles.models import User
from tests.browsing import browser, text
from tests.incidents.stories import answered
from tests.people import everybody_on_call, grace, linus, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()


def read(user: User, incident: Incident) -> str:
    """The room as one reads it."""
    return text(browser(user).get(incident.get_absolute_url()))


def test_e9_who_coordinates_a_second_grave_incident_is_said_with_a_way_to_ask_another() -> None:
    first, second = answered(), answered(Severity.S1, title="Logins fail")
    assert f"also on {first.reference} (S2); ask a second person" in read(linus(), second)
    assert "also on" not in read(linus(), answered(Severity.S3, title="A typo"))


def test_e9_an_incident_that_one_may_not_see_is_not_named_and_one_that_is_over_does_not_count() -> None:
    hidden = answered(is_restricted=True)
    exits.decline(answered(title="It was nothing"), actor=grace(), reason="A false alarm.")
    shown = answered(title="Logins fail")
    assert "also on" not in read(person("Nora", "Reliability"), shown)
    assert f"also on {hidden.reference} (S2)" in read(grace(), shown)
