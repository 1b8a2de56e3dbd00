"""What the room shows of its letters: how many stand where, the latest notices, what went wrong. Questions only."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import Count, Q

from incidents import holders
from incidents.models import Engagement, Incident
from incidents.vocabulary import Type
from notifications import routing
from notifications.models import AudienceMember, Delivery, Notice
from notifications.moments import Moment
from notifications.vocabulary import OPEN_STATES, Lane, State, To
from roles.models import User

LATEST = 6
# Addresses of strangers are nobody's business in the room.
STRANGERS = (To.SUBSCRIBERS, To.CONFIRMATION)


@dataclass(frozen=True)
class Panel:
    """The letters of one incident."""

    incident: Incident

    @cached_property
    def _counts(self) -> dict[str, int]:
        found = Delivery.objects.filter(notice__incident=self.incident).order_by().values_list("state")
        return dict(found.annotate(Count("pk")))

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """(state, word, how many), open ones as “waiting”; states that hold none are left out."""
        waiting = sum(self._counts.get(state, 0) for state in OPEN_STATES)
        by_state = {State.WAITING: waiting} | {
            state: self._counts.get(state, 0) for state in (State.PARKED, State.CANCELLED)
        }
        shown = [(State.SENT, self._counts.get(State.SENT, 0)), *by_state.items()]
        return [(state.value, state.label.lower(), count) for state, count in shown if count or state == State.SENT]

    @cached_property
    def pages(self) -> list[Delivery]:
        """The latest page to each person who has not answered yet, by each of their contacts: did it go out?"""
        called = Engagement.objects.filter(incident=self.incident, state=Engagement.State.PAGED)
        asked = {str(person) for person in called.values_list("person_id", flat=True)}
        if not asked:
            return []
        pages = Delivery.objects.filter(notice__incident=self.incident, lane=Lane.PAGE).select_related("notice__event")
        latest = {page.recipient: page for page in pages.order_by("pk") if page.recipient.split(":")[1] in asked}
        return sorted(latest.values(), key=lambda page: (page.recipient.split(":")[1], page.due_at))

    @cached_property
    def notices(self) -> list[Notice]:
        """The latest notices to audiences, each with how many `sent`, `waiting` and `parked`."""
        to_audiences = Notice.objects.filter(incident=self.incident).exclude(audience__in=(To.PERSON, To.OWNER))
        counted = to_audiences.annotate(
            sent=Count("deliveries", filter=Q(deliveries__state=State.SENT)),
            waiting=Count("deliveries", filter=Q(deliveries__state__in=OPEN_STATES)),
            parked=Count("deliveries", filter=Q(deliveries__state=State.PARKED)),
        )
        return list(counted.order_by("-created_at")[:LATEST])

    @cached_property
    def troubles(self) -> list[Delivery]:
        """Letters that did not arrive yet and say why."""
        found = Delivery.objects.filter(notice__incident=self.incident, state__in=(*OPEN_STATES, State.PARKED))
        return list(found.exclude(error="").select_related("notice").order_by("-pk")[:LATEST])


# A person's audiences as a sum, so that a page can count whoever is in any of those that are ticked, once.
BITS = {To.RESPONDERS: 1, To.STAKEHOLDERS: 2, To.EXECUTIVES: 4}


def reach(incident: Incident, *, but: User | None = None) -> list[int]:
    """For each person an update could reach now, the sum of their audiences; its author is no responder of theirs."""
    people: dict[UUID, int] = defaultdict(int)
    for one in holders.active(incident):
        if one.person_id != (but and but.pk):
            people[one.person_id] |= BITS[To.RESPONDERS]
    if incident.type != Type.DRILL:
        seeing = routing.may_see(incident).filter(is_active=True)
        for person, audience in AudienceMember.objects.filter(person__in=seeing).values_list("person_id", "audience"):
            people[person] |= BITS[To(audience)]
    return sorted(people.values())


def told_when_confirmed(incident: Incident, severity: str) -> list[tuple[To, int]]:
    """Who hears by itself when this severity is confirmed, and how many they are."""
    found = reach(incident)
    hearing = [to for to, severities in routing.HEARS[Moment.CONFIRMED].items() if severity in severities]
    return [(to, sum(bool(mask & BITS[to]) for mask in found)) for to in hearing]


def is_stranger(letter: Delivery) -> bool:
    return letter.notice.audience in STRANGERS
