"""The filters of the list of incidents, as they stand in its address."""

from typing import Any

from django import forms

from incidents.models import Service
from incidents.search import PHASES
from incidents.vocabulary import Phase, Severity, Type
from kit.queries import DayField, Query
from roles.models import Team

PHASE_CHOICES = [
    ("", "Any phase"),
    ("open", "Open"),
    ("live", "Open or looking back"),
    ("over", "Over"),
    *Phase.choices,
]
assert set(PHASES) <= {value for value, _ in PHASE_CHOICES}


class FilterForm(Query):
    """Every filter may be left out."""

    q = forms.CharField(
        label="Words", required=False, max_length=200, help_text="Words of reference, title or situation."
    )
    phase = forms.ChoiceField(label="Phase", choices=PHASE_CHOICES, required=False)
    severity = forms.MultipleChoiceField(label="Severity", choices=Severity.choices, required=False)
    type = forms.ChoiceField(label="Type", choices=[("", "Any type"), *Type.choices], required=False)
    service = forms.ModelChoiceField(
        Service.objects.all(), label="Service", required=False, to_field_name="slug", empty_label="Any service"
    )
    team = forms.ModelChoiceField(
        Team.objects.all(), label="Team", required=False, to_field_name="slug", empty_label="Any team"
    )
    since = DayField(label="From", help_text="Declared on this day or later.")
    until = DayField(label="Until", help_text="Declared on this day or earlier.")
    imported = forms.ChoiceField(
        label="Imported",
        choices=[("", "With imported"), ("no", "Without imported"), ("only", "Only imported")],
        required=False,
    )

    def sentence(self) -> str:
        """What the list shows, in words."""
        given: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        parts = [dict(PHASE_CHOICES).get(given.get("phase", ""), "Any phase").lower()]
        parts += [", ".join(given["severity"])] if given.get("severity") else []
        parts += [Type(given["type"]).label.lower()] if given.get("type") else []
        parts += [f"of {given['service']}"] if given.get("service") else []
        parts += [f"owned by {given['team']}"] if given.get("team") else []
        parts += [f"with “{given['q']}”"] if given.get("q") else []
        return ", ".join(parts)
