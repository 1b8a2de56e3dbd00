"""Who hears what: from one entry of a timeline to the people and machines that get a letter (domain §2.6, §2.7).

`routes` is pure and says which audiences; `people` and `machines` look up who that is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from incidents.cadence import LETTERS_WAIT
from incidents.ladders import How
from incidents.models import Event, Incident
from incidents.visibility import visible
from incidents.vocabulary import Audience, Severity, Type
from notifications import moments
from notifications.moments import Moment
from notifications.vocabulary import Lane, To
from roles.models import User

S1, S2, S3 = Severity.S1, Severity.S2, Severity.S3
# By itself each audience hears of these severities (§2.6, internal table); S4 is told to nobody.
GRAVE = frozenset({S1, S2})
HEARS: dict[Moment, dict[To, frozenset[Severity]]] = {
    Moment.CONFIRMED: {To.EXECUTIVES: GRAVE, To.STAKEHOLDERS: GRAVE},
    Moment.MITIGATED: {To.EXECUTIVES: GRAVE, To.STAKEHOLDERS: GRAVE | {S3}},
    Moment.RESOLVED: {To.EXECUTIVES: GRAVE, To.STAKEHOLDERS: GRAVE},
    Moment.SETBACK: {To.EXECUTIVES: GRAVE, To.STAKEHOLDERS: GRAVE | {S3}},
    Moment.REOPENED: {To.EXECUTIVES: GRAVE, To.STAKEHOLDERS: GRAVE | {S3}},
}
# Where somebody stands in two, the first is the one letter they get (SUP5-3).
RANK = (To.PERSON, To.EXECUTIVES, To.STAKEHOLDERS, To.RESPONDERS, To.REPORTER)
OUTSIDE = (To.EXECUTIVES, To.STAKEHOLDERS)


class Route(NamedTuple):
    """An audience, or the people named; `due_at` is None for at once."""

    to: To
    people: tuple[str, ...] = ()
    lane: Lane = Lane.NOTICE
    due_at: datetime | None = None


@dataclass(frozen=True)
class Known:
    """What the entry alone does not say: was the severity confirmed before it, or together with it?"""

    confirmed_before: bool = False
    confirmed_with_it: bool = False


class Addressee(NamedTuple):
    """A person with the role that makes them one; empty for an audience's member."""

    person: User
    role: str = ""


def routes(event: Event, known: Known) -> list[Route]:
    """Who hears of it, the first in rank first. An imported incident tells nobody; a drill nobody outside (§2.13)."""
    moment = moments.of(event)
    if event.incident.is_imported or moment is None:
        return []
    find = ROUTES.get(moment, _by_severity)
    found = sorted(find(event, known), key=lambda route: RANK.index(route.to))
    return [route for route in found if event.incident.type != Type.DRILL or route.to not in OUTSIDE]


def _by_severity(event: Event, known: Known) -> list[Route]:
    """The standing rule; of a grave one nobody is told before its severity is confirmed (SUP5-1)."""
    moment, severity = moments.of(event), event.incident.severity
    assert moment is not None
    if severity in GRAVE and moment != Moment.CONFIRMED and not known.confirmed_before:
        return []
    return [Route(to) for to in _hearing(moment, severity)]


def _confirmed(event: Event, known: Known) -> list[Route]:
    return [Route(to) for to in _hearing(Moment.CONFIRMED, event.data["severity"])]


def _hearing(moment: Moment, severity: str) -> list[To]:
    return [to for to, severities in HEARS[moment].items() if severity in severities]


def _changed(event: Event, known: Known) -> list[Route]:
    """Whoever was told the old severity, but those whom the confirmation that comes with it tells (E2)."""
    if not event.data.get("told"):
        return []
    told = _hearing(Moment.CONFIRMED, event.data["from"])
    speaks_next = _hearing(Moment.CONFIRMED, event.data["to"]) if known.confirmed_with_it else []
    return [Route(to) for to in told if to not in speaks_next]


def _left(event: Event, known: Known) -> list[Route]:
    """Whoever was told that it is one hears that it is none; so does whoever reported it (E6)."""
    if "child" in event.data:
        return []
    reporter = event.incident.declared_by_id
    found = [Route(To.REPORTER, (str(reporter),))] if reporter and reporter != event.actor_id else []
    if known.confirmed_before:
        found += [Route(to) for to in _hearing(Moment.CONFIRMED, event.incident.severity)]
    return found


def _notice(event: Event, known: Known) -> list[Route]:
    return [Route(To(event.data["audience"]))]


def _updated(event: Event, known: Known) -> list[Route]:
    """What can still be taken back waits until it cannot."""
    inside = (Audience.RESPONDERS, Audience.STAKEHOLDERS, Audience.EXECUTIVES)
    due_at = event.recorded_at + LETTERS_WAIT if "held_until" in event.data else None
    return [Route(To(audience), due_at=due_at) for audience in event.data.get("audiences", ()) if audience in inside]


def _page(event: Event, known: Known) -> list[Route]:
    """Urgent, and not before it may ring; who has a page to answer already gets no second one (E19)."""
    if "person" not in event.data or "beside" in event.data:
        return []
    rings_at = event.data.get("rings_at")
    due_at = datetime.fromisoformat(rings_at) if rings_at else None
    return [Route(To.PERSON, (event.data["person"],), Lane.PAGE, due_at)]


def _offer(event: Event, known: Known) -> list[Route]:
    return [Route(To.PERSON, (event.data["person"],))]


def _late(event: Event, known: Known) -> list[Route]:
    """A nudge and a banner stay in the room; an alert is a letter, a page an urgent one."""
    lanes = {How.ALERT: Lane.NOTICE, How.PAGE: Lane.PAGE}
    how, people = event.data["how"], tuple(event.data["people"])
    return [Route(To.PERSON, people, lanes[How(how)])] if how in lanes and people else []


def _action(event: Event, known: Known) -> list[Route]:
    owner = event.data.get("owner")
    return [Route(To.PERSON, (owner,))] if owner and owner != str(event.actor_id) else []


def _approval(event: Event, known: Known) -> list[Route]:
    """Whoever is asked whether a bulletin is right; of a grave incident by the way they chose for what is urgent."""
    if "person" not in event.data:
        return []
    lane = Lane.PAGE if event.incident.severity in GRAVE else Lane.NOTICE
    return [Route(To.PERSON, (event.data["person"],), lane)]


def _unasked(event: Event, known: Known) -> list[Route]:
    people = tuple(event.data["people"])
    return [Route(To.PERSON, people)] if people else []


ROUTES: dict[Moment, Callable[[Event, Known], list[Route]]] = {
    Moment.CONFIRMED: _confirmed,
    Moment.CHANGED: _changed,
    Moment.WITHDRAWN: _left,
    Moment.CONTINUES: _left,
    Moment.NOTICE: _notice,
    Moment.UPDATED: _updated,
    Moment.PAGE: _page,
    Moment.OFFER: _offer,
    Moment.LATE: _late,
    Moment.ACTION: _action,
    Moment.APPROVAL: _approval,
    Moment.UNASKED: _unasked,
}


def may_see(incident: Incident) -> QuerySet[User]:
    """Everybody who may see it: the same condition as `Incident.objects.visible_to`, asked the other way round."""
    if not incident.is_restricted:
        return User.objects.all()
    this_one = Incident.unrestricted.filter(pk=incident.pk)
    return User.objects.filter(Exists(this_one.filter(visible(OuterRef(OuterRef("pk"))))))
