"""The wordings that bulletins begin with, kept by administrators (domain §2.7)."""

from typing import Any

import pytest
from django.urls import reverse

from incidents import shortform, wordings
from incidents.models import Incident, Wording
from tests.browsing import browser, text
from tests.incidents.feedback import sheet, to_be_told, write
from tests.people import ada, admin, everybody_on_call
from tests.statuspage_world import page

pytestmark = pytest.mark.django_db
FIRST = wordings.DEFAULTS[wordings.INVESTIGATING]


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()
    page()


def keep(key: str, said: str, expect: int = 302) -> str:
    answer = browser(admin()).post(reverse("wordings"), {"key": key, "text": said})
    assert answer.status_code == expect, text(answer)
    return text(answer)


def composer(incident: Incident) -> str:
    return browser(ada()).get(reverse("bulletin", args=[incident.reference])).content.decode()


def test_an_administrator_changes_a_wording_and_an_empty_one_brings_back_ours() -> None:
    keep("investigating", "Something is wrong with {what}. More by {when}.")
    assert "Something is wrong with {what}. More by {when}.</textarea>" in composer(to_be_told())
    keep("investigating", "")
    assert not Wording.objects.exists()
    assert wordings.every()["investigating"].text == FIRST


def test_what_is_no_wording_is_refused_and_stays_in_its_field() -> None:
    refused = keep("investigating", "Since {start UTC.", expect=422)
    assert "Every place stands in braces" in refused
    assert "Since {start UTC." in refused
    assert "Allowed are investigating" in keep("nothing", "x", expect=422)
    assert browser(ada()).get(reverse("wordings")).status_code == 403


def test_the_changed_first_wording_is_the_one_that_is_approved_beforehand() -> None:
    incident = to_be_told()
    keep("investigating", "We look into {what}.")
    write(incident, sheet("We look into failing payments, for which we are sorry. It is {bad}.", step="publish"), 422)
    write(incident, sheet("We look into failing payments.", step="publish"))


def test_the_api_reads_and_changes_them() -> None:
    listed = browser(ada()).get("/api/v1/wordings").json()
    assert [one["key"] for one in listed] == list(wordings.DEFAULTS)
    change: dict[str, Any] = {"text": "We look into {what}."}
    there = browser(admin()).put("/api/v1/wordings/investigating", change, content_type="application/json")
    assert (there.status_code, there.json()["is_changed"]) == (200, True)
    refused = browser(ada()).put("/api/v1/wordings/investigating", change, content_type="application/json")
    assert refused.status_code == 403


def test_the_states_stand_side_by_side_with_the_cadence_in_force() -> None:
    """SUP-2: the comparison, one click from where a state is chosen."""
    assert f'href="{reverse("states")}"' in composer(to_be_told())
    shown = text(browser(ada()).get(reverse("states")))
    assert "The cause is believed known and a mitigation is agreed." in shown
    assert "As before, even where it seems fine Next update within S1 30 min, S2 60 min, S3 60 min, S4 60 min" in shown
    assert "unless another open incident holds them Next update within No clock runs." in shown


@pytest.mark.parametrize(
    ("said", "keeps"),
    [
        ("We look into failing payments. Browsing works.", True),
        ("We  look into failing\npayments. Browsing works.", True),
        ("We look into failing payments. Browsing works. Call me.", False),
        ("We look into . Browsing works.", False),
        ("We look into {what}. Browsing works.", False),
        (f"We look into {'x' * 121}. Browsing works.", False),
        ("Look: We look into failing payments. Browsing works.", False),
    ],
)
def test_a_text_keeps_to_a_wording_or_it_does_not(said: str, keeps: bool) -> None:
    assert wordings.keeps_to("We look into {what}. {What works} works.", said) == keeps


LINK = "https://status.example/incidents/a1b2c3d4e5f6"
SENTENCES = "Payments fail. Trying again helps. "


@pytest.mark.parametrize(
    ("body", "short"),
    [
        ("Payments fail.", "Payments fail."),
        ("**Payments** fail, see [here](https://a.example).\n\n- a\n- b", "Payments fail, see here. a b"),
        (SENTENCES * 9, (SENTENCES * 5).strip() + " Payments fail."),
        ("word " * 60, "word " * 38 + "word…"),
    ],
)
def test_a_short_form_is_made_of_whole_sentences(body: str, short: str) -> None:
    """SUP1-4."""
    assert shortform.of(body, LINK) == f"{short} {LINK}"
    assert len(shortform.of(body, "x" * 23)) <= 220
