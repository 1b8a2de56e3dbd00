"""What a row of a chart says, in a sentence. Pure."""

from collections.abc import Sequence

from insights.bootstrap import Difference
from insights.distributions import Proportion
from insights.durations import Measure
from insights.grouping import EVERYTHING
from insights.panels import Row
from insights.spelling import span
from insights.stages import Share

TOO_FEW = "too few incidents to summarise"
NO_EVIDENCE = "no evidence of change"
NO_DIFFERENCE = "no evidence of a difference"


def of_row(measure: Measure, row: Row) -> str:
    """“Half of S1s were mitigated within 23 min; 9 of 14 within 30 min (95 %: 39–84 %).”"""
    n = row.summary.n
    subject = f"all {n}" if row.group == EVERYTHING else row.group.subject
    if n == 0:
        return "No incident here was measured."
    found = row.summary.percentiles
    if found is None:
        return f"{'One incident' if n == 1 else f'{n} incidents'}: {TOO_FEW}."
    kept = f"; {of_proportion(measure, row.within)}" if row.within else ""
    half = f"within {span(found.p50)}" if found.p50 >= 1 else "at once"
    return f"Half of {subject} were {measure.done} {half}{kept}."


def of_proportion(measure: Measure, kept: Proportion) -> str:
    """“9 of 14 within 30 min (95 %: 39–84 %)”, the interval after Wilson."""
    target = measure.target
    assert target is not None
    return f"{kept.hits} of {kept.n} within {span(target.total_seconds())} ({interval(kept)})"


def interval(kept: Proportion) -> str:
    return f"95 %: {kept.low * 100:.0f}–{kept.high * 100:.0f} %"


def of_difference(found: Difference | None, *, periods: bool) -> str:
    """“12 min less (95 %: 5 min to 20 min less)”, or the plain sentence where nought lies in the interval."""
    if found is None:
        return TOO_FEW
    between = f"95 %: {signed(found.low)} to {signed(found.high)}"
    if not found.is_evident:
        return f"{NO_EVIDENCE if periods else NO_DIFFERENCE} ({between})"
    return f"{span(abs(found.value))} {'more' if found.value > 0 else 'less'} ({between})"


def of_shares(found: Difference | None, *, periods: bool) -> str:
    """The same of two shares, in points."""
    if found is None:
        return "nothing to count"
    between = f"95 %: {found.low * 100:+.0f} to {found.high * 100:+.0f} points"
    if not found.is_evident:
        return f"{NO_EVIDENCE if periods else NO_DIFFERENCE} ({between})"
    return f"{abs(found.value) * 100:.0f} points {'more' if found.value > 0 else 'less'} ({between})"


def signed(seconds: float) -> str:
    """“−3 min”, “+12 s”, “0 s”."""
    sign = "+" if seconds >= 0.5 else "−" if seconds <= -0.5 else ""
    return f"{sign}{span(abs(seconds))}"


def of_stages(shares: Sequence[Share]) -> str:
    """“Of 312 h between start and resolution, most (53 %) passed until it was resolved.”"""
    if not shares:
        return ""
    whole = sum(share.seconds for share in shares)
    longest = max(shares, key=lambda share: share.seconds)
    if longest.seconds == whole:
        return f"{span(whole)} passed between start and resolution; nothing in between is recorded."
    return (
        f"Of {span(whole)} between start and resolution, the largest part, {percent(longest.share)}, "
        f"passed {longest.stage.label}."
    )


def percent(share: float) -> str:
    """“53 %”; a share too small for that is said to be so."""
    return "under 1 %" if 0 < share < 0.005 else f"{share * 100:.0f} %"
