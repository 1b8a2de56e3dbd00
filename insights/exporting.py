"""Figures and their incidents as CSV, with cells that no spreadsheet takes for a formula (E46)."""

from collections.abc import Iterator

from insights.choosing import Choice
from insights.durations import FALLBACKS, Measure, Outcome, notes_of, outcome_of
from insights.facts import DURATIONS, HITS
from insights.models import Fact
from insights.panels import Dashboard, Row
from kit import tables

FIGURES = (
    "measure", "group", "label", "n", "p50_seconds", "p75_seconds", "p90_seconds", "p95_seconds", "longest_seconds",
    "target_seconds", "within_target", "within_target_low", "within_target_high",
)  # fmt: skip
FACTS = (
    "reference", "title", "severity", "type", "detection", "outside", "day", "imported", "drill", "impact_started_at",
    "declared_at", "detected_at", "acknowledged_at", "mitigated_at", "resolved_at",
)  # fmt: skip


def figures(dashboard: Dashboard) -> Iterator[str]:
    """A line for each duration and row; cells are empty where there are too few incidents."""
    rows = (_figure(panel.measure, row) for panel in dashboard.panels for row in panel.all_rows)
    return tables.lines(FIGURES, rows)


def _figure(measure: Measure, row: Row) -> list[object]:
    found, kept = row.summary.percentiles, row.within
    told = (found.p50, found.p75, found.p90, found.p95) if found else (None,) * 4
    target = measure.target.total_seconds() if measure.target else None
    share = (kept.hits, round(kept.low, 4), round(kept.high, 4)) if kept else (None,) * 3
    return [measure.key, row.group.key, row.group.label, row.summary.n, *told, row.summary.longest, target, *share]


def incidents(choice: Choice) -> Iterator[str]:
    """A line for each incident of the choice: its milestones, its durations or why it has none, its counts."""
    head = [*FACTS]
    for key in DURATIONS:
        head += [f"time_to_{key}_seconds", f"time_to_{key}_outcome", f"time_to_{key}_fallback"]
    for key in HITS:
        head += [f"{key}_hits", f"{key}_of"]
    facts = choice.facts.select_related("incident").order_by("declared_at", "pk").iterator(1000)
    return tables.lines(head, ([*_plain(fact), *_durations(fact), *_hits(fact)] for fact in facts))


def _plain(fact: Fact) -> list[object]:
    incident = fact.incident
    return [
        fact.reference, incident.title, fact.severity, fact.type, fact.detection, fact.outside, fact.day,
        _yes(fact.is_imported), _yes(fact.is_drill), fact.impact_at, fact.declared_at, incident.detected_at,
        incident.acknowledged_at, incident.mitigated_at, incident.resolved_at,
    ]  # fmt: skip


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def _durations(fact: Fact) -> Iterator[object]:
    for key in DURATIONS:
        code = getattr(fact, f"{key}_code")
        yield getattr(fact, key)
        yield (Outcome.NOT_APPLICABLE if fact.outside else outcome_of(code)).value
        yield "; ".join(note for note in notes_of(code) if note in FALLBACKS)


def _hits(fact: Fact) -> Iterator[object]:
    for key in HITS:
        yield getattr(fact, f"{key}_hits")
        yield getattr(fact, f"{key}_of")
