"""Counts and durations for Prometheus: what everybody may see, without imported history.

What is corrected moves from one count to another, which Prometheus takes for a restart of the counter.
"""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import QuerySet, Sum
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from insights import counting, keeping, scopes
from insights.durations import BY_KEY
from insights.facts import DURATIONS
from insights.filters import UNKNOWN
from insights.models import Tally
from insights.pools import Pool
from insights.stages import Stage

MINUTE, HOUR, DAY = 60, 3600, 86400
BOUNDS = (
    MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 3 * DAY, 7 * DAY,
)  # fmt: skip


def families() -> Iterator[Metric]:
    """How many incidents, how long each duration took, and how long each stage in all."""
    keeping.withdraw()
    yield _incidents()
    pools = _by_severity()
    yield _durations(pools)
    yield _stages(pools)


def _years() -> "QuerySet[Tally]":
    return Tally.objects.filter(grain=Tally.Grain.YEAR, is_restricted=False, is_imported=False)


def _incidents() -> Metric:
    family = CounterMetricFamily("sitrep_incidents", "Incidents that were declared.", labels=("type", "severity"))
    kept = _years().filter(scope__startswith=f"{scopes.TYPE}:").order_by("scope", "severity")
    for scope, severity, n in kept.values_list("scope", "severity").annotate(Sum("n")):
        family.add_metric((scope.removeprefix(f"{scopes.TYPE}:"), severity or UNKNOWN), n)
    return family


def _by_severity() -> dict[str, Pool]:
    found: dict[str, list[counting.Counted]] = defaultdict(list)
    rows = _years().filter(scope=scopes.EVERYTHING, is_drill=False).order_by("severity", "start")
    for row in rows.only("severity", "n", "numbers", *DURATIONS):
        found[row.severity or UNKNOWN].append(counting.read(row, DURATIONS))
    return {severity: Pool(tuple(kept)) for severity, kept in found.items()}


def _durations(pools: dict[str, Pool]) -> Metric:
    about = "How long it took, by the durations of the dashboard: " + ", ".join(BY_KEY) + "."
    family = HistogramMetricFamily("sitrep_incident_duration_seconds", about, labels=("duration", "severity"))
    for severity, pool in pools.items():
        for name in DURATIONS:
            runs = pool.runs(name)
            buckets = [(f"{bound:.1f}", float(runs.at_most(bound))) for bound in BOUNDS]
            family.add_metric((name, severity), [*buckets, ("+Inf", float(runs.n))], runs.total)
    return family


def _stages(pools: dict[str, Pool]) -> Metric:
    about = "Seconds that resolved incidents spent on each stage of their way."
    family = CounterMetricFamily("sitrep_incident_stage_seconds", about, labels=("stage", "severity"))
    for severity, pool in pools.items():
        for stage in Stage:
            family.add_metric((stage.value, severity), pool.numbers[f"stage_{stage.value}"])
    return family
