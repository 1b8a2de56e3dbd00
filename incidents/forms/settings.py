"""Forms of what an administrator keeps: services and the cadence."""

from typing import Any

from django import forms

from incidents.cadence import DAYS, NUMBERS, PRESET_NAMES, PUBLIC_STATES, TABLES
from incidents.models import Service
from incidents.vocabulary import Severity
from roles.models import Team
from statuspage.models import Component

TABLE_LABELS = {
    "first_public": "First bulletin after the decision to post",
    "stakeholders": "Notice to stakeholders every",
    "executives": "Brief to executives every",
    "posture": "Decision whether the public is told within",
}
NUMBER_LABELS = {
    "acknowledge": "A page is answered within (minutes)",
    "identify": "Identification calls the incident manager after (minutes)",
    "relevel": "A provisional severity is looked at again after (minutes)",
}


class ServiceForm(forms.ModelForm[Service]):
    """A service of the catalogue."""

    class Meta:
        model = Service
        fields = ("name", "description", "owner", "criticality", "runbook_url", "dashboard_url")

    owner = forms.ModelChoiceField(Team.objects.all(), label="Owned by", required=False, empty_label="Nobody yet")
    components = forms.ModelMultipleChoiceField(
        Component.objects.leaves().select_related("page"),
        label="What the public calls it",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class WordingForm(forms.Form):
    """One wording; an empty text brings back the one Sitrep came with."""

    key = forms.CharField(max_length=20)
    text = forms.CharField(max_length=1000, required=False)


class PresetForm(forms.Form):
    """A whole preset at once."""

    preset = forms.ChoiceField(choices=list(PRESET_NAMES.items()), widget=forms.RadioSelect)


def minutes(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=10_080)


class CadenceForm(forms.Form):
    """Every interval in minutes; an empty one means that no clock runs."""

    note = forms.CharField(label="What changes, and why", max_length=240)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for state in PUBLIC_STATES:
            for severity in Severity:
                self.fields[f"public_{state}_{severity}"] = minutes(f"{state.label}, {severity}")
        for table in TABLES:
            for severity in Severity:
                self.fields[f"{table}_{severity}"] = minutes(f"{TABLE_LABELS[table]}, {severity}")
        self.fields |= {
            f"{DAYS}_{severity}": forms.IntegerField(
                label=f"Review in working days, {severity}", required=False, min_value=1, max_value=60
            )
            for severity in Severity
        }
        for number in NUMBERS:
            self.fields[number] = forms.IntegerField(label=NUMBER_LABELS[number], min_value=1, max_value=1440)

    def body(self) -> dict[str, Any]:
        """What the command stores, in the shape of `incidents.cadence.to_json`."""
        said = self.cleaned_data
        body: dict[str, Any] = {
            "public": {
                state.value: {severity.value: said[f"public_{state}_{severity}"] for severity in Severity}
                for state in PUBLIC_STATES
            }
        }
        for table in (*TABLES, DAYS):
            body[table] = {severity.value: said[f"{table}_{severity}"] for severity in Severity}
        return body | {number: said[number] for number in NUMBERS}

    @staticmethod
    def initial_of(body: dict[str, Any]) -> dict[str, Any]:
        """The values of a stored body by field name."""
        values: dict[str, Any] = {number: body[number] for number in NUMBERS}
        for state, row in body["public"].items():
            values |= {f"public_{state}_{severity}": value for severity, value in row.items()}
        for table in (*TABLES, DAYS):
            values |= {f"{table}_{severity}": value for severity, value in body[table].items()}
        return values

    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The tables as the page draws them: a label, then a field for each severity."""
        drawn = [
            (f"Bulletin while {state.label.lower()}, every", [self[f"public_{state}_{one}"] for one in Severity])
            for state in PUBLIC_STATES
        ]
        return drawn + [(TABLE_LABELS[table], [self[f"{table}_{one}"] for one in Severity]) for table in TABLES]

    def days(self) -> list[forms.BoundField]:
        """When a review is due, in working days after the end; empty where none is owed."""
        return [self[f"{DAYS}_{severity}"] for severity in Severity]

    def numbers(self) -> list[forms.BoundField]:
        return [self[number] for number in NUMBERS]
