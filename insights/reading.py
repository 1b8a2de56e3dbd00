"""What the rows say of some incidents, read in a handful of statements however many there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Min

from incidents.models import Engagement, Event, ImpactWindow, Incident, Obligation, PublicLink
from incidents.vocabulary import OPEN_PHASES, Disposition, Duty, Kind, Phase, Type, Visibility
from insights import recurring
from reviews.models import Findings


@dataclass(frozen=True)
class Window:
    """From when to when it was felt."""

    started_at: datetime
    ended_at: datetime | None
    is_estimated: bool


@dataclass(frozen=True)
class Page:
    """Somebody was called into a role; shadows are left out, they never count."""

    role: str
    # When it rang; None where they came by themselves.
    called_at: datetime | None
    acknowledged_at: datetime | None
    joined_at: datetime | None
    released_at: datetime | None


@dataclass(frozen=True)
class Owed:
    """Something that came due, and when it was done."""

    duty: str
    due_at: datetime
    done_at: datetime
    # How many due times it answers: a notice after an outage covers all that were missed.
    covers: int = 1


@dataclass(frozen=True)
class Milestones:
    """What is known of one incident; times in UTC, the latest of each, None where unknown or not reached."""

    pk: UUID
    reference: str
    severity: str
    type: str
    phase: str
    disposition: str
    is_imported: bool
    posture: str
    is_restricted: bool
    is_recurrence: bool
    declared_at: datetime
    detected_at: datetime | None
    acknowledged_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None
    reopened_at: datetime | None
    confirmed_at: datetime | None
    # Filled from other rows.
    detection: str = ""
    cause_known_at: datetime | None = None
    # The severity of the start, and that in hindsight; empty where nobody looked.
    initial_severity: str = ""
    reviewed_severity: str = ""
    # As somebody said looking back; None where nobody did.
    was_false_alarm: bool | None = None
    # Whether an incident before it shares a service and a factor with it; None where these are not known.
    is_repeat: bool | None = None
    public_at: datetime | None = None
    windows: tuple[Window, ...] = ()
    pages: tuple[Page, ...] = ()
    owed: tuple[Owed, ...] = ()
    services: tuple[UUID, ...] = ()
    teams: tuple[UUID, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.phase in OPEN_PHASES and not self.is_imported

    @property
    def is_drill(self) -> bool:
        return self.type == Type.DRILL

    @property
    def first_window(self) -> Window | None:
        return self.windows[0] if self.windows else None

    @property
    def known_impact_at(self) -> datetime | None:
        """The start of the earliest window, where somebody gave one (E13).

        A window without a given start got one from the declaration, or from its own end if that was before.
        """
        first = self.first_window
        if first is None:
            return None
        is_assumed = first.is_estimated and first.started_at in (self.declared_at, first.ended_at)
        return None if is_assumed else first.started_at

    @property
    def is_estimated(self) -> bool:
        return bool(self.first_window and self.first_window.is_estimated)

    def day(self, zone: ZoneInfo) -> date:
        return self.declared_at.astimezone(zone).date()

    @property
    def outside(self) -> str:
        """Why it is in no duration at all; empty for one that is (domain §2.11, E6, E21)."""
        if self.phase in (Phase.DECLINED, Phase.MERGED):
            return Phase(self.phase).label.lower()
        return "" if self.disposition == Disposition.REAL else Disposition(self.disposition).label.lower()


PLAIN = (
    "pk", "reference", "severity", "type", "phase", "disposition", "is_imported", "posture",
    "visibility", "recurrence_of__visibility", "declared_at", "detected_at", "acknowledged_at", "mitigated_at",
    "resolved_at", "reopened_at", "severity_confirmed_at", "initial_severity",
)  # fmt: skip


def milestones(pks: Collection[UUID]) -> list[Milestones]:
    """What the rows say of these incidents; ten statements. Everybody's: visibility is asked by who reads facts."""
    windows, pages, owed = _windows(pks), _pages(pks), _owed(pks)
    services, public, findings, repeats = _services(pks), _public(pks), _findings(pks), recurring.repeats(pks)
    found = []
    for row in Incident.unrestricted.filter(pk__in=pks).order_by().values(*PLAIN):
        pk, named = row["pk"], services[row["pk"]]
        found.append(
            Milestones(
                is_restricted=row.pop("visibility") == Visibility.RESTRICTED,
                # Of one that is restricted nobody learns here, as in what came back.
                is_recurrence=row.pop("recurrence_of__visibility") == Visibility.ORGANISATION,
                confirmed_at=row.pop("severity_confirmed_at"),
                is_repeat=repeats.get(pk),
                public_at=public.get(pk),
                windows=tuple(windows[pk]),
                pages=tuple(pages[pk]),
                owed=tuple(owed[pk]),
                services=tuple(service for service, _ in named),
                teams=tuple(sorted({team for _, team in named if team})),
                **findings.get(pk, {}),
                **row,
            )
        )
    return found


def _windows(pks: Collection[UUID]) -> dict[UUID, list[Window]]:
    found: dict[UUID, list[Window]] = defaultdict(list)
    rows = ImpactWindow.objects.filter(incident__in=pks).order_by("started_at")
    for pk, start, end, is_estimated in rows.values_list("incident", "started_at", "ended_at", "is_estimated"):
        found[pk].append(Window(start, end, is_estimated))
    return found


def _pages(pks: Collection[UUID]) -> dict[UUID, list[Page]]:
    found: dict[UUID, list[Page]] = defaultdict(list)
    rows = Engagement.objects.filter(incident__in=pks, is_shadow=False).order_by("created_at", "pk")
    names = ("incident", "role", "rings_at", "acknowledged_at", "joined_at", "released_at")
    for pk, *page in rows.values_list(*names):
        found[pk].append(Page(*page))
    return found


COUNTED_DUTIES = (Duty.PUBLIC_UPDATE, Duty.REVIEW, Duty.ACTION)


def _owed(pks: Collection[UUID]) -> dict[UUID, list[Owed]]:
    found: dict[UUID, list[Owed]] = defaultdict(list)
    done = Obligation.objects.filter(incident__in=pks, duty__in=COUNTED_DUTIES, satisfied_at__isnull=False)
    for pk, duty, due_at, done_at in done.order_by().values_list("incident", "duty", "due_at", "satisfied_at"):
        if done_at:
            found[pk].append(Owed(duty, due_at, done_at))
    notices = Event.objects.filter(incident__in=pks, kind=Kind.NOTICE).order_by()
    for pk, at, data in notices.values_list("incident", "recorded_at", "data"):
        found[pk] += _notice(at, data)
    return found


def _notice(at: datetime, data: dict[str, object]) -> Iterable[Owed]:
    if data.get("due_at"):
        covers = data.get("covers", 1)
        assert isinstance(covers, int)
        yield Owed(str(data.get("audience")), datetime.fromisoformat(str(data["due_at"])), at, covers)


def _services(pks: Collection[UUID]) -> dict[UUID, list[tuple[UUID, UUID | None]]]:
    found: dict[UUID, list[tuple[UUID, UUID | None]]] = defaultdict(list)
    named = Incident.services.through.objects.filter(incident__in=pks).order_by("service_id")
    for pk, service, team in named.values_list("incident", "service", "service__owner"):
        found[pk].append((service, team))
    return found


def _public(pks: Collection[UUID]) -> dict[UUID, datetime]:
    """When the public was told first."""
    links = PublicLink.objects.filter(incident__in=pks).order_by()
    told = links.values("incident").annotate(first=Min(F("public_incident__bulletins__display_at")))
    return {row["incident"]: row["first"] for row in told if row["first"]}


FOUND = {
    "detection": "detection",
    "cause_known_at": "cause_known_at",
    "severity": "reviewed_severity",
    "is_false_alarm": "was_false_alarm",
}


def _findings(pks: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """What somebody said looking back, by the names of `Milestones`."""
    rows = Findings.objects.filter(incident__in=pks).order_by().values("incident", *FOUND)
    return {row["incident"]: {name: row[column] for column, name in FOUND.items()} for row in rows}
