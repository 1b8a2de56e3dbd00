"""What the API gives of figures; the same numbers as the page."""

from typing import Any

from rest_framework import serializers

from insights import sentences
from insights.filters import Filters
from insights.models import Fact
from insights.panels import Dashboard, Panel, Rate, Row
from insights.stages import DEFINITION, Stage


class Within(serializers.Serializer[Any]):
    """How many kept to the target, with Wilson's 95 % interval as shares from 0 to 1."""

    target_seconds = serializers.FloatField()
    count = serializers.IntegerField()
    n = serializers.IntegerField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class RowOut(serializers.Serializer[Any]):
    """One group. Percentiles are null where there are fewer than five incidents, p95 below twenty."""

    key = serializers.CharField(help_text="Empty for all incidents of the choice.")
    label = serializers.CharField()  # type: ignore[assignment]
    sentence = serializers.CharField()
    n = serializers.IntegerField()
    too_few = serializers.BooleanField()
    p50_seconds = serializers.FloatField(allow_null=True)
    p75_seconds = serializers.FloatField(allow_null=True)
    p90_seconds = serializers.FloatField(allow_null=True)
    p95_seconds = serializers.FloatField(allow_null=True)
    longest_seconds = serializers.FloatField(allow_null=True)
    within = Within(allow_null=True)


class Reason(serializers.Serializer[Any]):
    reason = serializers.CharField()
    count = serializers.IntegerField()


class LeftOutOut(serializers.Serializer[Any]):
    """So many are not in the figure: pending, not_applicable, missing or invalid."""

    outcome = serializers.CharField()
    count = serializers.IntegerField()
    details = Reason(many=True)


class MeasureOut(serializers.Serializer[Any]):
    """One duration, of all incidents and by group."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    definition = serializers.CharField()
    population = serializers.CharField()
    target_seconds = serializers.FloatField(allow_null=True)
    all = RowOut()
    groups = RowOut(many=True)
    left_out = LeftOutOut(many=True)
    fallback_used = serializers.IntegerField()
    fallbacks = Reason(many=True)
    estimated = serializers.IntegerField()


class StageOut(serializers.Serializer[Any]):
    """One stage of the way from the first known instant to the resolution."""

    stage = serializers.ChoiceField(choices=Stage.choices)
    seconds = serializers.FloatField()
    share = serializers.FloatField()
    p50_share = serializers.FloatField(allow_null=True)
    p75_share = serializers.FloatField(allow_null=True)


class WhereTimeWent(serializers.Serializer[Any]):
    definition = serializers.CharField()
    stages = StageOut(many=True)


class RateOut(serializers.Serializer[Any]):
    """How much went well of what could have, with Wilson's 95 % interval; null where there was nothing."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    definition = serializers.CharField()
    population = serializers.CharField()
    count = serializers.IntegerField()
    n = serializers.IntegerField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class DashboardOut(serializers.Serializer[Any]):
    """The durations of the chosen incidents, and where their time went."""

    sentence = serializers.CharField()
    filters = serializers.DictField(child=serializers.CharField(allow_blank=True))
    zone = serializers.CharField()
    incidents = serializers.IntegerField()
    measures = MeasureOut(many=True)
    rates = RateOut(many=True)
    where_time_went = WhereTimeWent()


def said(dashboard: Dashboard) -> dict[str, Any]:
    """The dashboard in the shape of `DashboardOut`."""
    return {
        "sentence": dashboard.filters.sentence(),
        "filters": _filters(dashboard.filters),
        "zone": dashboard.zone,
        "incidents": dashboard.n,
        "measures": [_measure(panel) for panel in dashboard.panels],
        "rates": [_rate(rate) for rate in dashboard.rates],
        "where_time_went": {
            "definition": DEFINITION,
            "stages": [
                {
                    "stage": share.stage.value,
                    "seconds": share.seconds,
                    "share": share.share,
                    "p50_share": share.p50,
                    "p75_share": share.p75,
                }
                for share in dashboard.shares
            ],
        },
    }


def _rate(rate: Rate) -> dict[str, Any]:
    count, found = rate.count, rate.found
    return {
        "key": count.key,
        "label": count.label,
        "definition": count.definition,
        "population": count.population,
        "count": found.hits if found else 0,
        "n": found.n if found else 0,
        "low": found.low if found else None,
        "high": found.high if found else None,
    }


def _filters(filters: Filters) -> dict[str, str]:
    names = ("period", "since", "until", "severity", "type", "detection", "service", "team", "imported", "drills", "by")
    return {name: str(getattr(filters, name) or "") for name in names}


def _measure(panel: Panel) -> dict[str, Any]:
    measure = panel.measure
    return {
        "key": measure.key,
        "label": measure.label,
        "definition": measure.definition,
        "population": measure.population,
        "target_seconds": measure.target.total_seconds() if measure.target else None,
        "all": _row(panel, panel.everything),
        "groups": [_row(panel, row) for row in panel.rows],
        "left_out": [
            {"outcome": left.outcome.value, "count": left.count, "details": _reasons(left.details)}
            for left in panel.left_out
        ],
        "fallback_used": panel.fallback_used,
        "fallbacks": _reasons(panel.fallbacks),
        "estimated": panel.estimated,
    }


def _reasons(told: tuple[tuple[str, int], ...]) -> list[dict[str, Any]]:
    return [{"reason": reason, "count": count} for reason, count in told]


def _row(panel: Panel, row: Row) -> dict[str, Any]:
    found, kept, target = row.summary.percentiles, row.within, panel.measure.target
    return {
        "key": row.group.key,
        "label": row.group.label,
        "sentence": sentences.of_row(panel.measure, row),
        "n": row.summary.n,
        "too_few": row.summary.too_few,
        **{f"{name}_seconds": getattr(found, name, None) for name in ("p50", "p75", "p90", "p95")},
        "longest_seconds": row.summary.longest,
        "within": {
            "target_seconds": target.total_seconds(),
            "count": kept.hits,
            "n": kept.n,
            "low": kept.low,
            "high": kept.high,
        }
        if kept and target
        else None,
    }


class FactOut(serializers.ModelSerializer[Fact]):
    """One incident as figures count it. In `…_code` the rest by eight says what became of it:
    0 measured, 1 pending, 2 not applicable, 3 a time missing, 4 times that contradict each other."""

    class Meta:
        model = Fact
        exclude = ("incident", "scopes")
