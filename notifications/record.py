"""What is known of an incident at the moment a letter about it is written; questions, spelled for readers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.conf import settings

from incidents import narrative, policies
from incidents.models import Event, Incident, Obligation
from incidents.vocabulary import Audience, Duty, Kind, Severity
from notifications import spelling
from notifications.gathering import Gathered
from notifications.models import Notice
from notifications.vocabulary import To
from roles.catalogue import Role
from roles.templatetags.house import duration
from statuspage.models import Bulletin

DUTIES = {To.STAKEHOLDERS: Duty.STAKEHOLDER_NOTICE, To.EXECUTIVES: Duty.EXECUTIVE_NOTICE}
MOST_CHANGES = 8
MOST_OF_AN_UPDATE = 200


@dataclass(frozen=True)
class Record:
    """One entry of one incident, for one audience, now."""

    event: Event
    to: To
    now: datetime
    gathered: Gathered

    @property
    def incident(self) -> Incident:
        return self.event.incident

    def at(self, instant: datetime) -> str:
        return spelling.instant(instant, self.now, self.gathered.zone)

    @cached_property
    def url(self) -> str:
        return f"{settings.SITE_URL}{self.incident.get_absolute_url()}"

    @property
    def severity(self) -> str:
        return Severity(self.incident.severity).label if self.incident.severity else "Severity unknown"

    @property
    def mark(self) -> str:
        """“S2 High · Mitigation · INC-12”."""
        return f"{self.severity} · {self.incident.get_phase_display()} · {self.incident.reference}"

    @property
    def started_at(self) -> datetime:
        return self.gathered.started_at.get(self.incident.pk, self.incident.declared_at)

    @property
    def since(self) -> str:
        """“09:12 UTC (41 min)”, or from when to when it was felt once that is over."""
        ended_at = self.incident.mitigated_at or self.incident.resolved_at
        seconds = ((ended_at or self.now) - self.started_at).total_seconds()
        span = f" ({duration(seconds)})" if seconds >= 60 else ""
        return f"{self.at(self.started_at)}{f' until {self.at(ended_at)}' if ended_at else ''}{span}"

    @property
    def people(self) -> str:
        """“Incident manager Grace, Engineer on call Linus”."""
        engaged = self.gathered.engaged[self.incident.pk]
        return ", ".join(f"{Role(one.role).label} {one.person}" for one in engaged)

    @property
    def services(self) -> str:
        return ", ".join(self.gathered.services[self.incident.pk])

    @property
    def bulletin(self) -> Bulletin | None:
        """What the public was last told of it."""
        return self.gathered.bulletins.get(self.incident.pk)

    @property
    def next_at(self) -> datetime | None:
        """When this audience hears next by itself."""
        found = self.owed(DUTIES[self.to]) if self.to in DUTIES else None
        return found.due_at if found else None

    def owed(self, duty: Duty, subject: str | None = None) -> Obligation | None:
        """What is owed of a duty now, and about a subject if one is named."""
        for one in self.gathered.owed[self.incident.pk]:
            if one.duty == duty and subject in (None, one.subject):
                return one
        return None

    @cached_property
    def told_before(self) -> Notice | None:
        """The last notice this audience got of it."""
        return self.gathered.told_before(self.event, self.to)

    @property
    def changes(self) -> list[str]:
        """What changed since that notice, each a line; the oldest first."""
        entries = self.gathered.changes(self.event, self.to)
        lines = [self._line(entry) for entry in entries if self._concerns(entry)]
        return lines[-MOST_CHANGES:]

    def _concerns(self, entry: Event) -> bool:
        """Updates that were written for others stay theirs, and what was taken back was never said."""
        if entry.kind != Kind.UPDATED:
            return True
        is_back = (entry.incident_id, entry.position) in self.gathered.taken_back
        return self.to in entry.data.get("audiences", ()) and not is_back

    def _line(self, entry: Event) -> str:
        text = f"{self.at(entry.recorded_at)}  {narrative.sentence(entry)}"
        if entry.kind in (Kind.UPDATED, Kind.BULLETIN) and entry.body:
            text += f": {' '.join(entry.body.split())}"
        return text if len(text) <= MOST_OF_AN_UPDATE else f"{text[: MOST_OF_AN_UPDATE - 1]}…"

    @property
    def notes(self) -> str:
        """What a reader must know of the letter itself: it comes late, or the situation is old (§2.6, E30)."""
        return " ".join(filter(None, (self._missed(), self._stale())))

    def _missed(self) -> str:
        covers = self.event.data.get("covers", 1)
        if self.event.kind != Kind.NOTICE or covers < 2:
            return ""
        return f"This was due {self.at(datetime.fromisoformat(self.event.data['due_at']))}, {covers - 1} missed."

    def _stale(self) -> str:
        interval = self._interval()
        age = self.now - (self.incident.situation_at or self.incident.declared_at)
        if interval is None or not self.incident.is_open or age <= interval:
            return ""
        return f"The situation was last edited {duration(age.total_seconds())} ago."

    def _interval(self) -> timedelta | None:
        if self.to not in DUTIES or not self.incident.severity:
            return None
        return policies.of(self.incident).notice_interval(Audience(self.to), self.incident.severity)
