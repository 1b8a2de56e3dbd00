"""Where the time went: each incident's way from its first known instant to its resolution, cut into stages. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices

from insights.distributions import FEWEST
from insights.reading import Milestones
from insights.runs import Runs


class Stage(TextChoices):
    """A stretch of the way, named by what ends it."""

    DETECT = "detect", "until it was detected"
    DECLARE = "declare", "until it was declared"
    ACKNOWLEDGE = "acknowledge", "until somebody was on it"
    CAUSE = "cause", "until its cause was known"
    MITIGATE = "mitigate", "until the impact ended"
    RESOLVE = "resolve", "until it was resolved"


DEFINITION = (
    "The way of each resolved incident, from the earliest of impact start, detection and declaration to its "
    "resolution, is cut where it was detected, declared, acknowledged, understood, mitigated and resolved. Where one "
    "of these is not known, its time belongs to the next stage that is. A share is the stage's sum of all "
    "incidents, divided by the sum of all stages."
)
# Shares of the way are kept in thousandths.
WHOLE = 1000


def stretches(found: Milestones) -> dict[Stage, int]:
    """The whole seconds of each stage of one resolved incident; they add up to its whole way."""
    ends: tuple[tuple[Stage, datetime | None], ...] = (
        (Stage.DETECT, found.detected_at),
        (Stage.DECLARE, found.declared_at),
        (Stage.ACKNOWLEDGE, found.acknowledged_at),
        (Stage.CAUSE, found.cause_known_at),
        (Stage.MITIGATE, found.mitigated_at),
        (Stage.RESOLVE, found.resolved_at),
    )
    start = min(at for at in (found.known_impact_at, found.detected_at, found.declared_at) if at)
    stretched, reached = dict.fromkeys(Stage, 0), 0
    for stage, at in ends:
        # What lies before an earlier milestone took no time of its own; what came after the end is cut off there.
        until = int((min(at, found.resolved_at) - start).total_seconds()) if at and found.resolved_at else reached
        if until > reached:
            stretched[stage] = until - reached
            reached = until
    return stretched


def thousandths(seconds: int, whole: int) -> int:
    """The share of a stage in an incident's way, rounded down."""
    return seconds * WHOLE // whole if whole else 0


@dataclass(frozen=True)
class Share:
    """One stage of many incidents: its sum in seconds, its share of all stages, and its typical share per incident."""

    stage: Stage
    seconds: int
    share: float
    # Of five incidents or more: half, and three of four, spent at most this share of their way here.
    p50: float | None
    p75: float | None


def growth(now: Sequence[Share], before: Sequence[Share]) -> dict[Stage, float]:
    """By how much each stage's share, of three incidents of four, grew since the period before; empty of too few."""
    was = {share.stage: share.p75 for share in before}
    return {
        share.stage: share.p75 - old
        for share in now
        if share.p75 is not None and (old := was.get(share.stage)) is not None
    }


def where_time_went(seconds: Mapping[Stage, int], shares: Mapping[Stage, Runs]) -> list[Share]:
    """The stages of many incidents, in the order of the way; empty for no time at all.

    `seconds` are their sums, `shares` each incident's share in thousandths.
    """
    whole = sum(seconds.values())
    if not whole:
        return []
    return [_share(stage, seconds[stage], whole, shares[stage]) for stage in Stage]


def _share(stage: Stage, seconds: int, whole: int, shares: Runs) -> Share:
    typical = [shares.percentile(share) / WHOLE if shares.n >= FEWEST else None for share in (0.5, 0.75)]
    return Share(stage, seconds, seconds / whole, *typical)
