"""The board: what is open, what is late, what is mine. Questions in a constant number of statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from incidents import duties, holders, leave
from incidents.duties import Now, Scene
from incidents.models import Engagement, Incident, Obligation
from incidents.severity import rank
from incidents.visibility import IncidentQuerySet
from incidents.vocabulary import LIVE_PHASES, Phase
from roles import rotations
from roles.catalogue import Role
from roles.models import User
from roles.rotations import Shift

MOST = 50
MOST_LATE = 500


@dataclass(frozen=True)
class Card:
    """An incident on the board, with who is on it, who leads, and what is due next."""

    incident: Incident
    engagements: Sequence[Engagement]
    lead: Engagement | None
    next_due: Obligation | None


@dataclass(frozen=True)
class Mine:
    """Something this person owes, and on which incident."""

    incident: Incident
    now: Now


@dataclass(frozen=True)
class Board:
    """What somebody sees first."""

    open: list[Card]
    after: list[Incident]
    duties: list[Mine]
    mine: list[Engagement]
    late: list[Obligation]
    recent: list[Incident]
    on_call: list[Shift]
    panels: list[str]


def of(user: User, now: datetime) -> Board:
    """The board of one person, with the panels of their groups (settings.HOME_PANELS)."""
    seen = Incident.objects.visible_to(user)
    engaged = Engagement.objects.visible_to(user).filter(person=user).select_related("incident", "person")
    cards = [_card(incident) for incident in _with_people(seen.open()).prefetch_related("services")]
    cards.sort(key=lambda card: (card.incident.priority, rank(card.incident.severity), card.incident.declared_at))
    return Board(
        open=cards,
        after=list(seen.live().filter(phase=Phase.POST_INCIDENT)[:MOST]),
        duties=owed_by(user, now),
        mine=list(engaged.present().filter(incident__phase__in=LIVE_PHASES).exclude(state=Engagement.State.PAGED)),
        late=late(user, now),
        recent=list(seen.over().filter(is_imported=False)[:3]) if not cards else [],
        on_call=rotations.on_call_now(now),
        panels=panels(user),
    )


def owed_by(user: User, now: datetime) -> list[Mine]:
    """Everything a person owes on all incidents: pages first, for somebody waits; then what is due first."""
    takes_part = Engagement.objects.present().filter(incident=OuterRef("pk"), person=user)
    owes = Obligation.objects.open().filter(incident=OuterRef("pk"), owner=user)
    concerned = Incident.objects.visible_to(user).live().filter(Exists(takes_part) | Exists(owes))
    may = leave.where_engaged(user)
    found = [
        Mine(incident, said)
        for incident in _with_people(concerned)
        for said in duties.mine(Scene(incident, user, _people(incident), _owed(incident), may, now))
    ]
    return sorted(found, key=lambda one: (not one.now.is_page, one.now.due_at or now))


def led_by(user: User) -> list[Incident]:
    """The open incidents this person leads, as their rooms say it."""
    open_ones = _with_people(Incident.objects.visible_to(user).open().filter(engagements__person=user).distinct())
    return [one for one in open_ones if (lead := _lead(one)) and lead.person_id == user.pk]


def late(user: User, now: datetime) -> list[Obligation]:
    """What is late, the longest first, of incidents the person may see."""
    owed = Obligation.objects.visible_to(user).overdue(now).select_related("incident", "owner")
    return list(owed.order_by("due_at")[:MOST_LATE])


def waited_for(user: User, now: datetime) -> list[tuple[Obligation, str]]:
    """The same, each with whom it waits for: “Ada, communications manager”."""
    found = late(user, now)
    prefetch_related_objects(found, Prefetch("incident__engagements", _present(), "people"))
    return [(one, whom(one, _people(one.incident))) for one in found]


def whom(owed: Obligation, among: Iterable[Engagement]) -> str:
    """A person with the role in which they owe it, or whose it is by name; where nobody holds the role, that."""
    person, role = holders.whom(owed, among), Role(owed.owner_role).label if owed.owner_role else ""
    if person is None:
        return f"{role}: nobody" if role else "Anybody"
    return f"{person}, {role.lower()}" if role and not owed.owner_id else str(person)


def panels(user: User) -> list[str]:
    """The templates of the home panels of the person's groups, each once."""
    found = [panel for group in user.group_names for panel in settings.HOME_PANELS.get(group, ())]
    return list(dict.fromkeys(found))


def _with_people(incidents: IncidentQuerySet) -> IncidentQuerySet:
    owed = Obligation.objects.open().select_related("owner").order_by("due_at")
    with_people = incidents.prefetch_related(Prefetch("engagements", _present(), "people"))
    return with_people.prefetch_related(Prefetch("obligations", owed, "owed"))[:MOST]


def _present() -> QuerySet[Engagement]:
    return Engagement.objects.present().select_related("person")


def _people(incident: Incident) -> list[Engagement]:
    return incident.people  # type: ignore[attr-defined,no-any-return]


def _owed(incident: Incident) -> list[Obligation]:
    return incident.owed  # type: ignore[attr-defined,no-any-return]


def _lead(incident: Incident) -> Engagement | None:
    return holders.lead(incident, _people(incident))


def _card(incident: Incident) -> Card:
    return Card(incident, _people(incident), _lead(incident), next(iter(_owed(incident)), None))
