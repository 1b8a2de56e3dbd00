"""Rotations, who takes them in turn, and overrides."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from kit.rules import RuleBroken
from roles import wall_clock
from roles.catalogue import ON_ROTATION
from roles.forms.fields import WallField, ZoneField, date_input, time_input
from roles.models import Rotation, Team, User
from roles.rostering import Pattern
from roles.wall_clock import Pass

PASSES = [(Pass.FIRST, "The first time"), (Pass.SECOND, "The second time, after the clocks were set back")]


class RotationForm(forms.ModelForm[Rotation]):
    """When a rotation hands over, and for which role and team."""

    time_zone = ZoneField(help_text="The hand-over keeps its time on this zone's clocks, summer and winter.")
    shift_days = forms.IntegerField(
        label="Days in a shift",
        help_text="7 for a week. From 1 to 28.",
        initial=7,
        min_value=1,
        max_value=28,
        error_messages=dict.fromkeys(("min_value", "max_value"), "A shift has 1 to 28 days."),
    )

    team = forms.ModelChoiceField(Team.objects.all(), empty_label="Choose a team")
    role = forms.ChoiceField(choices=[("", "Choose a role"), *((one.value, one.label) for one in ON_ROTATION)])

    class Meta:
        model = Rotation
        fields = ("name", "role", "team", "time_zone", "starts_on", "handover_at", "shift_days")
        widgets = {"starts_on": date_input(), "handover_at": time_input()}
        labels = {"starts_on": "First day", "handover_at": "Hand-over at"}
        help_texts = {"starts_on": "The first hand-over is on this day; the weekly ones follow its weekday."}

    @property
    def pattern(self) -> Pattern:
        said = self.cleaned_data
        return Pattern(**{field: said[field] for field in self.Meta.fields})


class NewRotationForm(RotationForm):
    """A rotation to be made."""

    with_members = forms.BooleanField(
        label="Put the team's members in turn, by name", required=False, initial=True,
        help_text="You can change the order on the next page.",
    )  # fmt: skip


class EnlistForm(forms.Form):
    """Somebody who shall take the rotation in turn."""

    person = forms.ModelChoiceField(User.objects.none(), label="Add", empty_label="Choose a person")

    def __init__(self, *args: object, rotation: Rotation, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.present().exclude(turns__rotation=rotation)


class OverrideForm(forms.Form):
    """Who takes a rotation from when to when, typed in the time of a zone.

    Where a typed time comes twice, the form asks which is meant.
    """

    person = forms.ModelChoiceField(User.objects.none(), label="Who takes it", empty_label="Choose a person")
    zone = ZoneField(label="Times are in")
    starts = WallField(label="From")
    starts_pass = forms.ChoiceField(label="Which of the two", choices=PASSES, required=False, widget=forms.HiddenInput)
    ends = WallField(label="Until")
    ends_pass = forms.ChoiceField(label="Which of the two", choices=PASSES, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.present()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for name in ("starts", "ends"):
            if said.get(name) and said.get("zone"):
                self._find_instant(name, said)
        return said

    def _find_instant(self, name: str, said: dict[str, Any]) -> None:
        which = Pass(said[f"{name}_pass"]) if said.get(f"{name}_pass") else None
        try:
            said[f"{name}_at"] = wall_clock.instant(said[name], ZoneInfo(said["zone"]), which, field=name)
        except RuleBroken as error:
            self.add_error(name, error.sentence)
            if error.code == "ambiguous_time":
                self.fields[f"{name}_pass"].widget = forms.RadioSelect(attrs={"class": "ticks"}, choices=PASSES)
