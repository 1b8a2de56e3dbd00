"""What operators fill in about scheduled maintenance; times are typed in the zone of whoever types."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from kit.instants import check_year
from statuspage.maintenance import EFFECTS, Plan
from statuspage.models import Component, Page, PublicIncident
from statuspage.vocabulary import Status

FORMAT = "%Y-%m-%dT%H:%M"


class TimeField(forms.DateTimeField):
    """A wall clock time; one that does not exist, or comes twice, is refused by name of the zone."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=FORMAT)
        super().__init__(widget=widget, input_formats=[FORMAT, f"{FORMAT}:%S"], validators=[check_year], **kwargs)


def zone_help() -> str:
    """Under a time that is typed."""
    return f"In your zone, {timezone.get_current_timezone_name()}."


class WindowForm(forms.Form):
    """From when to when."""

    starts_at = TimeField(label="Begins")
    ends_at = TimeField(label="Ends")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_at", "ends_at"):
            self.fields[name].help_text = zone_help()


class MaintenanceForm(WindowForm):
    """A maintenance that is to be announced."""

    name = forms.CharField(label="What is done", max_length=200)
    body = forms.CharField(
        label="What readers should know",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What will not work meanwhile, and what they can do. Markdown.",
    )
    components = forms.ModelMultipleChoiceField(
        Component.objects.none(), widget=forms.CheckboxSelectMultiple, label="Components that are worked on"
    )
    is_automatic = forms.BooleanField(
        label="Begin and complete it by the clock",
        required=False,
        initial=True,
        help_text="A step by hand takes it over; the clock then leaves it alone.",
    )
    remind_before = forms.TypedChoiceField(
        label="Remind subscribers",
        choices=(("0", "not at all"), ("30", "30 minutes before"), ("60", "an hour before"), ("1440", "a day before")),
        coerce=int,
        required=False,
        empty_value="60",
        initial="60",
    )
    effect = forms.ChoiceField(
        label="What happens to them meanwhile",
        choices=[(one.value, one.label) for one in EFFECTS],
        required=False,
        initial=Status.UNDER_MAINTENANCE,
    )
    field_order = (
        "name", "starts_at", "ends_at", "components", "effect", "body", "is_automatic", "remind_before",
    )  # fmt: skip

    def __init__(self, *args: Any, page: Page, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leaves = Component.objects.leaves().filter(page=page)
        self.fields["components"].queryset = leaves  # type: ignore[attr-defined]
        for leaf in leaves:
            choices = [("", "as above"), *((one.value, one.label) for one in EFFECTS)]
            self.fields[f"effect-{leaf.public_id}"] = forms.ChoiceField(
                label=leaf.name, choices=choices, required=False
            )

    def effects(self) -> list[forms.BoundField]:
        """What happens to each component, where that is another thing than to the others."""
        return [self[name] for name in self.fields if name.startswith("effect-")]

    def plan(self) -> Plan:
        said, components = self.cleaned_data, list(self.cleaned_data["components"])
        chosen = {one.public_id: said[f"effect-{one.public_id}"] or said["effect"] for one in components}
        return Plan(
            name=said["name"],
            body=said["body"],
            starts_at=said["starts_at"],
            ends_at=said["ends_at"],
            components=components,
            is_automatic=said["is_automatic"],
            effects={public_id: Status(status) for public_id, status in chosen.items() if status},
            remind_before=timedelta(minutes=int(said["remind_before"])),
        )


class RescheduleForm(WindowForm):
    """Another window, and why."""

    body = forms.CharField(label="Why, for readers", max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))

    @staticmethod
    def of(maintenance: PublicIncident) -> dict[str, Any]:
        return {"starts_at": maintenance.scheduled_for, "ends_at": maintenance.scheduled_until}


class WordsForm(forms.Form):
    """The words of one step; each has words of its own where nothing is written."""

    body = forms.CharField(
        label="What readers should know", required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )


class BecomeForm(forms.Form):
    """The open incident of the page that goes on in its place."""

    incident = forms.ModelChoiceField(
        PublicIncident.objects.none(),
        to_field_name="public_id",
        label="It goes on as",
        empty_label="Choose an incident",
    )

    def __init__(self, *args: Any, page: Page, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ones = PublicIncident.objects.unresolved().filter(page=page)
        self.fields["incident"].queryset = open_ones  # type: ignore[attr-defined]
