"""Durations: the formulas of the domain, its fallbacks, and what is left out and why."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents import engagement, exits, lifecycle, merging, times
from incidents.models import Incident
from incidents.vocabulary import Phase, Severity
from insights import durations, reading
from insights.durations import BY_KEY, END_FALLBACK, ESTIMATED, START_FALLBACK, Outcome, Reading
from kit import clock
from tests.insights.stories import MINUTE, acknowledged, declared, mitigated, mitigated_within, over
from tests.people import everybody_on_call, grace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


@pytest.fixture
def start(morning: datetime) -> datetime:
    return morning - timedelta(days=2)


def readings(measure: str) -> list[Reading]:
    pks = Incident.unrestricted.order_by("declared_at", "pk").values_list("pk", flat=True)
    return [durations.reading(BY_KEY[measure], found) for found in reading.milestones(list(pks))]


def only(measure: str) -> Reading:
    (found,) = readings(measure)
    return found


def test_each_duration_is_counted_as_the_domain_defines_it(start: datetime) -> None:
    incident = declared(start + 12 * MINUTE, felt_since=start, seen_at=start + 8 * MINUTE)
    acknowledged(incident, start + 15 * MINUTE)
    over(incident, mitigated_at=start + 40 * MINUTE, resolved_at=start + 70 * MINUTE)
    took = {key: only(key).seconds for key in BY_KEY}
    assert took == {
        "detect": 8 * 60,
        "declare": pytest.approx(4 * 60, abs=2),
        "acknowledge": pytest.approx(3 * 60, abs=2),
        # Not every role that was called had joined when it was over.
        "engage": None,
        "cause": None,
        "mitigate": pytest.approx(40 * 60),
        "resolve": pytest.approx(70 * 60, abs=2),
        "impact": 40 * 60,
        "public": None,
        "announce": None,
    }


def test_without_a_known_start_the_declaration_is_used_and_flagged(start: datetime) -> None:
    over(declared(start), mitigated_at=start + 30 * MINUTE)
    found = only("mitigate")
    assert found.seconds == pytest.approx(30 * 60, abs=2)
    assert (found.because, found.used_fallback) == ((START_FALLBACK,), True)


def test_a_guessed_start_counts_and_is_told_as_a_guess_not_as_a_fallback(start: datetime) -> None:
    incident = declared(start + 10 * MINUTE)
    times.start_impact(incident, start, actor=grace(), estimated=True)
    over(incident, mitigated_at=start + 30 * MINUTE)
    found = only("mitigate")
    assert found.seconds == 30 * 60
    assert (found.because, found.used_fallback) == ((ESTIMATED,), False)


def test_backdating_the_start_by_forty_minutes_adds_forty_minutes(start: datetime) -> None:
    incident = mitigated_within(20, start=start)
    times.start_impact(incident, start - 40 * MINUTE, actor=grace(), reason="the logs say so")
    assert only("mitigate").seconds == 60 * 60


def test_what_is_mitigated_but_not_resolved_is_still_pending(start: datetime) -> None:
    incident = declared(start + MINUTE, felt_since=start)
    mitigated(incident, start + 20 * MINUTE)
    outcomes = {key: only(key).outcome for key in ("declare", "acknowledge", "mitigate", "resolve")}
    assert outcomes == {
        "declare": Outcome.MEASURED,
        "acknowledge": Outcome.MEASURED,
        "mitigate": Outcome.PENDING,
        "resolve": Outcome.PENDING,
    }


def test_a_page_that_nobody_answered_yet_is_pending(start: datetime) -> None:
    declared(start)
    assert only("acknowledge").outcome == Outcome.PENDING


def test_what_was_over_before_it_was_declared_counts_from_impact_to_end(start: datetime) -> None:
    incident = declared(start + 60 * MINUTE, felt_since=start)
    over(incident, mitigated_at=start + 60 * MINUTE, impact_ended_at=start + 20 * MINUTE)
    assert only("mitigate").seconds == 20 * 60


def test_an_end_before_the_declaration_without_a_start_is_no_duration_of_nothing(start: datetime) -> None:
    incident = declared(start + 60 * MINUTE)
    over(incident, mitigated_at=start + 61 * MINUTE, impact_ended_at=start + 20 * MINUTE)
    assert only("mitigate").outcome == Outcome.INVALID


@pytest.mark.parametrize(
    ("end", "why"),
    [("decline", "declined"), ("merge", "merged"), ("near_miss", "near miss")],
)
def test_what_is_none_of_ours_is_left_out_for_its_reason(start: datetime, end: str, why: str) -> None:
    incident = declared(start)
    if end == "decline":
        exits.decline(incident, actor=grace(), reason="the alert was wrong")
    if end == "merge":
        merging.merge(incident, declared(start), actor=grace(), reason="the same")
    if end == "near_miss":
        times.no_impact(incident, actor=grace(), reason="nobody felt it")
    (found,) = reading.milestones([incident.pk])
    assert (found.outside, durations.reading(BY_KEY["mitigate"], found).outcome) == (why, Outcome.NOT_APPLICABLE)


def test_times_that_contradict_each_other_are_listed_and_never_counted(start: datetime) -> None:
    mitigated_within(30, start=start)
    # The commands refuse it; history that was taken in from elsewhere may say so.
    Incident.unrestricted.update(mitigated_at=start - 5 * MINUTE)
    found = only("mitigate")
    assert (found.outcome, found.seconds) == (Outcome.INVALID, None)


def test_after_a_reopening_the_latest_end_counts(start: datetime) -> None:
    incident = mitigated_within(20, start=start)
    with clock.at(start + 60 * MINUTE):
        incident = lifecycle.transition(incident, Phase.IDENTIFICATION, actor=grace(), note="it came back")
        assert only("mitigate").outcome == Outcome.PENDING
    over(incident, mitigated_at=start + 90 * MINUTE)
    assert only("mitigate").seconds == 90 * 60


def test_the_resolution_stands_in_for_a_mitigation_that_was_not_recorded(start: datetime) -> None:
    mitigated_within(30, start=start)
    Incident.unrestricted.update(mitigated_at=None)
    found = only("mitigate")
    assert found.because == (END_FALLBACK,)
    assert found.seconds == pytest.approx(31 * 60, abs=2)


def test_the_slowest_role_says_when_everybody_was_engaged(start: datetime) -> None:
    incident = declared(start, severity=Severity.S1)
    called = len(set(incident.engagements.values_list("role", flat=True)))
    assert called > 1
    assert only("engage").outcome == Outcome.PENDING
    for minutes, engaged in enumerate(incident.engagements.all(), start=3):
        with clock.at(start + minutes * MINUTE):
            engagement.acknowledge(incident, actor=engaged.person)
    assert only("engage").seconds == pytest.approx((called + 2) * 60, abs=2)


def test_an_s3_is_not_asked_how_fast_its_roles_came(start: datetime) -> None:
    declared(start, severity=Severity.S3)
    assert only("engage").outcome == Outcome.NOT_APPLICABLE


def test_the_impact_is_the_sum_of_its_windows(start: datetime) -> None:
    incident = mitigated_within(20, start=start)
    with clock.at(start + 60 * MINUTE):
        lifecycle.transition(incident, Phase.IDENTIFICATION, actor=grace(), note="it came back")
    over(Incident.unrestricted.get(), mitigated_at=start + 90 * MINUTE)
    assert only("impact").seconds == pytest.approx((20 + 30) * 60, abs=2)


def test_the_rows_are_read_in_ten_statements_at_most_however_many_there_are(start: datetime) -> None:
    for _ in range(3):
        mitigated_within(10, start=start)
    pks = list(Incident.unrestricted.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as of_one:
        assert len(reading.milestones(pks[:1])) == 1
    with CaptureQueriesContext(connection) as of_three:
        assert len(reading.milestones(pks)) == 3
    assert len(of_one) == len(of_three) <= 10
