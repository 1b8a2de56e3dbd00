"""Who was told what of one incident, when, and who was not. Questions only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q

from incidents import narrative
from incidents.models import Incident
from incidents.vocabulary import Type
from notifications import routing
from notifications.models import AudienceMember, Delivery, Notice
from notifications.vocabulary import OPEN_STATES, State, To
from roles.models import User

# Subscribers are strangers and many: of them there are numbers only.
IN_NUMBERS = (To.SUBSCRIBERS, To.CONFIRMATION)


@dataclass(frozen=True)
class Reader:
    """One recipient of one notice: what became of it, when, and why not."""

    name: str
    channel: str
    state: str
    word: str
    at: datetime | None
    attempts: int
    reason: str
    maybe_doubled: bool


@dataclass(frozen=True)
class Told:
    """One notice: to whom, what about, and each of its readers, or how many stand where."""

    audience: str
    subject: str
    about: str
    at: datetime
    readers: list[Reader]
    counts: dict[str, int]


@dataclass(frozen=True)
class Untold:
    """Somebody of an audience whom nothing reached, and why."""

    name: str
    audience: str
    reason: str


def notices(incident: Incident) -> list[Told]:
    """Every notice of the incident, the oldest first."""
    found = Notice.objects.filter(incident=incident).select_related("event").order_by("created_at", "pk")
    letters: dict[Any, list[Delivery]] = {}
    personal = Delivery.objects.filter(notice__incident=incident).exclude(notice__audience__in=IN_NUMBERS)
    for letter in personal.order_by("label", "pk"):
        letters.setdefault(letter.notice_id, []).append(letter)
    counted = _counts(incident)
    return [
        Told(
            notice.get_audience_display(),
            notice.subject,
            narrative.sentence(notice.event) if notice.event else "Bulletin on the status page",
            notice.created_at,
            [_reader(letter) for letter in letters.get(notice.pk, ())],
            counted.get(notice.pk, {}),
        )
        for notice in found
    ]


def _counts(incident: Incident) -> dict[Any, dict[str, int]]:
    rows = Delivery.objects.filter(notice__incident=incident, notice__audience__in=IN_NUMBERS).order_by()
    found: dict[Any, dict[str, int]] = {}
    for notice, state, count in rows.values_list("notice", "state").annotate(Count("pk")):
        found.setdefault(notice, {})[State(state).label.lower()] = count
    return found


def _reader(letter: Delivery) -> Reader:
    return Reader(
        letter.label,
        letter.get_channel_display(),
        letter.state,
        letter.get_state_display(),
        letter.settled_at,
        letter.attempts,
        letter.error,
        letter.maybe_doubled,
    )


def not_told(incident: Incident) -> list[Untold]:
    """The people of the audiences whom no letter about this incident has reached."""
    members = AudienceMember.objects.filter(person__is_active=True).select_related("person")
    reached = set(_people(incident, State.SENT))
    waiting = set(_people(incident, *OPEN_STATES))
    failed = dict(_reasons(incident))
    seeing = set(routing.may_see(incident).values_list("pk", flat=True))
    found = []
    for member in members.order_by("person__name", "audience"):
        name = f"user:{member.person_id}"
        if name not in reached:
            reason = _why(incident, member.person, seeing, name in waiting, failed.get(name, ""))
            found.append(Untold(str(member.person), member.get_audience_display(), reason))
    return found


def _people(incident: Incident, *states: State) -> Iterator[str]:
    rows = Delivery.objects.filter(notice__incident=incident, recipient__startswith="user:", state__in=states)
    for recipient in rows.values_list("recipient", flat=True).distinct():
        yield ":".join(recipient.split(":")[:2])


def _reasons(incident: Incident) -> Iterator[tuple[str, str]]:
    """The last word on each person's letters that were given up or withheld."""
    rows = Delivery.objects.filter(notice__incident=incident, state__in=(State.PARKED, State.CANCELLED))
    for recipient, error in rows.order_by("pk").values_list("recipient", "error"):
        yield ":".join(recipient.split(":")[:2]), error


def _why(incident: Incident, person: User, seeing: set[Any], is_waiting: bool, failed: str) -> str:
    if incident.type == Type.DRILL:
        return "A drill tells nobody outside."
    if person.pk not in seeing:
        return "They may not see it."
    if is_waiting:
        return "A letter is on its way."
    return failed or "Nothing was written to this audience yet."


def rows(incident: Incident) -> Iterator[dict[str, Any]]:
    """The same as flat rows, for export: one for each reader, or for each state of a notice in numbers."""
    for told in notices(incident):
        about = {"audience": told.audience, "subject": told.subject, "about": told.about, "written_at": told.at}
        for reader in told.readers:
            yield about | {
                "recipient": reader.name, "channel": reader.channel, "state": reader.state, "at": reader.at,
                "attempts": reader.attempts, "reason": reader.reason, "maybe_doubled": reader.maybe_doubled, "count": 1,
            }  # fmt: skip
        for state, count in told.counts.items():
            yield about | {
                "recipient": "", "channel": "", "state": state, "at": None, "attempts": None, "reason": "",
                "maybe_doubled": None, "count": count,
            }  # fmt: skip
    for one in not_told(incident):
        yield {
            "audience": one.audience, "subject": "", "about": "", "written_at": None, "recipient": one.name,
            "channel": "", "state": "not told", "at": None, "attempts": None, "reason": one.reason,
            "maybe_doubled": None, "count": 1,
        }  # fmt: skip


def span(incident: Incident) -> tuple[datetime | None, datetime | None]:
    """When the first and the last letter arrived."""
    found = Delivery.objects.filter(Q(notice__incident=incident), state=State.SENT)
    times = found.aggregate(first=Min("settled_at"), last=Max("settled_at"))
    return times["first"], times["last"]
