"""Finding incidents: by words and filters, a page at a time, and those that look like one being declared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Count, DateTimeField, DurationField, Exists, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from incidents import words
from incidents.models import Incident, Service
from incidents.visibility import IncidentQuerySet
from incidents.vocabulary import LIVE_PHASES, OPEN_PHASES
from kit.rules import RuleBroken
from roles.models import User

PAGE = 30
SALT = "incidents.cursor"
# So many of the next incidents are read in their order before an index is asked for words.
NEAR = 5000
FIRST, LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
# Words of fewer letters say too little to find something similar by.
TELLING = 4


@dataclass(frozen=True)
class Slice:
    """A page of a list, newest first, with the cursors to the pages beside it (empty where there is none)."""

    incidents: list[Incident]
    older: str
    newer: str


NOTHING = Slice([], older="", newer="")


def find(incidents: IncidentQuerySet, filters: Mapping[str, Any]) -> IncidentQuerySet:
    """Narrow a list by what `forms.FilterForm` cleaned; what is empty does not narrow."""
    found = incidents
    for name, value in filters.items():
        if value not in (None, "", []) and name in NARROW:
            found = found.filter(NARROW[name](value))
    return found


def _concerns(**service: Any) -> Q:
    """Asked for each row, so that the newest are found without looking at all of them."""
    return Q(Exists(Incident.services.through.objects.filter(incident=OuterRef("pk"), **service)))


def _midnight(day: date) -> datetime:
    """When a day begins for whoever asks."""
    return datetime.combine(day, time(), timezone.get_current_timezone())


PHASES = {
    "open": Q(phase__in=OPEN_PHASES, is_imported=False),
    "live": Q(phase__in=LIVE_PHASES, is_imported=False),
    "over": ~Q(phase__in=LIVE_PHASES) | Q(is_imported=True),
}
IMPORTED = {"no": Q(is_imported=False), "only": Q(is_imported=True), "include": Q()}
NARROW: dict[str, Any] = {
    "q": lambda value: words.every(words.of(value)),
    "phase": lambda value: PHASES.get(value) or Q(phase=value),
    "severity": lambda value: Q(severity__in=value),
    "type": lambda value: Q(type=value),
    "service": lambda value: _concerns(service=value),
    "team": lambda value: _concerns(service__owner=value),
    "since": lambda value: Q(declared_at__gte=_midnight(value)),
    "until": lambda value: Q(declared_at__lt=_midnight(value + timedelta(days=1))),
    "imported": lambda value: IMPORTED[value],
}


def page(incidents: IncidentQuerySet, filters: Mapping[str, Any], cursor: str = "", *, most: int = PAGE) -> Slice:
    """One page by cursor, at the same cost wherever it lies. Raises `RuleBroken` for a cursor that is none of ours."""
    backwards, place = _read(cursor)
    found = list(_next(incidents, filters, _Way(place, backwards), most + 1))
    more, found = len(found) > most, found[:most]
    if backwards:
        found.reverse()
    has_older = more or backwards
    has_newer = more if backwards else bool(place)
    return Slice(
        found,
        older=cursor_of(found[-1], backwards=False) if found and has_older else "",
        newer=cursor_of(found[0], backwards=True) if found and has_newer else "",
    )


@dataclass(frozen=True)
class _Way:
    """From where in the list, and towards the older or the newer."""

    place: tuple[datetime, UUID] | None
    backwards: bool

    def rows(self, incidents: IncidentQuerySet, moment: str = "declared_at") -> IncidentQuerySet:
        """What lies that way, in its order. The last condition is the one that an index can begin at.

        `moment` names where the time is read, so that the index of that place is used.
        """
        incidents = incidents.order_by(*((moment, "id") if self.backwards else (f"-{moment}", "-id")))
        if self.place is None:
            return incidents
        (at, pk), beyond = self.place, "gt" if self.backwards else "lt"
        later = Q((f"{moment}__{beyond}", at)) | Q((f"id__{beyond}", pk))
        return incidents.filter(later, Q((f"{moment}__{beyond}e", at)))

    def near(self) -> Q:
        """The next thousands, or all where there are fewer."""
        rows = self.rows(Incident.unrestricted.get_queryset()).values("declared_at")[NEAR : NEAR + 1]
        edge = Coalesce(Subquery(rows), Value(LAST if self.backwards else FIRST))
        return Q(declared_at__lte=edge) if self.backwards else Q(declared_at__gte=edge)


def _next(incidents: IncidentQuerySet, filters: Mapping[str, Any], way: _Way, most: int) -> IncidentQuerySet:
    """The next rows of a list.

    Words are looked for in two ways, because a database that guesses wrong how often one occurs reads everything:
    what stands in many incidents stands in enough of the next thousands, which are read in their order; what does
    not is found by the index of words, and then put in order.
    """
    rows = way.rows(find(incidents, filters))
    if not words.are_indexed():
        return rows[:most]
    if not filters.get("q"):
        is_of_services = filters.get("service") or filters.get("team")
        return _of_services(incidents, filters, way, most) if is_of_services else rows[:most]
    near = list(rows.filter(way.near()).values_list("pk", flat=True)[:most])
    if len(near) == most:
        return way.rows(incidents.filter(pk__in=near))
    # No index has this order, so none is read along for it.
    moment = F("declared_at") + Value(timedelta(0), DurationField())
    found = rows.order_by(*((moment, "id") if way.backwards else (moment.desc(), "-id")))
    # Keys first: a word of long ago stands in many, and whole rows of them are much to sort.
    return way.rows(incidents.filter(pk__in=found.values("pk")[:most]))


def _of_services(incidents: IncidentQuerySet, filters: Mapping[str, Any], way: _Way, most: int) -> IncidentQuerySet:
    """The next of each service, found by its own index however few they are, and then put in one order."""
    service, team = filters.get("service"), filters.get("team")
    services = Service.objects.filter(pk=service.pk) if service else Service.objects.filter(owner=team)
    rows = find(incidents, {**filters, "service": None, "team": team if service else None})
    theirs = rows.filter(services=OuterRef("pk")).alias(listed_at=_Dated(F("services")))
    nearest = services.values_list(_Array(way.rows(theirs, "listed_at").values("pk")[:most]), flat=True)
    return way.rows(incidents.filter(pk__in={pk for found in nearest for pk in found}))[:most]


class _Array(Subquery):
    """A list of what another question finds for each row; Django's own would bring its forms and fields with it."""

    template = "ARRAY(%(subquery)s)"


class _Dated(Func):
    """When an incident was declared, read beside the name of its service; PostgreSQL keeps it there by triggers."""

    output_field = DateTimeField()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **more: Any) -> tuple[str, list[Any]]:
        (service,) = self.get_source_expressions()
        return f'{compiler.quote_name_unless_alias(service.alias)}."declared_at"', []


def cursor_of(incident: Incident, *, backwards: bool) -> str:
    """The place beside an incident, towards the newer (`backwards`) or the older; signed, so that it is one of ours."""
    return signing.dumps([backwards, incident.declared_at.isoformat(), str(incident.pk)], salt=SALT)


def _read(cursor: str) -> tuple[bool, tuple[datetime, UUID] | None]:
    if not cursor:
        return False, None
    try:
        backwards, at, pk = signing.loads(cursor, salt=SALT)
    except signing.BadSignature as error:
        raise RuleBroken("bad_cursor", "This page of the list does not exist; begin at its first.") from error
    return backwards, (datetime.fromisoformat(at), UUID(pk))


def similar(user: User, title: str, services: Sequence[Service], now: datetime) -> list[Incident]:
    """Open incidents, and those resolved within a day, that share a telling word or a service (GEN1-3)."""
    telling = {word for word in words.split(title) if len(word) >= TELLING}
    alike = words.some(words.of(" ".join(sorted(telling))))
    if services:
        alike |= _concerns(service__in=services)
    open_now = Q(phase__in=OPEN_PHASES, is_imported=False)
    just_over = Q(resolved_at__gte=now - timedelta(days=1), is_imported=False)
    found = Incident.objects.visible_to(user).filter(open_now | just_over, alike)[:20]
    return sorted(found, key=lambda one: -len(telling & {*words.split(one.title)}))[:4]


def open_by_service(user: User) -> dict[UUID, int]:
    """How many open incidents each service has, of those the person may see."""
    seen = Incident.objects.visible_to(user).open()
    counted = seen.filter(services__isnull=False).values("services").annotate(n=Count("id", distinct=True))
    return {row["services"]: row["n"] for row in counted.order_by()}
