"""Fields that several forms share: time zones, dates, and times of a wall clock."""

from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django import forms
from django.utils import timezone

from roles.models import ZONES

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
NOT_PLACES = ("Etc", "Other")


def zone_choices() -> list[tuple[str, Any]]:
    """UTC first, then the zones by region."""
    named = sorted((_region(name), name) for name in ZONES if name != "UTC")
    regions = [
        (region, [(name, name.replace("_", " ")) for _, name in group]) for region, group in groupby(named, _first)
    ]
    regions.sort(key=lambda one: one[0] in NOT_PLACES)
    return [("UTC", "UTC"), *regions]


def _region(name: str) -> str:
    return name.partition("/")[0] if "/" in name else "Other"


def _first(pair: tuple[str, str]) -> str:
    return pair[0]


class ZoneField(forms.ChoiceField):
    """A time zone of the IANA database; a new one is filled in by the browser's own (static/js/zone.js)."""

    def __init__(self, *, guess: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Time zone")
        widget = forms.Select(attrs={"data-own-zone": ""} if guess else {})
        super().__init__(choices=zone_choices, widget=widget, **kwargs)


class WallField(forms.DateTimeField):
    """A day and time as a wall clock shows it, without a zone; which instant that is, `wall_clock` decides."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        # Django reads times in the active zone and refuses what does not exist there; UTC has every time once.
        with timezone.override(UTC):
            read = super().to_python(value)
        if read is None:
            return None
        if not EARLIEST_YEAR <= read.year <= LATEST_YEAR:
            raise forms.ValidationError(f"Allowed are the years {EARLIEST_YEAR} to {LATEST_YEAR}.")
        return read.replace(tzinfo=None)


def date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def time_input() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
