"""What many statuses come to, by the tables of the contract."""

import pytest

from statuspage import rollup
from statuspage.vocabulary import Impact, Status

OK, WORK, DEGRADED, PARTIAL, MAJOR = (
    Status.OPERATIONAL,
    Status.UNDER_MAINTENANCE,
    Status.DEGRADED_PERFORMANCE,
    Status.PARTIAL_OUTAGE,
    Status.MAJOR_OUTAGE,
)


@pytest.mark.parametrize(
    ("statuses", "indicator", "description"),
    [
        ([], "none", "All Systems Operational"),
        ([OK, OK], "none", "All Systems Operational"),
        ([MAJOR, MAJOR], "critical", "Major Service Outage"),
        ([MAJOR], "critical", "Major Service Outage"),
        ([MAJOR, OK], "major", "Partial System Outage"),
        ([MAJOR, PARTIAL], "major", "Partial System Outage"),
        ([PARTIAL, PARTIAL], "major", "Partial System Outage"),
        ([PARTIAL, OK], "minor", "Minor Service Outage"),
        ([PARTIAL, DEGRADED], "minor", "Minor Service Outage"),
        ([DEGRADED, DEGRADED], "minor", "Degraded System Service"),
        ([DEGRADED, OK], "minor", "Partially Degraded Service"),
        ([DEGRADED, WORK], "minor", "Partially Degraded Service"),
        ([WORK, OK], "maintenance", "Service Under Maintenance"),
        ([WORK, WORK], "maintenance", "Service Under Maintenance"),
    ],
)
def test_the_first_row_that_holds_is_the_headline(statuses: list[Status], indicator: str, description: str) -> None:
    assert rollup.headline(statuses) == (indicator, description)


@pytest.mark.parametrize(
    ("statuses", "impact"),
    [
        ([], Impact.NONE),
        ([OK], Impact.NONE),
        ([WORK], Impact.NONE),
        ([MAJOR, MAJOR], Impact.CRITICAL),
        ([MAJOR, OK], Impact.MAJOR),
        ([PARTIAL], Impact.MAJOR),
        ([PARTIAL, OK], Impact.MINOR),
        ([PARTIAL, DEGRADED], Impact.MINOR),
        ([DEGRADED, OK], Impact.MINOR),
    ],
)
def test_the_impact_of_a_bulletin(statuses: list[Status], impact: Impact) -> None:
    assert rollup.impact_of(statuses) == impact


def test_the_worst_of_several_wins_and_an_unknown_word_is_the_worst() -> None:
    assert rollup.worst([OK, WORK, DEGRADED]) == DEGRADED
    assert rollup.worst([]) == OK
    assert rollup.worst([OK, "on_fire"]) == MAJOR


def test_an_impact_does_not_fall() -> None:
    assert rollup.worst_impact([Impact.MAJOR, Impact.NONE, Impact.MINOR]) == Impact.MAJOR
