"""The organisation: its name, zone, working time and links."""

from datetime import date
from typing import Any

from django import forms

from roles.forms.fields import ZoneField, time_input
from roles.models import Organisation

WEEKDAYS = [
    (1, "Monday"),
    (2, "Tuesday"),
    (3, "Wednesday"),
    (4, "Thursday"),
    (5, "Friday"),
    (6, "Saturday"),
    (7, "Sunday"),
]
MOST_HOLIDAYS = 400


class OrganisationForm(forms.ModelForm[Organisation]):
    """What is said of the organisation."""

    time_zone = ZoneField(help_text="Working hours, holidays and due days are counted here.")
    workdays = forms.TypedMultipleChoiceField(
        label="Working days",
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "ticks"}),
    )
    holidays = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "placeholder": "2026-12-25"}),
        help_text="One day a line, as year-month-day. On these days S3 and S4 wait.",
    )
    call_url = forms.URLField(
        label="Call", required=False, assume_scheme="https", help_text="Where responders talk; shown in every room."
    )
    chat_url = forms.URLField(
        label="Chat", required=False, assume_scheme="https", help_text="Where responders write; shown in every room."
    )

    class Meta:
        model = Organisation
        fields = (
            "name", "time_zone", "workdays", "workday_starts", "workday_ends", "holidays", "call_url", "chat_url",
        )  # fmt: skip
        widgets = {"workday_starts": time_input(), "workday_ends": time_input()}
        labels = {"workday_starts": "The working day starts", "workday_ends": "… and ends"}

    def __init__(self, *args: object, **kwargs: Any) -> None:
        instance: Organisation = kwargs["instance"]
        kwargs["initial"] = {"holidays": "\n".join(instance.holidays)}
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def clean_holidays(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["holidays"].splitlines() if line.strip()]
        if len(lines) > MOST_HOLIDAYS:
            raise forms.ValidationError(f"At most {MOST_HOLIDAYS} days.")
        return sorted({_day(line) for line in lines})


def _day(line: str) -> str:
    try:
        return date.fromisoformat(line).isoformat()
    except ValueError as error:
        raise forms.ValidationError(f"“{line}” is not a day. Write year-month-day, such as 2026-12-25.") from error
