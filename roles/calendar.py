"""Working time: a pure calendar that moves instants along the organisation's working hours (domain §2.6, E23)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MOST_DAYS = 400


@dataclass(frozen=True)
class Calendar:
    """When the organisation works: ISO weekdays, holidays, and hours on the wall clock of its zone."""

    zone: ZoneInfo
    starts: time
    ends: time
    workdays: frozenset[int]
    holidays: frozenset[date]

    def is_workday(self, day: date) -> bool:
        return day.isoweekday() in self.workdays and day not in self.holidays

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        return self.is_workday(local.date()) and self.starts <= local.time() < self.ends

    def next_open(self, at: datetime) -> datetime:
        """The instant itself within working hours, else the next opening."""
        if self.is_open(at):
            return at
        local = at.astimezone(self.zone)
        day = local.date()
        if local.time() >= self.starts:
            day += timedelta(days=1)
        return self._instant(self._workday_from(day), self.starts)

    def morning_after(self, at: datetime, wall: time = time(10)) -> datetime:
        """Outside working hours: the coming working day, once people have arrived."""
        return self._instant(self.next_open(at).astimezone(self.zone).date(), wall)

    def add(self, at: datetime, span: timedelta) -> datetime:
        """The instant after `span` of working time; elapsed seconds count, also across a change of clocks."""
        at = self.next_open(at)
        while True:
            closes = self._instant(at.astimezone(self.zone).date(), self.ends)
            if at + span <= closes:
                return at + span
            span -= closes - at
            at = self.next_open(closes)

    def end_of_business_day(self, at: datetime, days: int) -> datetime:
        """The end of the local day that lies `days` working days after the day of `at` (reviews are due then)."""
        day = at.astimezone(self.zone).date()
        for _ in range(days):
            day = self._workday_from(day + timedelta(days=1))
        return self._instant(day + timedelta(days=1), time())

    def _workday_from(self, day: date) -> date:
        for ahead in range(MOST_DAYS):
            if self.is_workday(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        raise ValueError("The calendar has no working day within 400 days.")

    def _instant(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, self.zone).astimezone(UTC)
