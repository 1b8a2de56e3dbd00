"""Reading the filters of an address: page, API and export refuse the same things in the same sentences."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django import forms
from django.http import QueryDict

from incidents.models import Service
from insights import periodic
from insights.counts import COUNTS
from insights.durations import MEASURES, Outcome
from insights.filters import DETECTIONS, SEVERITIES, TYPES, By, Drills, Filters, Imported, Period
from insights.periodic import Stretch
from insights.stages import Stage
from kit import clock
from kit.queries import DayField, Query
from roles.models import Team


def _choice(label: str, choices: Any, *, initial: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=list(getattr(choices, "choices", choices)),
        initial=initial,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


def _day(label: str) -> DayField:
    return DayField(label=label, widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}))


class FilterForm(Query):
    """The filters of a figure. A name or a value that is not known is refused, never left out silently."""

    severity = _choice("Severity", SEVERITIES)
    type = _choice("Type", TYPES)
    detection = _choice("Detection", DETECTIONS)
    service = forms.ModelChoiceField(
        Service.objects.all(),
        label="Service",
        to_field_name="slug",
        required=False,
        empty_label="any service",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    team = forms.ModelChoiceField(
        Team.objects.all(),
        label="Team",
        to_field_name="slug",
        required=False,
        empty_label="any team",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    period = _choice("Declared", Period, initial=Period.NINETY)
    since = _day("From")
    until = _day("To")
    imported = _choice("Imported", Imported, initial=Imported.NO)
    drills = _choice("Drills", Drills, initial=Drills.NO)
    by = _choice("By", By, initial=By.SEVERITY)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        self._check_days(given)
        if given.get("type") and given.get("drills") == Drills.ONLY:
            self.add_error("type", "A drill is a type of its own; choose any type, or no drills.")
        return given

    def _check_days(self, given: dict[str, Any]) -> None:
        since, until = given.get("since"), given.get("until")
        custom = given.get("period") == Period.CUSTOM
        if (since or until) and not custom and "period" not in self.errors:
            self.add_error("period", "The days count only for a period from day to day; choose period=custom.")
        if custom and not (since or until) and not self.errors:
            self.add_error("since", "Say from which day, or to which, or both.")
        if since and until and until < since:
            self.add_error("until", "The last day lies before the first.")

    def filters(self) -> Filters:
        """What was chosen, once the form is valid."""
        given = self.cleaned_data
        service: Service | None = given["service"]
        team: Team | None = given["team"]
        return Filters(
            period=Period(given["period"] or Period.NINETY),
            since=given["since"],
            until=given["until"],
            severity=given["severity"],
            type=given["type"],
            detection=given["detection"],
            service=service.slug if service else "",
            service_name=service.name if service else "",
            service_id=service.pk if service else None,
            team=team.slug if team else "",
            team_name=team.name if team else "",
            team_id=team.pk if team else None,
            imported=Imported(given["imported"] or Imported.NO),
            drills=Drills(given["drills"] or Drills.NO),
            by=By(given["by"] or By.SEVERITY),
        )


class DrillDownForm(FilterForm):
    """The filters and, of the figure one came from, its duration or stage, its row and its bounds in seconds."""

    measure = _choice("Duration", [("", "—"), *((each.key, each.label) for each in MEASURES)])
    stage = _choice("Stage", [("", "—"), *Stage.choices])
    count = _choice("Proportion", [("", "—"), *((each.key, each.label) for each in COUNTS)])
    kept = _choice("Kept", [("", "either"), ("yes", "yes"), ("no", "no")])
    group = forms.CharField(required=False, max_length=120)
    outcome = _choice("Outcome", [(each.value, each.value) for each in Outcome])
    fallback = forms.BooleanField(required=False)
    least = forms.FloatField(required=False, min_value=0)
    below = forms.FloatField(required=False, min_value=0)
    most = forms.FloatField(required=False, min_value=0)
    page = forms.IntegerField(required=False, min_value=1)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.errors and sum(bool(given.get(name)) for name in ("measure", "stage", "count")) != 1:
            self.add_error("measure", "Say of which duration, or of which stage or proportion, they are asked for.")
        if not self.errors:
            self._check_parts(given)
        return given

    def _check_parts(self, given: dict[str, Any]) -> None:
        """What is asked of one kind of figure alone is refused for the others."""
        outcome, bounds = given.get("outcome"), [given.get(name) for name in ("least", "below", "most")]
        if outcome and outcome != Outcome.MEASURED and not given.get("measure"):
            self.add_error("outcome", "What was left out, and why, is known of a duration; choose a measure.")
        if given.get("fallback") and not given.get("measure"):
            self.add_error("fallback", "Another time stands in for one of a duration only; choose a measure.")
        if given.get("kept") and not given.get("count"):
            self.add_error("kept", "Kept or not is asked of a proportion only; choose a count.")
        if given.get("count") and any(bound is not None for bound in bounds):
            self.add_error("count", "A proportion has no bounds in seconds; leave them out.")


class CompareForm(FilterForm):
    """The filters, and of a comparison of two rows which; without them the period before is compared."""

    a = forms.CharField(required=False, max_length=120)
    b = forms.CharField(required=False, max_length=120)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.errors and bool(given.get("a")) != bool(given.get("b")):
            self.add_error("b", "Name two rows to compare, or none to compare with the period before.")
        return given


class ReportForm(FilterForm):
    """The filters of a report; its time is a month or a quarter, and no other is understood."""

    of = forms.CharField(label="Of", required=False, max_length=7)

    def __init__(self, address: QueryDict, *, beside: Collection[str] = ()) -> None:
        super().__init__(address, beside=beside)
        self.given = set(address)
        self.choices = periodic.recent(clock.shown().date())

    def clean(self) -> dict[str, Any]:
        for name in sorted(self.given & {"period", "since", "until"}):
            said = f"A report is of a month or a quarter: leave out {name}, and say of=2026-11 or of=2026-Q4."
            self.add_error("of", said)
        return super().clean()

    def clean_of(self) -> str:
        said: str = self.cleaned_data["of"] or self.choices[0].name
        if said not in {choice.name for choice in self.choices}:
            raise forms.ValidationError("Name a month as 2026-11 or a quarter as 2026-Q4, of the last two years.")
        return said

    def stretch(self) -> Stretch:
        return periodic.parse(self.cleaned_data["of"])

    def filters(self) -> Filters:
        stretch, by = self.stretch(), By(self.cleaned_data["by"] if "by" in self.given else By.TEAM)
        return replace(super().filters(), period=Period.CUSTOM, since=stretch.first, until=stretch.last, by=by)
