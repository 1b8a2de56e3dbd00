"""Taking in the history of a status page: its public half below, and a closed incident for each public one.

Imported rows are history. They bypass the rules for live ones, owe nothing, tell nobody and never show as
current; their severity is unknown. Taking the same archive in again changes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from incidents import references, timeline
from incidents.archive import Archive, Entry
from incidents.models import Event, ImpactWindow, Incident, PhaseEntry, PublicLink
from incidents.vocabulary import Kind, Phase, Posture, Type
from kit import clock
from kit.rules import RuleBroken, check
from statuspage import importing as public_side
from statuspage import publishing
from statuspage.importing import Outcome
from statuspage.models import Bulletin, Page, PublicIncident

THROUGH = "import"
AT_ONCE = 500
UNCHANGED = "unchanged since the last import"


@dataclass
class Tally:
    """What became of the entries of one file; `skipped` counts those left alone, by reason."""

    created: int = 0
    updated: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    def count(self, outcome: Outcome) -> None:
        match outcome:
            case Outcome.CREATED:
                self.created += 1
            case Outcome.UPDATED:
                self.updated += 1
            case Outcome.UNCHANGED:
                self.skipped[UNCHANGED] += 1


@dataclass
class Summary:
    """What an import did, by file."""

    components: Tally = field(default_factory=Tally)
    incidents: Tally = field(default_factory=Tally)
    maintenances: Tally = field(default_factory=Tally)

    @property
    def says_anything_new(self) -> bool:
        return any(tally.created or tally.updated for tally in (self.components, self.incidents, self.maintenances))


PublicImport = Callable[..., tuple[PublicIncident, Outcome]]


@dataclass
class _Rows:
    """What is to be written, gathered so that thousands of rows take a handful of statements."""

    incidents: list[Incident] = field(default_factory=list)
    windows: list[ImpactWindow] = field(default_factory=list)
    entries: list[PhaseEntry] = field(default_factory=list)
    links: list[PublicLink] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def write(self) -> None:
        Incident.unrestricted.bulk_create(self.incidents, AT_ONCE)
        ImpactWindow.objects.bulk_create(self.windows, AT_ONCE)
        PhaseEntry.objects.bulk_create(self.entries, AT_ONCE)
        PublicLink.objects.bulk_create(self.links, AT_ONCE)
        Event.objects.bulk_create(self.events, AT_ONCE)


@dataclass(frozen=True)
class _Told:
    """One public incident that was taken in, its bulletins oldest first, and whether it is new or changed."""

    public: PublicIncident
    bulletins: list[Bulletin]
    is_changed: bool


@transaction.atomic(durable=True)
def take_in(archive: Archive, *, slug: str = "", progress: Callable[[], object]) -> Summary:
    """Take the whole archive in, or nothing of it; `progress` is called after each entry.

    `slug` names the page; it may be left out where there is one page, or none yet. Nobody in particular
    acts: it is run at the machine, where the database lies open anyway.
    """
    now = clock.now()
    page = publishing.hold(_page(archive, slug, now).pk)
    references.hold()
    summary = Summary()
    for _, outcome in public_side.import_components(page, archive.components, at=now):
        summary.components.count(outcome)
    _outside(archive.maintenances, public_side.import_maintenance, page, now, summary.maintenances, progress)
    told = _outside(archive.incidents, public_side.import_incident, page, now, summary.incidents, progress)
    _inside(_with_bulletins(told, page), now)
    if summary.says_anything_new:
        publishing.touch(page, now)
    return summary


def _page(archive: Archive, slug: str, now: datetime) -> Page:
    """The page that is named, else the only one; where there is none yet, one of the archive's name is made."""
    pages = list(Page.objects.all())
    names = ", ".join(page.slug for page in pages)
    if slug:
        found = next((page for page in pages if page.slug == slug), None)
        if found is None:
            raise RuleBroken("no_such_page", f"--page: there is no page “{slug}”; there are: {names or 'none'}.")
        return found
    check(len(pages) < 2, "which_page", f"There are several pages; name one with --page: {names}.")
    return pages[0] if pages else _new_page(archive, now)


def _new_page(archive: Archive, now: datetime) -> Page:
    name = str(archive.page.get("name") or "Status")[:120]
    zone = str(archive.page.get("time_zone") or "UTC")
    return Page.objects.create(
        name=name,
        slug=slugify(name)[:60] or "status",
        url=settings.PUBLIC_URL,
        time_zone=zone if zone in available_timezones() else "UTC",
        created_at=now,
        updated_at=now,
    )


def _outside(
    entries: Iterable[Entry],
    take: PublicImport,
    page: Page,
    now: datetime,
    tally: Tally,
    progress: Callable[[], object],
) -> list[tuple[PublicIncident, Outcome]]:
    """The public half of the entries, and what became of each."""
    taken = []
    for entry in entries:
        public, outcome = take(page, entry, at=now)
        tally.count(outcome)
        taken.append((public, outcome))
        progress()
    return taken


def _with_bulletins(taken: Iterable[tuple[PublicIncident, Outcome]], page: Page) -> list[_Told]:
    """One statement for all bulletins of the page."""
    said: dict[int, list[Bulletin]] = defaultdict(list)
    of_page = Bulletin.objects.filter(public_incident__page=page, public_incident__is_imported=True)
    for bulletin in of_page.order_by("display_at", "pk"):
        said[bulletin.public_incident_id].append(bulletin)
    return [_Told(public, said[public.pk], outcome != Outcome.UNCHANGED) for public, outcome in taken]


def _inside(told: Iterable[_Told], now: datetime) -> None:
    """An incident for each public one: the new ones in the order of their start, the others brought up to date."""
    known = {found.external_id: found for found in Incident.unrestricted.filter(is_imported=True).select_for_update()}
    new = [each for each in told if each.public.external_id not in known]
    rows = _Rows()
    for each, reference in zip(new, references.give_many(len(new)), strict=True):
        _add(each, reference, rows, now)
    rows.write()
    for each in told:
        if each.is_changed and each.public.external_id in known:
            _renew(known[each.public.external_id], each, now)


def _add(told: _Told, reference: str, rows: _Rows, now: datetime) -> None:
    public = told.public
    start, end = public.started_at, public.resolved_at
    # One that was never said to be over is taken to have been closed with the last word about it.
    closed_at = end or max([start, *(bulletin.display_at for bulletin in told.bulletins)])
    incident = Incident(
        reference=reference,
        title=public.name,
        what=public.name,
        type=Type.AVAILABILITY,
        phase=Phase.CLOSED,
        posture=Posture.POST,
        declared_at=start,
        declared_through=THROUGH,
        resolved_at=end,
        closed_at=closed_at,
        is_imported=True,
        external_id=public.external_id,
    )
    rows.incidents.append(incident)
    rows.windows.append(ImpactWindow(incident=incident, started_at=start, ended_at=end))
    rows.entries += [
        PhaseEntry(incident=incident, phase=Phase.IDENTIFICATION, entered_at=start, left_at=closed_at),
        PhaseEntry(incident=incident, phase=Phase.CLOSED, entered_at=closed_at),
    ]
    rows.links.append(PublicLink(incident=incident, public_incident=public))
    facts = {"external_id": public.external_id, "public_incident": public.public_id}
    rows.events.append(
        timeline.chained(incident, Kind.IMPORTED, actor=None, at=now, occurred_at=start, body=public.name, data=facts)
    )
    rows.events += _events(incident, public, told.bulletins, now)


def _events(
    incident: Incident, public: PublicIncident, bulletins: Iterable[Bulletin], now: datetime
) -> Iterator[Event]:
    for bulletin in bulletins:
        facts = {
            "bulletin": bulletin.public_id,
            "public_incident": public.public_id,
            "state": bulletin.state,
            "holding": False,
        }
        yield timeline.chained(
            incident, Kind.BULLETIN, actor=None, at=now, occurred_at=bulletin.display_at, body=bulletin.body, data=facts
        )


def _renew(incident: Incident, told: _Told, now: datetime) -> None:
    """What the archive has said since: later bulletins, a new title, and its end. What was written stays."""
    public = told.public
    written = {event.data.get("bulletin") for event in Event.objects.filter(incident=incident, kind=Kind.BULLETIN)}
    later = [bulletin for bulletin in told.bulletins if bulletin.public_id not in written]
    Event.objects.bulk_create(_events(incident, public, later, now), AT_ONCE)
    incident.title = public.name
    if public.resolved_at and incident.resolved_at is None:
        incident.resolved_at = incident.closed_at = public.resolved_at
        incident.windows.filter(ended_at=None).update(ended_at=public.resolved_at)
    PublicLink.objects.get_or_create(incident=incident, public_incident=public)
    incident.version += 1
    incident.save()
