"""What an address may ask behind its question mark: names and values that are not known are refused, not left out."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from kit import clock
from kit.instants import FIRST_DAY

# What caches, mail programs and chats add to an address by themselves means nothing here.
TOLERATED = ("_", "utm_")
# Filters look back, and forward to what is planned.
AHEAD = timedelta(days=366)


class Query(forms.Form):
    """Every field may be left out, and then stands at its `initial` value, if it has one.

    `beside` are names of the same address that somebody else reads.
    """

    def __init__(self, address: QueryDict, *, beside: Collection[str] = ()) -> None:
        self.strange = strange(address, self.base_fields, beside)
        defaults = {name: [field.initial] for name, field in self.base_fields.items() if field.initial}
        super().__init__(MultiValueDict(defaults | dict(address.lists())))
        for name, field in self.fields.items():
            _say_what_is_allowed(name, field)

    def clean(self) -> dict[str, Any]:
        for sentence in self.strange.values():
            self.add_error(None, sentence)
        return super().clean() or {}

    def problems(self) -> dict[str, list[str]]:
        """Each wrong name of the address with what is said of it."""
        found = {name: [str(one) for one in said] for name, said in self.errors.items()}
        others = [one for one in found.pop("__all__", ()) if one not in self.strange.values()]
        return found | {name: [said] for name, said in self.strange.items()} | ({"": others} if others else {})


def strange(address: QueryDict, fields: dict[str, forms.Field], beside: Collection[str]) -> dict[str, str]:
    """A sentence for each name of an address that is not known, or stands there more than once."""
    known = [*fields, *beside]
    several = [name for name, field in fields.items() if isinstance(field, forms.MultipleChoiceField)]
    allowed = f"allowed are {', '.join(known)}" if known else "this address takes none"
    found = {}
    for name, values in address.lists():
        if name not in known and not name.startswith(TOLERATED):
            found[name] = f"There is no parameter “{name}”; {allowed}."
        elif name in known and len(values) > 1 and name not in several:
            found[name] = f"“{name}” stands in the address more than once; give it once."
    return found


def _say_what_is_allowed(name: str, field: forms.Field) -> None:
    """A choice lists its choices; one of many rows names what it was looked for by."""
    if isinstance(field, forms.ModelChoiceField):
        field.error_messages["invalid_choice"] = f"There is no {name} of this name."
    elif isinstance(field, forms.ChoiceField):
        allowed = ", ".join(str(value) for value, _ in flat(field) if value != "")
        field.error_messages["invalid_choice"] = f"“%(value)s” is not allowed; allowed are {allowed}."


def flat(field: forms.ChoiceField) -> list[tuple[Any, Any]]:
    """The choices of a field, groups opened."""
    found: list[tuple[Any, Any]] = []
    for value, label in cast("Iterable[tuple[Any, Any]]", field.choices):
        found += label if isinstance(label, list | tuple) else [(value, label)]
    return found


class DayField(forms.DateField):
    """A day of a filter, from 2000 to a year ahead."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}))
        super().__init__(
            required=False,
            input_formats=["%Y-%m-%d"],
            error_messages={"invalid": "This is no day; write it as 2026-01-31."},
            **kwargs,
        )

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is not None:
            check_day(value)


class TimeField(forms.DateTimeField):
    """An instant of a filter, within the same bounds; without a zone it is read in the asker's."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}))
        sentence = "This is no time; write it as 2026-01-31T10:00Z, or without a zone for your own."
        super().__init__(required=False, error_messages={"invalid": sentence}, **kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None:
            check_day(value.date())


def check_day(day: date) -> None:
    latest = clock.shown().date() + AHEAD
    if not FIRST_DAY <= day <= latest:
        raise ValidationError(f"Allowed are days from {FIRST_DAY} to {latest}.", code="out_of_range")
