"""The rows of a chart: which group a tally or a fact belongs to, by what they are split."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from incidents.models import Service
from incidents.vocabulary import Severity, Type
from insights import scopes
from insights.filters import UNKNOWN, By
from reviews.models import Findings
from roles.models import Team

NONE = scopes.NONE


@dataclass(frozen=True, order=True)
class Group:
    """A row: its place in the order, the key that stands in addresses, its name, and how a sentence speaks of it."""

    place: tuple[int, str]
    key: str
    label: str
    # “Half of … were mitigated within”.
    subject: str


EVERYTHING = Group((-1, ""), "", "All", "them")

SEVERITIES = {
    severity.value: Group((place, ""), severity.value, severity.label, f"{severity.value}s")
    for place, severity in enumerate(Severity)
}
SEVERITY_UNKNOWN = Group((9, ""), UNKNOWN, "Unknown", "those of unknown severity")
TYPES = {
    scopes.scope(scopes.TYPE, kind): Group((place, ""), kind.value, kind.label, f"those of type “{kind.label.lower()}”")
    for place, kind in enumerate(Type)
}
DETECTIONS = {
    scopes.scope(scopes.DETECTION, one): Group((place, ""), one.value, one.label, f"those noticed by “{one.label}”")
    for place, one in enumerate(Findings.Detection)
} | {scopes.scope(scopes.DETECTION, NONE): Group((99, ""), NONE, "Nobody said", "those of which nobody said how")}
NO_SERVICE = Group((1, ""), NONE, "No service named", "those that name no service")
NO_TEAM = Group((1, ""), NONE, "No team", "those on no team's service")
# Rows that are scopes of their own.
SCOPED = {By.TYPE: scopes.TYPE, By.DETECTION: scopes.DETECTION, By.SERVICE: scopes.SERVICE, By.TEAM: scopes.TEAM}


class Grouping:
    """Answers to which group something belongs, by its severity, its scope or the day it begins."""

    def __init__(self, by: By, named: Mapping[str, Group]) -> None:
        self.by = by
        self.named = named

    @property
    def kind(self) -> str:
        """The kind of scope that the rows are; empty where they are none."""
        return SCOPED.get(self.by, "")

    def of(self, *, severity: str, start: date, scope: str) -> Group | None:
        """None for a scope that is no row."""
        match self.by:
            case By.SEVERITY:
                return SEVERITIES.get(severity, SEVERITY_UNKNOWN)
            case By.MONTH:
                return month(start)
        return self.named.get(scope)

    def scopes_of(self, kept: Iterable[str]) -> list[str]:
        """Of the scopes of a fact those that are rows."""
        return [scope for scope in kept if scope in self.named] if self.kind else [""]

    def find(self, key: str) -> tuple[str, Group] | None:
        """The scope and group of a row's key."""
        return next(((scope, group) for scope, group in self.named.items() if group.key == key), None)


def month(start: date) -> Group:
    """The month of the declaration in the organisation's zone, the same for whoever looks."""
    return Group((0, f"{start:%Y-%m}"), f"{start:%Y-%m}", f"{start:%b %Y}", f"those of {start:%B %Y}")


def grouping(by: By) -> Grouping:
    """How to group; for services and teams it asks for their names, in one statement."""
    match by:
        case By.TYPE:
            return Grouping(by, TYPES)
        case By.DETECTION:
            return Grouping(by, DETECTIONS)
        case By.SERVICE:
            services = Service.objects.order_by("name").values_list("pk", "slug", "name")
            return Grouping(by, dict(_named(scopes.SERVICE, services, "those on ", NO_SERVICE)))
        case By.TEAM:
            teams = Team.objects.order_by("name").values_list("pk", "slug", "name")
            return Grouping(by, dict(_named(scopes.TEAM, teams, "those of team ", NO_TEAM)))
    return Grouping(by, {})


def _named(kind: str, rows: Iterable[tuple[UUID, str, str]], of: str, none: Group) -> Iterator[tuple[str, Group]]:
    for pk, slug, name in rows:
        yield scopes.scope(kind, pk), Group((0, name), slug, name, f"{of}{name}")
    yield scopes.scope(kind, NONE), none
