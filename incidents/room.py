"""Everything the room shows, gathered in a constant number of statements. A question."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import OuterRef, Prefetch, Subquery
from django.utils.crypto import constant_time_compare

from incidents import approvals, blockers, duties, elsewhere, entries, leave, outgoing, seats, unreached
from incidents.awaited import Awaiting
from incidents.blockers import Blocker
from incidents.duties import Button, Now, Scene
from incidents.entries import Entry, Shown
from incidents.leave import Leave
from incidents.models import Approval, Draft, Engagement, Event, Incident, Obligation, PublicLink, Tick
from incidents.outgoing import Outgoing
from incidents.phases import WAY, Item, checklist, next_phase
from incidents.seats import Seat, Viewing
from incidents.unreached import Number
from incidents.visibility import visible
from incidents.vocabulary import Disposition, Kind, Phase, Posture
from kit import clock
from roles.models import User
from statuspage.models import Bulletin
from statuspage.vocabulary import UNRESOLVED


@dataclass(frozen=True)
class Line:
    """A line of the checklist: ticked by somebody, or seen to be so from the record itself."""

    item: Item
    tick: Tick | None
    is_known: bool = False
    # Only the record can say it; nobody ticks it.
    is_seen: bool = False

    @property
    def is_done(self) -> bool:
        return self.is_known or self.tick is not None


@dataclass(frozen=True)
class Stop:
    """What stands in the way of the next phase, with what this person can do about it."""

    blocker: Blocker
    buttons: tuple[Button, ...]


@dataclass
class Room:
    """What one person sees of one incident."""

    incident: Incident
    user: User
    may: Leave
    engagements: list[Engagement]
    owed: list[Obligation]
    seats: list[Seat]
    lead: Engagement | None
    now: Now
    entries: list[Entry]
    has_more: bool
    lines: list[Line]
    links: list[PublicLink]
    drafts: list[Draft]
    onward: Phase | None
    entered_at: datetime | None
    levelled: Event | None
    outgoing: list[Outgoing] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    # Whom to ring by hand, where everybody was called and nobody answered.
    numbers: list[Number] = field(default_factory=list)
    shown: Shown = field(default_factory=Shown)

    @property
    def way(self) -> list[tuple[Phase, str]]:
        """The rail of phases: each with done, now or ahead."""
        if self.incident.phase not in WAY:
            return [(phase, "ahead") for phase in WAY] + [(Phase(self.incident.phase), "now")]
        place = WAY.index(Phase(self.incident.phase))
        return [(phase, "done" if n < place else "now" if n == place else "ahead") for n, phase in enumerate(WAY)]

    @property
    def is_part(self) -> bool:
        return any(one.person_id == self.user.pk for one in self.engagements)

    @property
    def tag(self) -> str:
        return self.shown.tag(self.incident.version)

    @property
    def may_confirm(self) -> bool:
        """The severity still waits to be confirmed, and this person is the one to do it."""
        waits = self.incident.is_live and self.incident.severity and not self.incident.severity_confirmed_at
        return bool(waits) and self.may.steer and (self.lead is None or self.lead.person_id == self.user.pk)

    @property
    def is_confirming(self) -> bool:
        """To confirm it is what this person is told to do now; there is a button for it already."""
        return any(button.post == "confirm" for button in self.now.buttons)

    @property
    def open_link(self) -> PublicLink | None:
        return next((link for link in self.links if link.public_incident.state in UNRESOLVED), None)

    @property
    def move(self) -> Button | None:
        """The button that leads on to the next phase."""
        return duties.moving(self.onward) if self.onward and self.may.steer else None

    @property
    def done(self) -> int:
        return sum(line.is_done for line in self.lines)


def enter(incident: Incident, user: User, shown: Shown) -> Room:
    """Gather the room for somebody who may see the incident."""
    scene = _scene(incident, user)
    found = entries.of(incident, user, shown)
    links = _links(incident)
    current = incident.phase_entries.filter(left_at=None).first()
    levelled = Event.objects.filter(incident=incident, kind__in=(Kind.ESCALATED, Kind.CORRECTED))
    return Room(
        incident=incident,
        user=user,
        may=scene.may,
        engagements=list(scene.engagements),
        owed=list(scene.owed),
        seats=seats.in_the_room(_viewing(scene)),
        lead=scene.lead,
        now=duties.what_now(scene),
        entries=found[: shown.most],
        has_more=len(found) > shown.most,
        lines=_lines(incident, links, has_lead=scene.lead is not None),
        links=links,
        drafts=_drafts(incident),
        onward=next_phase(incident.phase),
        entered_at=current.entered_at if current else None,
        levelled=levelled.select_related("actor").order_by("-position").first(),
        outgoing=outgoing.of(incident, user, scene.at),
        stops=[Stop(blocker, duties.clearing(scene.may, blocker)) for blocker in scene.blockers],
        numbers=unreached.numbers(incident, scene.engagements, scene.owed),
        shown=shown,
    )


def _scene(incident: Incident, user: User) -> Scene:
    engagements = list(Engagement.objects.present().filter(incident=incident).select_related("person"))
    for one in engagements:
        one.incident = incident
    owed = incident.obligations.open().select_related("owner").order_by("due_at")
    onward = next_phase(incident.phase)
    may = leave.of(incident, user)
    return Scene(
        incident=incident,
        user=user,
        engagements=engagements,
        owed=list(owed),
        may=may,
        at=clock.shown(),
        blockers=blockers.for_actor(incident, onward, user) if onward else [],
        is_going_out=outgoing.waiting(incident).exists(),
        approval=approvals.waiting(incident),
    )


def _drafts(incident: Incident) -> list[Draft]:
    """Those that lie there, each with the last time that somebody was asked about it (`asked`)."""
    asked = Approval.objects.exclude(answer=Approval.Answer.CALLED_OFF).select_related("approver", "answered_by")
    lying = incident.drafts.filter(published_at=None, discarded_at=None, publish_at=None).select_related("author")
    return list(lying.prefetch_related(Prefetch("approvals", asked, to_attr="asked")))


def stops(incident: Incident, to: Phase, user: User) -> list[Stop]:
    """What stands in the way of a phase, each with what this person can do about it."""
    may = leave.of(incident, user)
    return [Stop(blocker, duties.clearing(may, blocker)) for blocker in blockers.for_actor(incident, to, user)]


def view(incident: Incident, user: User) -> Viewing:
    """Who is on it, as this person sees them."""
    return _viewing(_scene(incident, user))


def _viewing(scene: Scene) -> Viewing:
    awaiting = Awaiting(scene.incident, scene.engagements, scene.owed, scene.at)
    calls = awaiting.next_calls() if scene.incident.is_live else {}
    busy = elsewhere.of(scene.incident, scene.user, scene.engagements)
    return Viewing(scene.incident, scene.user, scene.engagements, scene.lead, scene.may, scene.at, calls, busy)


def _lines(incident: Incident, links: Sequence[PublicLink], *, has_lead: bool) -> list[Line]:
    ticks = {tick.item: tick for tick in incident.ticks.select_related("ticked_by")}
    known = _known(incident, links, has_lead)
    return [
        Line(item, ticks.get(item.key), is_known=known.get(item.key, False), is_seen=item.key in known)
        for item in checklist(incident.phase, incident.type)
    ]


def _known(incident: Incident, links: Sequence[PublicLink], has_lead: bool) -> dict[str, bool]:
    """The lines that the record answers by itself; nobody has to tick what can be seen."""
    windows = list(incident.windows.all())
    return {
        "owner": has_lead,
        "severity_confirmed": incident.severity_confirmed_at is not None,
        "services": bool(incident.services.all()),
        "posture": incident.posture != Posture.UNDECIDED,
        "impact_end": incident.disposition == Disposition.NEAR_MISS
        or (bool(windows) and all(window.ended_at for window in windows)),
        "public_resolved": incident.posture == Posture.NOT_REQUIRED
        or (bool(links) and all(link.public_incident.state not in UNRESOLVED for link in links)),
    } | ({"watch": True} if incident.is_monitoring else {})


def _links(incident: Incident) -> list[PublicLink]:
    """What the public is told, each with its bulletins and how the components it names do now (`components`)."""
    bulletins = Bulletin.objects.order_by("-display_at", "-pk").prefetch_related("affected__component")
    links = list(
        incident.public_links.select_related("public_incident__page").prefetch_related(
            Prefetch("public_incident__bulletins", bulletins)
        )
    )
    for link in links:
        named = [one for bulletin in link.public_incident.bulletins.all() for one in bulletin.affected.all()]
        link.components = list(dict.fromkeys(one.component for one in named))  # type: ignore[attr-defined]
    return links


def pulse(session: SessionBase, reference: str) -> User | None:
    """Who looks, with the room's version as `pulse`, in one statement beside the session's own.

    None where nobody is signed in, or where the incident is not there for them. The session's hash is
    checked as Django does, so a changed password ends this, too.
    """
    viewer = OuterRef(OuterRef("pk"))
    version = Incident.unrestricted.filter(visible(viewer), reference=reference).values("version")[:1]
    signed_in: str | None = session.get(SESSION_KEY)
    if signed_in is None:
        return None
    user = User.objects.filter(pk=signed_in, is_active=True).annotate(pulse=Subquery(version)).first()
    if user is None or user.pulse is None:
        return None
    known = constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    return user if known else None
