"""Days and instants that people give: bounded, so that a typing error is said and no sum of times overflows."""

from datetime import date, datetime

from django.core.exceptions import ValidationError

from kit.rules import check

FIRST_YEAR, LAST_YEAR = 2000, 2099
FIRST_DAY = date(FIRST_YEAR, 1, 1)


def check_year(value: date) -> None:
    """A validator of forms and of the API, for a day or an instant."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValidationError(f"Allowed are the years {FIRST_YEAR} to {LAST_YEAR}.", code="out_of_range")


def check_has_been(at: datetime, now: datetime, field: str) -> None:
    """The rule for an instant at which something happened: now or earlier, and not before 2000."""
    check(at.date() >= FIRST_DAY, "out_of_range", f"This lies before {FIRST_YEAR}; give the year it was.", field=field)
    check(at <= now, "in_the_future", "This time lies ahead; it must be now or earlier.", field=field)
