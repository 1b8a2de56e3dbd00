"""The roll of subscribers, as operators keep it: written out, taken in, and those whose letters come back."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet

from kit import clock
from kit.rules import Actor, RuleBroken, check, require
from statuspage.models import LEAST_IMPACTS, Component, Page, Subscriber, Untold
from statuspage.subscribing import MANAGE

COLUMNS = ("address", "wants_all", "least_impact", "components", "state", "since")
MOST_ROWS, MOST_BYTES = 20_000, 4_000_000
YES = ("yes", "true", "1")
A_PAGE, SALT = 50, "statuspage.rolls"


@dataclass(frozen=True)
class Part:
    """A page of the roll, the newest first, with the cursors to the pages beside it (empty where there is none)."""

    subscribers: list[Subscriber]
    older: str
    newer: str


def part(found: "QuerySet[Subscriber]", cursor: str = "") -> Part:
    """One page, at the same cost wherever it lies. Raises `RuleBroken` for a cursor that is none of ours."""
    backwards, place = _place(cursor)
    way = ("created_at", "id") if backwards else ("-created_at", "-id")
    rows = list((found.filter(_beyond(*place, backwards=backwards)) if place else found).order_by(*way)[: A_PAGE + 1])
    more, shown = len(rows) > A_PAGE, rows[:A_PAGE]
    if backwards:
        shown.reverse()
    has_older, has_newer = (more or backwards, more if backwards else bool(place))
    return Part(
        shown,
        older=_cursor(shown[-1], backwards=False) if shown and has_older else "",
        newer=_cursor(shown[0], backwards=True) if shown and has_newer else "",
    )


def _beyond(at: datetime, pk: UUID, *, backwards: bool) -> Q:
    """The second condition is the one that the index begins at."""
    if backwards:
        return Q(Q(created_at__gt=at) | Q(pk__gt=pk), created_at__gte=at)
    return Q(Q(created_at__lt=at) | Q(pk__lt=pk), created_at__lte=at)


def _cursor(one: Subscriber, *, backwards: bool) -> str:
    return signing.dumps([backwards, one.created_at.isoformat(), str(one.pk)], salt=SALT)


def _place(cursor: str) -> tuple[bool, tuple[datetime, UUID] | None]:
    if not cursor:
        return False, None
    try:
        backwards, at, pk = signing.loads(cursor, salt=SALT)
    except signing.BadSignature as error:
        raise RuleBroken("bad_cursor", "This page of the list does not exist; begin at its first.") from error
    return backwards, (datetime.fromisoformat(at), UUID(pk))


def written(page: Page, *, actor: Actor) -> Iterator[str]:
    """The roll as lines of CSV; components by public id, with spaces between."""
    require(actor, MANAGE)
    yield _line(COLUMNS)
    there = Subscriber.objects.filter(page=page, ended_at=None, only=None, channel=Subscriber.Channel.EMAIL)
    for one in there.order_by("address").prefetch_related("components").iterator(chunk_size=1000):
        components = " ".join(component.public_id for component in one.components.all())
        since = one.confirmed_at or one.created_at
        wants_all = "yes" if one.wants_all else "no"
        yield _line((one.address, wants_all, one.least_impact, components, state_of(one), since.isoformat()))


def state_of(one: Subscriber) -> str:
    if one.quarantined_at:
        return "quarantined"
    return "confirmed" if one.confirmed_at else "asked"


@transaction.atomic(durable=True)
def take_in(page: Page, text: str, *, have_agreed: bool, actor: Actor) -> int:
    """Add whom the CSV names and we do not know yet; returns how many. All of them or none.

    Unless they `have_agreed`, each is asked to confirm first. Raises `RuleBroken` naming the line.
    """
    require(actor, MANAGE)
    check(len(text) <= MOST_BYTES, "too_large", f"At most {MOST_BYTES:,} bytes.", field="file")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    check(
        rows and "address" in rows[0],
        "no_column",
        "The first line names the columns; “address” is needed.",
        field="file",
    )
    check(len(rows) <= MOST_ROWS, "too_many", f"At most {MOST_ROWS:,} lines at a time.", field="file")
    known = {one.public_id: one for one in Component.objects.leaves().filter(page=page)}
    there = set(Subscriber.objects.filter(page=page, ended_at=None, only=None).values_list("address", flat=True))
    now, made = clock.now(), 0
    for place, row in enumerate(rows, start=2):
        address = _address(row, place)
        if address not in there:
            there.add(address)
            _add(page, address, row, _components(row, known, place), now if have_agreed else None, now)
            made += 1
    return made


def _add(
    page: Page,
    address: str,
    row: Mapping[str, str],
    components: list[Component],
    agreed: datetime | None,
    now: datetime,
) -> None:
    impact = (row.get("least_impact") or "none").strip().lower()
    one = Subscriber.objects.create(
        page=page,
        address=address,
        wants_all=(row.get("wants_all") or "").strip().lower() in YES,
        least_impact=impact if impact in dict(LEAST_IMPACTS) else "none",
        created_at=now,
        asked_at=None if agreed else now,
        confirmed_at=agreed,
    )
    one.components.set(components)
    if agreed is None:
        Untold.objects.create(kind=Untold.Kind.CONFIRMATION, subscriber=one, created_at=now)


def _address(row: Mapping[str, str], place: int) -> str:
    address = (row.get("address") or "").strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        check(False, "no_address", f"Line {place}: “{address[:60]}” is no e-mail address.", field="file")
    check(len(address) <= 254, "no_address", f"Line {place}: an address has at most 254 characters.", field="file")
    return address


def _components(row: Mapping[str, str], known: Mapping[str, Component], place: int) -> list[Component]:
    named = (row.get("components") or "").split()
    strangers = [one for one in named if one not in known]
    check(
        not strangers, "no_component", f"Line {place}: “{' '.join(strangers)[:60]}” is not on this page.", field="file"
    )
    return [known[one] for one in named]


@transaction.atomic(durable=True)
def quarantine(pk: UUID, because: str, now: datetime) -> bool:
    """Letters to this subscriber come back: send no more, and let operators see it."""
    found = Subscriber.objects.reachable().filter(pk=pk)
    return bool(found.update(quarantined_at=now, quarantined_because=because[:240]))


@transaction.atomic(durable=True)
def release(subscriber: Subscriber, *, actor: Actor) -> Subscriber:
    """An operator says that letters arrive again."""
    require(actor, MANAGE)
    held = Subscriber.objects.select_for_update(of=("self",)).get(pk=subscriber.pk)
    held.quarantined_at, held.quarantined_because = None, ""
    held.save()
    return held


def _line(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _harmless(cell: str) -> str:
    """A spreadsheet runs nothing of what a stranger typed as an address."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
