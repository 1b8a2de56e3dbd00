"""Which incidents a figure is made of: what stands in the address, as a sentence and as days. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import TextChoices

from incidents.vocabulary import Severity, Type
from insights import scopes
from reviews.models import Findings

UNKNOWN = "unknown"


class Period(TextChoices):
    """When they were declared."""

    MONTH = "30d", "in the last 30 days"
    NINETY = "90d", "in the last 90 days"
    QUARTER = "quarter", "this quarter"
    YEAR = "year", "this year"
    ALL = "all", "at any time"
    CUSTOM = "custom", "from day to day …"


class Imported(TextChoices):
    """Whether history that was imported counts."""

    NO = "no", "without imported ones"
    INCLUDE = "include", "with imported ones"
    ONLY = "only", "imported ones only"


class Drills(TextChoices):
    """Whether practice counts."""

    NO = "no", "without drills"
    INCLUDE = "include", "with drills"
    ONLY = "only", "drills only"


class By(TextChoices):
    """What the rows of a chart are."""

    SEVERITY = "severity", "severity"
    TYPE = "type", "type"
    DETECTION = "detection", "detection"
    SERVICE = "service", "service"
    TEAM = "team", "team"
    MONTH = "month", "month"


SEVERITIES = [
    ("", "all"),
    *((severity.value, severity.label) for severity in Severity),
    ("S1,S2", "S1 and S2"),
    (UNKNOWN, "unknown severity"),
]
TYPES = [("", "any type"), *((kind.value, kind.label) for kind in Type if kind != Type.DRILL)]


DETECTIONS = [("", "anybody or anything"), *Findings.Detection.choices, (scopes.NONE, "nobody said what")]


@dataclass(frozen=True)
class Filters:
    """The choice of incidents; the defaults are what the page opens with. Read from an address by `forms`."""

    period: Period = Period.NINETY
    # Days in the organisation's zone, both included; only for a custom period.
    since: date | None = None
    until: date | None = None
    severity: str = ""
    type: str = ""
    detection: str = ""
    # The slug of a service or team, its name and its row's key.
    service: str = ""
    service_name: str = ""
    service_id: UUID | None = None
    team: str = ""
    team_name: str = ""
    team_id: UUID | None = None
    imported: Imported = Imported.NO
    drills: Drills = Drills.NO
    by: By = By.SEVERITY

    @property
    def with_drills(self) -> bool:
        return self.drills != Drills.NO

    @property
    def scopes(self) -> list[str]:
        """What it is narrowed to besides severity and time."""
        narrowed = (
            (scopes.TYPE, self.type),
            (scopes.DETECTION, self.detection),
            (scopes.SERVICE, self.service_id),
            (scopes.TEAM, self.team_id),
        )
        return [scopes.scope(kind, value) for kind, value in narrowed if value]

    def parameters(self) -> dict[str, str]:
        """What differs from the defaults, as it stands in an address."""
        untouched = Filters()
        given = {
            name: str(getattr(self, name) or "")
            for name in (
                "period",
                "since",
                "until",
                "severity",
                "type",
                "detection",
                "service",
                "team",
                "imported",
                "drills",
                "by",
            )
            if getattr(self, name) != getattr(untouched, name)
        }
        return {name: value for name, value in given.items() if value}

    def query(self, **more: object) -> str:
        """`?…` of an address that shows the same incidents."""
        return "?" + urlencode(self.parameters() | {name: str(value) for name, value in more.items()})

    def phrase(self) -> str:
        """“S1 incidents on Checkout declared in the last 90 days, without imported ones and without drills”."""
        who = {"": "incidents", UNKNOWN: "incidents of unknown severity"}.get(
            self.severity, f"{self.severity.replace(',', ' and ')} incidents"
        )
        kind = f" of type {dict(TYPES)[self.type].lower()}" if self.type else ""
        where = f" on {self.service_name}" if self.service else ""
        whose = f" of team {self.team_name}" if self.team else ""
        noticed = f" noticed by {dict(DETECTIONS)[self.detection].lower()}" if self.detection else ""
        return (
            f"{who}{kind}{noticed}{where}{whose} declared {self.when()}, {self.imported.label} and {self.drills.label}"
        )

    def sentence(self) -> str:
        return f"{self.phrase()[:1].upper()}{self.phrase()[1:]}."

    def when(self) -> str:
        if self.period != Period.CUSTOM:
            return str(self.period.label)
        return f"from {_day(self.since) or 'the beginning'} to {_day(self.until) or 'today'}"


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""


ROLLING = {Period.MONTH: 30, Period.NINETY: 90}


@dataclass(frozen=True)
class Days:
    """From day to day, both included; None is without end. Days are those of the organisation's zone, for everybody."""

    first: date | None = None
    last: date | None = None

    def before(self) -> "Days | None":
        """As many days that end the day before; None where there is no beginning or no end."""
        if self.first is None or self.last is None:
            return None
        length = self.last - self.first
        end = self.first - timedelta(days=1)
        return Days(end - length, end)


def days(filters: Filters, *, today: date) -> Days:
    """The days of a period; a rolling one ends today."""
    if filters.period in ROLLING:
        return Days(today - timedelta(days=ROLLING[filters.period] - 1), today)
    match filters.period:
        case Period.QUARTER:
            return Days(date(today.year, 3 * ((today.month - 1) // 3) + 1, 1), today)
        case Period.YEAR:
            return Days(date(today.year, 1, 1), today)
        case Period.CUSTOM:
            return Days(filters.since, filters.until)
    return Days()
