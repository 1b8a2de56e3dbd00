"""Odd questions get a sentence, and what is restricted shows in no figure by a detour."""

import json

import pytest

from incidents import access
from incidents.models import Incident
from insights import keeping
from insights.models import Fact, SavedChoice
from kit import clock
from tests.browsing import browser, text
from tests.insights.stories import mitigated_within
from tests.people import everybody_on_call, grace, stella

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("stage=detect&outcome=pending", "choose a measure"),
        ("stage=detect&fallback=on", "choose a measure"),
        ("count=page&outcome=missing", "choose a measure"),
        ("measure=mitigate&kept=yes", "choose a count"),
        ("count=page&least=5", "leave them out"),
    ],
)
def test_what_is_asked_of_another_kind_of_figure_is_refused(asked: str, sentence: str) -> None:
    assert sentence in text(browser(grace()).get(f"/insights/incidents/?{asked}"))


@pytest.mark.parametrize("month", ["99999-1", "0-1", "%C2%B2-1", "2026-13", "2026-1"])
def test_a_month_that_is_none_has_no_incidents(month: str) -> None:
    everybody_on_call()
    mitigated_within(10)
    keeping.catch_up(clock.now())
    answer = browser(grace()).get(f"/insights/incidents/?measure=mitigate&by=month&group={month}")
    assert answer.status_code < 500
    assert "INC-1" not in answer.content.decode()


@pytest.mark.parametrize("asked", ["period=year", "period=custom&since=2025-01-01", "since=2025-01-01"])
def test_a_report_understands_no_other_time_than_its_own(asked: str) -> None:
    answer = browser(grace()).get(f"/api/v1/metrics/report.csv?{asked}")
    assert answer.status_code == 400
    assert "of a month or a quarter" in json.dumps(answer.json())


@pytest.mark.parametrize("name", ["a\0b", "\u200b", "a\u202eb", "two\nlines"])
def test_a_choice_has_a_name_that_one_can_read(name: str) -> None:
    answer = browser(grace()).post("/insights/save/", {"name": name})
    assert answer.status_code == 409
    assert not SavedChoice.objects.exists()


def test_a_recurrence_of_what_is_restricted_counts_as_none_and_does_not_name_it() -> None:
    everybody_on_call()
    earlier = mitigated_within(10)
    again = mitigated_within(20)
    Incident.unrestricted.filter(pk=again.pk).update(recurrence_of=earlier)
    keeping.catch_up(clock.now())
    assert Fact.objects.get(pk=again.pk).recurred_hits == 1
    access.restrict(earlier, actor=grace(), reason="An attack")
    keeping.catch_up(clock.now())
    assert Fact.objects.get(pk=again.pk).recurred_hits == 0
    room = browser(stella()).get(f"/incidents/{again.reference}/").content.decode()
    assert earlier.reference not in room
    assert browser(stella()).get(f"/api/v1/incidents/{again.reference}").json()["recurrence_of"] is None
