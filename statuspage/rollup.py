"""What many statuses come to: headline, group status, impact. Pure (source: status page contract)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from statuspage.vocabulary import WORSE, Impact, Status, status_of


class Headline(NamedTuple):
    """The page's indicator and its sentence."""

    indicator: str
    description: str


def worst(statuses: Iterable[str]) -> Status:
    """The worst of several; operational where there are none."""
    return max((status_of(status) for status in statuses), key=WORSE.index, default=Status.OPERATIONAL)


def headline(statuses: Sequence[str]) -> Headline:
    """The first row of the contract that holds, over leaf components only. Open incidents do not matter."""
    for status, if_all, if_any in (
        (Status.MAJOR_OUTAGE, Headline("critical", "Major Service Outage"), Headline("major", "Partial System Outage")),
        (
            Status.PARTIAL_OUTAGE,
            Headline("major", "Partial System Outage"),
            Headline("minor", "Minor Service Outage"),
        ),
        (
            Status.DEGRADED_PERFORMANCE,
            Headline("minor", "Degraded System Service"),
            Headline("minor", "Partially Degraded Service"),
        ),
    ):
        if status in statuses:
            return if_all if all(other == status for other in statuses) else if_any
    if Status.UNDER_MAINTENANCE in statuses:
        return Headline("maintenance", "Service Under Maintenance")
    return Headline("none", "All Systems Operational")


def impact_of(statuses: Sequence[str]) -> Impact:
    """The impact of one bulletin, from the new statuses of its components."""
    if Status.MAJOR_OUTAGE in statuses:
        return Impact.CRITICAL if all(status == Status.MAJOR_OUTAGE for status in statuses) else Impact.MAJOR
    if Status.PARTIAL_OUTAGE in statuses:
        return Impact.MAJOR if all(status == Status.PARTIAL_OUTAGE for status in statuses) else Impact.MINOR
    return Impact.MINOR if Status.DEGRADED_PERFORMANCE in statuses else Impact.NONE


IMPACT_ORDER = (Impact.NONE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)


def worst_impact(impacts: Iterable[str]) -> Impact:
    """An incident's impact is the worst of its bulletins'; it does not fall on recovery."""
    return max((Impact(impact) for impact in impacts), key=IMPACT_ORDER.index, default=Impact.NONE)
