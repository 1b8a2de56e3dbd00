"""What letters about many entries stand on, read for all of them at once: a statement for each kind of fact.

Everything is read when it is first asked for, so a batch of pages costs no statement about bulletins.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, QuerySet, Subquery

from incidents import outgoing
from incidents.models import Engagement, Event, ImpactWindow, Incident, Obligation, Service
from incidents.vocabulary import Kind
from notifications.models import AudienceMember, Contact, Endpoint, Notice
from notifications.routing import OUTSIDE, Addressee, Known, Route, may_see
from notifications.vocabulary import To
from roles import organisation
from roles.models import User
from statuspage.models import Bulletin

Key = TypeVar("Key")
Row = TypeVar("Row")

# What readers outside the room are told of as a change; the rest is the room's own.
CHANGES = (
    Kind.ESCALATED, Kind.CORRECTED, Kind.TRANSITIONED, Kind.MONITORING, Kind.REOPENED, Kind.SITUATION, Kind.IMPACT,
    Kind.POSTURE, Kind.BULLETIN, Kind.UPDATED,
)  # fmt: skip


class Gathered:
    """The facts about some entries, as they are while they are turned into letters."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.incidents = {event.incident_id: event.incident for event in events}
        # The last notice of each incident to each audience; those written meanwhile are added.
        self._written: dict[tuple[UUID, str], Notice] = {}

    def known(self, event: Event) -> Known:
        """What the entry alone does not say."""
        confirmed = self._confirmations[event.incident_id]
        return Known(
            confirmed_before=any(position < event.position for position, _ in confirmed),
            confirmed_with_it=any(position > event.position and at == event.recorded_at for position, at in confirmed),
        )

    @cached_property
    def _confirmations(self) -> dict[UUID, list[tuple[int, datetime]]]:
        found = Event.objects.filter(incident__in=self.incidents, kind=Kind.CONFIRMED)
        return _grouped((row[0], row[1:]) for row in found.values_list("incident_id", "position", "recorded_at"))

    @cached_property
    def engaged(self) -> dict[UUID, list[Engagement]]:
        """Who takes part in each incident and counts, oldest first."""
        found = Engagement.objects.active().filter(incident__in=self.incidents).select_related("person")
        return _grouped((one.incident_id, one) for one in found)

    @cached_property
    def services(self) -> dict[UUID, list[str]]:
        """The names of the services each incident concerns."""
        found = Service.incidents.through.objects.filter(incident__in=self.incidents).order_by("service__name")
        return _grouped(found.values_list("incident_id", "service__name"))

    @cached_property
    def started_at(self) -> dict[UUID, datetime]:
        """When the impact of each began to be felt; missing where nobody knows."""
        found = ImpactWindow.objects.filter(incident__in=self.incidents).order_by("-started_at")
        return dict(found.values_list("incident_id", "started_at"))

    @cached_property
    def owed(self) -> dict[UUID, list[Obligation]]:
        """What each incident owes now."""
        found = list(Obligation.objects.open().filter(incident__in=self.incidents).select_related("owner"))
        for one in found:
            one.incident = self.incidents[one.incident_id]
        return _grouped((one.incident_id, one) for one in found)

    @cached_property
    def bulletins(self) -> dict[UUID, Bulletin]:
        """What the public was last told of each."""
        latest = Bulletin.objects.filter(public_incident__internal_link__incident=OuterRef("pk"))
        newest = dict(self._rows.values_list("pk", Subquery(latest.order_by("-display_at", "-pk").values("pk")[:1])))
        told = Bulletin.objects.select_related("public_incident__page").in_bulk([pk for pk in newest.values() if pk])
        return {incident: told[pk] for incident, pk in newest.items() if pk}

    def told_before(self, event: Event, to: To) -> Notice | None:
        """The last notice this audience got of the incident."""
        key = (event.incident_id, to.value)
        return self._written.get(key) or self._told.get(key)

    def wrote(self, notice: Notice) -> None:
        """A notice that the next one of the same incident and audience comes after."""
        if notice.incident_id:
            self._written[notice.incident_id, notice.audience] = notice

    @cached_property
    def _told(self) -> dict[tuple[UUID, str], Notice]:
        mine = {event.pk for event in self.events}
        latest = Notice.objects.filter(incident=OuterRef("pk"), event__isnull=False).exclude(event__in=mine)
        # By what they are about: those that were written in one go bear the same time.
        last = latest.order_by("-event__position").values("pk")
        newest = {to: Subquery(last.filter(audience=to)[:1]) for to in OUTSIDE}
        rows = list(self._rows.values_list("pk", *newest.values()))
        found = Notice.objects.select_related("event").in_bulk([pk for row in rows for pk in row[1:] if pk])
        return {(row[0], to.value): found[pk] for row in rows for to, pk in zip(OUTSIDE, row[1:], strict=True) if pk}

    def changes(self, event: Event, to: To) -> list[Event]:
        """The entries from the last notice on, up to this one; the oldest first."""
        before = self.told_before(event, to)
        if before is None or before.event is None:
            return []
        span = range(before.event.position + 1, event.position + 1)
        return [one for one in self._changes[event.incident_id] if one.position in span]

    @cached_property
    def _changes(self) -> dict[UUID, list[Event]]:
        """For incidents that were told of before: all that changed since the earliest of these notices."""
        since: dict[UUID, int] = {}
        for (incident, _), notice in self._told.items():
            if notice.event:
                since[incident] = min(notice.event.position, since.get(incident, notice.event.position))
        if not since:
            return _grouped(())
        spans = Q()
        for incident, position in since.items():
            spans |= Q(incident=incident, position__gt=position)
        found = Event.objects.filter(spans, kind__in=CHANGES).order_by("incident", "position")
        return _grouped((one.incident_id, one) for one in found.select_related("actor"))

    @cached_property
    def taken_back(self) -> set[tuple[UUID, int]]:
        """The updates of these incidents that were taken back, by their position."""
        return outgoing.all_taken_back(self.incidents.keys())

    @cached_property
    def members(self) -> dict[str, list[User]]:
        """The people of each audience who have not left."""
        found = AudienceMember.objects.filter(person__is_active=True).select_related("person").order_by("person")
        return _grouped((one.audience, one.person) for one in found)

    @cached_property
    def named(self) -> dict[UUID, User]:
        """Everybody who is named in the entries and has not left."""
        names = {name for event in self.events for name in _names(event)}
        return User.objects.present().in_bulk(names)

    @cached_property
    def endpoints(self) -> dict[str, list[Endpoint]]:
        """The machines of each audience that are switched on; their secrets stay sealed until they sign."""
        found = Endpoint.objects.filter(disabled_at=None).defer("secret").order_by("pk")
        return _grouped((one.audience, one) for one in found)

    @cached_property
    def contacts(self) -> dict[UUID, list[Contact]]:
        """The urgent contacts of those who are named, in the order in which they are tried."""
        found = Contact.objects.filter(person__in=self.named).select_related("provider")
        return _grouped((one.person_id, one) for one in found)

    def people(self, route: Route, event: Event) -> list[Addressee]:
        """The people of a route who may see the incident, each with their role on it."""
        engaged = {one.person_id: one.role for one in self.engaged[event.incident_id]}
        found = self._meant(route, event)
        if event.incident.is_restricted:
            pks = [person.pk for person in found]
            seeing = set(may_see(event.incident).filter(pk__in=pks).values_list("pk", flat=True))
            found = [person for person in found if person.pk in seeing]
        return [Addressee(person, _role(route, event, person, engaged)) for person in found]

    def _meant(self, route: Route, event: Event) -> list[User]:
        if route.people:
            found = [self.named[UUID(name)] for name in route.people if UUID(name) in self.named]
        elif route.to == To.RESPONDERS:
            found = [one.person for one in self.engaged[event.incident_id] if one.person_id != event.actor_id]
            found = [person for person in dict.fromkeys(found) if person.is_active]
        else:
            found = self.members[route.to]
        return sorted(found, key=lambda person: person.pk)

    def machines(self, route: Route, event: Event) -> list[Endpoint]:
        """The endpoints of an audience; of a restricted incident no machine hears (GEN4-3)."""
        return [] if event.incident.is_restricted else self.endpoints[route.to]

    @cached_property
    def zone(self) -> ZoneInfo:
        """The organisation's."""
        return ZoneInfo(organisation.current().time_zone)

    @property
    def _rows(self) -> QuerySet[Incident]:
        return Incident.unrestricted.filter(pk__in=self.incidents)


def _role(route: Route, event: Event, person: User, engaged: dict[UUID, str]) -> str:
    asked = event.data.get("role", "") if str(person.pk) == event.data.get("person") else ""
    return asked or ("" if route.to in OUTSIDE else engaged.get(person.pk, ""))


def _names(event: Event) -> Iterator[UUID]:
    """Whoever an entry names as a recipient of its own."""
    facts = event.data
    for name in (facts.get("person"), facts.get("owner"), *facts.get("people", ()), *facts.get("paged", ())):
        if name:
            yield UUID(name)
    if event.incident.declared_by_id:
        yield event.incident.declared_by_id


def _grouped(pairs: Iterable[tuple[Key, Row]]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = defaultdict(list)
    for key, row in pairs:
        found[key].append(row)
    return found
