"""The timeline as people read it: which entries, narrowed how, and what each says. A question."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import QueryDict

from incidents import narrative, outgoing
from incidents.models import Event, Incident
from roles.models import User

SHOWS = ("all", "decisions", "public", "mine")
ENTRIES = 60
MOST_ENTRIES = 2000


@dataclass(frozen=True)
class Shown:
    """Which part of the timeline one looks at: narrowed how, and how far back."""

    show: str = SHOWS[0]
    older: bool = False

    @classmethod
    def of(cls, query: QueryDict) -> "Shown":
        """What the address asks for; a word that is none shows everything."""
        show = query.get("show", "")
        return cls(show if show in SHOWS else SHOWS[0], "older" in query)

    @property
    def most(self) -> int:
        return MOST_ENTRIES if self.older else ENTRIES

    @property
    def query(self) -> str:
        """The same as an address asks for it."""
        return f"?show={self.show}{'&older=1' if self.older else ''}"

    def tag(self, version: int) -> str:
        """What a poll compares: the incident's version, and what of it is shown."""
        return f"{version}-{self.show}{'-older' if self.older else ''}"


@dataclass(frozen=True)
class Entry:
    """A timeline entry with who did it, the sentence it makes in parts, and what was written."""

    event: Event
    who: str
    parts: list[narrative.Part]
    body: str
    # The order of the timeline is when things were written down; imported history knows only when they happened.
    at: datetime
    is_taken_back: bool = False


def of(incident: Incident, user: User, shown: Shown) -> list[Entry]:
    """The newest first, and one more than is shown, so that one sees whether there are older ones."""
    back = outgoing.taken_back(incident)
    return [_entry(event, incident, back) for event in _events(incident, user, shown.show)[: shown.most + 1]]


def everything(incident: Incident, user: User) -> list[Entry]:
    """The whole timeline, the oldest first, as one reads it back."""
    return of(incident, user, Shown(older=True))[::-1]


def _entry(event: Event, incident: Incident, back: set[int]) -> Entry:
    written = narrative.body(event)
    return Entry(
        event,
        narrative.who(event),
        narrative.parts(event),
        "" if written == incident.title else written,
        event.occurred_at if incident.is_imported else event.recorded_at,
        is_taken_back=event.position in back,
    )


def _events(incident: Incident, user: User, show: str) -> QuerySet[Event]:
    """The newest first; `show` narrows it to decisions, to what concerns the public, or to what I did."""
    narrowed: dict[str, Q] = {
        "decisions": Q(kind__in=narrative.DECISIONS),
        "public": Q(kind__in=narrative.PUBLIC),
        "mine": Q(actor=user),
    }
    events = Event.objects.filter(incident=incident).select_related("actor").order_by("-position")
    return events.filter(narrowed[show]) if show in narrowed else events.exclude(kind__in=narrative.QUIET)
