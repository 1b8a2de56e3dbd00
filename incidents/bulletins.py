"""The desk at which a bulletin is written: what is open, what is suggested, who reads it. A question."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from incidents import choices, comparing, drafts, ladders, statements, wordings
from incidents.choices import Choice
from incidents.comparing import Sides
from incidents.models import Approval, Draft, Incident, Obligation
from incidents.statements import Words
from incidents.vocabulary import Duty, Severity
from kit import clock
from statuspage import snapshot, subscribing
from statuspage.models import AffectedComponent, Bulletin, Component, Page, PublicIncident
from statuspage.vocabulary import UNRESOLVED, State, Status

# Suggested for the components of the affected services (domain §2.5).
SUGGESTED = {
    Severity.S1: Status.MAJOR_OUTAGE,
    Severity.S2: Status.PARTIAL_OUTAGE,
    Severity.S3: Status.DEGRADED_PERFORMANCE,
}

# Wordings that go on from a last bulletin; what withdraws is over, and what came back is looked into again.
GOING_ON = (wordings.NO_CHANGE, wordings.LONG, wordings.RECURRED, wordings.CORRECTION)
STATE_OF = {wordings.WITHDRAWN: State.RESOLVED, wordings.RECURRED: State.INVESTIGATING}
# With so few components all of them are shown at once.
FEW = 3


@dataclass(frozen=True)
class Desk:
    """What lies before whoever writes."""

    incident: Incident
    public_incident: PublicIncident | None
    affected: list[Component]
    others: list[Component]
    pages: list[Page]
    last: Bulletin | None
    draft: Draft | None
    due_at: datetime | None
    choices: list[Choice]
    # Other wordings to begin with, as far as there is a last bulletin to go on from: (label, text).
    wordings: list[tuple[str, str]]
    is_long: bool = False
    # What whoever was asked last about the draft says of it.
    approval: Approval | None = None
    initial: dict[str, Any] = field(default_factory=dict)

    @property
    def components(self) -> list[Component]:
        return [*self.affected, *self.others]

    @property
    def now(self) -> datetime:
        return clock.shown()

    @property
    def seen(self) -> dict[str, str]:
        """The draft as it is now, which its writer changes."""
        return drafts.of(self.draft) if self.draft else {}

    @property
    def offered(self) -> Sides | None:
        """What was asked, beside how the approver would have it."""
        found = self.approval
        if found is None or not found.offered:
            return None
        return comparing.sides(found.asked.get("body", ""), found.offered.get("body", ""))

    @property
    def words(self) -> Words:
        """The draft's, or a blank sheet's."""
        if self.draft:
            return drafts.words_of(self.draft)
        page = self.pages[0] if self.pages else None
        return Words(State(self.initial["state"]), "", public_incident=self.public_incident, page=page)

    @property
    def moves(self) -> bool:
        """A promise not touched moves on with the clock; one in working hours stands still."""
        return self.incident.severity not in ladders.IN_WORKING_HOURS


def desk(incident: Incident, *, draft: str = "", state: str = "", begin: str = "", about: str = "") -> Desk:
    """Everything for the next bulletin of an incident: the open public incident's, or the first.

    `draft` names one to go on with, else it is the newest that lies there; “new” begins with a blank sheet. `begin` is
    the key of a wording to begin with, and `about` the public incident, also one that is over and must be corrected.
    """
    public = _public(incident, about)
    pages = [public.page] if public else list(Page.objects.all())
    last = public.bulletins.first() if public else None
    kept = None if begin else _draft(incident, public, draft)
    statuses = dict(kept.statuses) if kept else {}
    affected, others = _sorted(incident, public, list(Component.objects.leaves().filter(page__in=pages)), statuses)
    found = choices.of(incident, last)
    owed = Obligation.objects.open().filter(incident=incident, duty=Duty.PUBLIC_UPDATE).first()
    return Desk(
        incident=incident,
        public_incident=public,
        affected=affected,
        others=others,
        pages=pages,
        last=last,
        draft=kept,
        due_at=owed.due_at if owed else None,
        choices=found,
        wordings=_wordings(incident, last),
        is_long=statements.is_long(incident, clock.shown()),
        approval=_approval(kept),
        initial=_initial(incident, affected, last, kept, found, state or STATE_OF.get(begin, ""), draft)
        | _begun_with(incident, last, begin),
    )


def _public(incident: Incident, about: str) -> PublicIncident | None:
    links = incident.public_links.select_related("public_incident__page")
    named = links.filter(public_incident__public_id=about).first() if about else None
    link = named or links.filter(public_incident__state__in=UNRESOLVED).first()
    return link.public_incident if link else None


def _wordings(incident: Incident, last: Bulletin | None) -> list[tuple[str, str]]:
    if last is None:
        return []
    kept = wordings.every()
    return [(kept[key].label, choices.filled(kept[key].text, incident, last)) for key in GOING_ON]


def _begun_with(incident: Incident, last: Bulletin | None, begin: str) -> dict[str, str]:
    """The text of a wording that was asked for; the first bulletin begins with its own."""
    kept = wordings.every()
    return {"body": choices.filled(kept[begin].text, incident, last)} if begin in kept else {}


def hearing(words: Words) -> int:
    """How many subscribers these words reach: what is no news goes to those alone who want all (domain §2.6)."""
    public = words.public_incident
    page = public.page if public else words.page
    if page is None:
        return 0
    named = Component.objects.filter(affected_by__bulletin__public_incident=public).distinct() if public else []
    known = {one.public_id: one.status for one in named}
    changes = any(known.get(public_id) != status for public_id, status in words.statuses.items())
    is_news = public is None or public.state != words.state or words.state == State.RESOLVED or changes
    return subscribing.would_hear(page, {*known, *words.statuses}, is_news=is_news)


def _draft(incident: Incident, public: PublicIncident | None, named: str) -> Draft | None:
    """Where the name is one of a sheet that was never kept, there is none."""
    open_ones = incident.drafts.filter(published_at=None, discarded_at=None, publish_at=None)
    if named == "new":
        return None
    return open_ones.filter(pk=named).first() if named else open_ones.filter(public_incident=public).first()


def _approval(kept: Draft | None) -> Approval | None:
    if kept is None:
        return None
    asked = kept.approvals.exclude(answer=Approval.Answer.CALLED_OFF)
    return asked.select_related("approver", "answered_by").first()


def _sorted(
    incident: Incident, public: PublicIncident | None, components: list[Component], statuses: Mapping[str, str]
) -> tuple[list[Component], list[Component]]:
    """Those that are affected, or likely to be, before all others."""
    likely = set(incident.services.values_list("components", flat=True))
    if public:
        named = AffectedComponent.objects.filter(bulletin__public_incident=public)
        likely |= set(named.values_list("component_id", flat=True))
    affected = [one for one in components if one.pk in likely or one.public_id in statuses]
    if not affected or len(components) <= FEW:
        return sorted(components, key=lambda one: one not in affected), []
    return affected, [one for one in components if one not in affected]


def _initial(
    incident: Incident,
    affected: list[Component],
    last: Bulletin | None,
    kept: Draft | None,
    found: list[Choice],
    state: str,
    named: str,
) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": "" if last else incident.title,
        "state": last.state if last else State.INVESTIGATING,
    }
    statuses: Mapping[str, str] = {} if last else _suggested(incident, affected)
    if kept:
        said |= {"name": kept.name, "state": kept.state, "body": kept.body, "next_update_at": kept.next_update_at}
        said |= {"short": kept.short, "watch": kept.watch}
        statuses = kept.statuses
    elif last is None:
        said["body"] = next(one.wording for one in found if one.state == State.INVESTIGATING)
    if state in {choice.state.value for choice in found}:
        said["state"] = state
    said["draft"] = kept.pk if kept else _sheet(incident, named)
    said["based_on"] = last.public_id if last else ""
    if not said.get("next_update_at") or said["next_update_at"] <= clock.shown():
        said["next_update_at"] = next((one.promise for one in found if one.state == said["state"]), None)
    return said | {f"status_{public_id}": status for public_id, status in statuses.items()}


def _sheet(incident: Incident, named: str) -> str:
    """The id of a blank sheet; what was published or thrown away is written on no more."""
    is_blank = named not in ("", "new") and not incident.drafts.filter(pk=named).exists()
    return named if is_blank else str(uuid4())


def _suggested(incident: Incident, components: list[Component]) -> dict[str, str]:
    """The components of the affected services, as bad as the severity suggests."""
    status = SUGGESTED.get(Severity(incident.severity)) if incident.severity else None
    touched = set(incident.services.values_list("components", flat=True))
    return {one.public_id: status for one in components if status and one.pk in touched}


def begun(incident: Incident, text: str) -> Words:
    """A bulletin that an update of ours begins; state and components as they would be suggested."""
    at = desk(incident, draft="new")
    return Words(
        state=State(at.initial["state"]),
        body=text,
        statuses={key.removeprefix("status_"): value for key, value in at.initial.items() if key.startswith("status_")},
        name=at.initial["name"],
        page=at.pages[0] if at.pages else None,
        public_incident=at.public_incident,
    )


@dataclass(frozen=True)
class Preview:
    """A bulletin as readers will see it."""

    name: str
    words: Words
    components: list[tuple[str, str, str]]


def preview(words: Words) -> Preview:
    """Its title, its words, and each component it changes: (name, status, what readers call it)."""
    public = words.public_incident
    if words.state == State.RESOLVED and public:
        named = Component.objects.filter(affected_by__bulletin__public_incident=public).distinct()
        changed = [(one.name, Status.OPERATIONAL) for one in named]
    else:
        found = Component.objects.filter(public_id__in=words.statuses)
        changed = [(one.name, Status(words.statuses[one.public_id])) for one in found]
    name = public.name if public else words.name
    return Preview(name, words, [(component, status.value, status.label.lower()) for component, status in changed])


@dataclass(frozen=True)
class Live:
    """What readers see of the newest bulletin: is it on the page that lies on disk, and since when."""

    is_verified: bool
    at: datetime | None
    url: str


def live(incident: Incident) -> Live | None:
    """Asked after publishing; None where nothing was. Where the page is served by another host, it is not seen here."""
    link = incident.public_links.select_related("public_incident__page").last()
    if link is None:
        return None
    public = link.public_incident
    shown = snapshot.standing(public.page)
    url = f"{public.page.url}/incidents/{public.public_id}"
    return Live(snapshot.is_live(public.page), shown.at if shown else None, url)
