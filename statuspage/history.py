"""What happened when: the page's incidents by day and by month, in the page's zone. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from statuspage.models import PublicIncident
from statuspage.reading import Content

RECENT_DAYS = 14
MONTHS_A_PAGE = 3


@dataclass(frozen=True)
class Span:
    """A day or a month with what began in it, the newest first."""

    first: date
    incidents: list[PublicIncident]


def began_on(incident: PublicIncident, content: Content) -> date:
    """The local day under which readers look for it; a maintenance stands at the day of its work."""
    at = incident.scheduled_for or incident.started_at
    if incident.resolved_at and incident.resolved_at < at:
        at = incident.resolved_at
    return at.astimezone(content.page.zone).date()


def past(content: Content) -> list[PublicIncident]:
    """Everything but what is only announced."""
    announced = set(content.ahead)
    return [one for one in content.everything if one not in announced]


def recent(content: Content) -> list[Span]:
    """The last fourteen days, each with what began in it, today first."""
    by_day = _grouped(content)
    days = [content.today - timedelta(days=back) for back in range(RECENT_DAYS)]
    return [Span(day, by_day.get(day, [])) for day in days]


def newest(content: Content) -> list[Span]:
    """This month and the two before it: the first page."""
    this_month = content.today.replace(day=1)
    return _filled(_months(this_month, this_month), content)


def count(content: Content) -> int:
    """How many pages of three months there are, back to the first in which something was said."""
    return len(_all_months(content)) // MONTHS_A_PAGE


def page(place: int, content: Content) -> list[Span]:
    """The three months of one page, counted from 1, the newest."""
    return _filled(_of_page(place, content), content)


def reach(place: int, content: Content) -> tuple[datetime, datetime]:
    """A span of time that holds all that began in the months of that page, whatever the zone."""
    months = _of_page(place, content)
    ends_on = (months[0] + timedelta(days=32)).replace(day=1)
    begins, ends = (datetime.combine(day, time.min, UTC) for day in (months[-1], ends_on))
    return begins - timedelta(days=1), ends + timedelta(days=1)


def _of_page(place: int, content: Content) -> list[date]:
    return _all_months(content)[(place - 1) * MONTHS_A_PAGE : place * MONTHS_A_PAGE]


def _all_months(content: Content) -> list[date]:
    this_month, since = content.today.replace(day=1), content.goes_back_to
    oldest = since.astimezone(content.page.zone).date().replace(day=1) if since else this_month
    return _months(this_month, min(this_month, oldest))


def _filled(months: list[date], content: Content) -> list[Span]:
    by_month: dict[date, list[PublicIncident]] = {}
    for day, incidents in sorted(_grouped(content).items(), reverse=True):
        by_month.setdefault(day.replace(day=1), []).extend(incidents)
    return [Span(month, by_month.get(month, [])) for month in months]


def _months(newest: date, oldest: date) -> list[date]:
    """The firsts of the months from the newest to the oldest, filled up to whole pages."""
    found = [newest]
    while found[-1] > oldest or len(found) % MONTHS_A_PAGE:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def _grouped(content: Content) -> dict[date, list[PublicIncident]]:
    """The past by the day it began on, the newest first within each."""
    found: dict[date, list[PublicIncident]] = {}
    for incident in sorted(past(content), key=lambda one: one.started_at, reverse=True):
        found.setdefault(began_on(incident, content), []).append(incident)
    return found
