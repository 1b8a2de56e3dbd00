"""Forms of the rest of a cadence: the rungs of a ladder, and which roles are called at which severity."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from incidents import ladders
from incidents.ladders import How, Ladder
from incidents.vocabulary import Severity
from roles.catalogue import ON_ROTATION, Role

MOST_RUNGS = 8
WHO = [(role.value, role.label) for role in (Role.LEAD, *ON_ROTATION)] + list(ladders.OTHERS.items())
HOWS = [
    (How.NUDGE.value, "nudge in the room"),
    (How.BANNER.value, "banner in the room"),
    (How.ALERT.value, "letter"),
    (How.PAGE.value, "page, to be answered"),
]


class RungForm(forms.Form):
    """One rung; a row without minutes is left out."""

    after = forms.IntegerField(label="Minutes from the due time", min_value=-60, max_value=1440, required=False)
    how = forms.ChoiceField(label="How", choices=HOWS)
    tells = forms.MultipleChoiceField(label="Whom", choices=WHO, required=False, widget=forms.CheckboxSelectMultiple)
    repeats = forms.IntegerField(label="Again every (minutes, the last rung only)", min_value=5, required=False)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("after") is not None and not said.get("tells"):
            self.add_error("tells", "Tick at least one whom this rung tells.")
        return said


Rungs = formset_factory(RungForm, extra=2, max_num=MOST_RUNGS, validate_max=True)


def body_of(rungs: BaseFormSet[RungForm]) -> list[dict[str, Any]]:
    """What is stored of a ladder, in the shape of `incidents.ladders.to_json` and the order in which it speaks."""
    said = [form.cleaned_data for form in rungs.forms if form.cleaned_data.get("after") is not None]
    steps = [{name: one[name] for name in ("after", "how", "tells", "repeats")} for one in said]
    return sorted(steps, key=lambda step: step["after"])


def initial_of(steps: Ladder) -> list[dict[str, Any]]:
    """The rows of a ladder."""
    return ladders.to_json(steps)


class NoteForm(forms.Form):
    """Why a version is made."""

    note = forms.CharField(label="What changes, and why", max_length=240)


class SeatsForm(forms.Form):
    """Which roles each severity calls, and who stands in where nobody is on call for one."""

    note = forms.CharField(label="What changes, and why", max_length=240)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.value, role.label) for role in ON_ROTATION if role != Role.SECURITY_ENGINEER]
        for severity in Severity:
            self.fields[f"roles_{severity}"] = forms.MultipleChoiceField(
                label=f"{severity.label} calls", choices=roles, widget=forms.CheckboxSelectMultiple
            )
        for role in ON_ROTATION:
            others = [("", "nobody"), *((one.value, one.label.lower()) for one in ON_ROTATION if one != role)]
            self.fields[f"instead_{role}"] = forms.ChoiceField(
                label=f"Nobody is on call as {role.label.lower()}: instead is called", choices=others, required=False
            )

    def body(self) -> dict[str, Any]:
        """What the command stores, in the shape of `incidents.cadence.to_json`."""
        said = self.cleaned_data
        return {
            "roles": {severity.value: said[f"roles_{severity}"] for severity in Severity},
            "combined": {role.value: said[f"instead_{role}"] for role in ON_ROTATION if said[f"instead_{role}"]},
        }

    @staticmethod
    def initial_of(roles: Mapping[Severity, Sequence[Role]], combined: Mapping[Role, Role]) -> dict[str, Any]:
        """The values of a policy by field name."""
        return {f"roles_{severity}": [role.value for role in found] for severity, found in roles.items()} | {
            f"instead_{role}": other.value for role, other in combined.items()
        }
