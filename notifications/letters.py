"""Letters as whoever delivers them holds them: what the row of the ledger says, read once.

A model costs several times as much to make and to ask, for each of many thousands.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kit.compiled import Compiled, Given
from notifications.models import Delivery, Notice

WHOLE = Notice.objects.select_related(
    "event__incident", "incident", "bulletin__public_incident__page", "subscriber__page"
)
ONE = Compiled(lambda: WHOLE.filter(pk=Given("pk", Notice._meta.pk)))
# More notices than this are read by one statement.
FEW = 3
# Fields and columns alike.
NAMES = (
    "id", "notice_id", "key", "channel", "recipient", "host", "lane", "thread", "payload", "due_at", "created_at",
    "attempts", "fence",
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Letter:
    """A row of the ledger (`Delivery`) with its notice, which thousands share."""

    notice: Notice
    pk: int
    notice_id: UUID
    key: UUID
    channel: str
    recipient: str
    host: str
    lane: int
    thread: str
    payload: dict[str, Any]
    due_at: datetime
    created_at: datetime
    attempts: int
    fence: int
    # `recipient` taken apart: `user`, `endpoint` or `subscriber`, their id, and of a user perhaps the contact.
    kind: str = field(init=False)
    who: UUID = field(init=False)
    contact: UUID | None = field(init=False)

    def __post_init__(self) -> None:
        self.kind, who, *more = self.recipient.split(":")
        self.who, self.contact = UUID(who), UUID(more[0]) if more else None


def returned(rows: Iterable[tuple[Any, ...]]) -> list[Letter]:
    """The letters of rows of these columns, as a statement of our own returned them."""
    compiler = Delivery.objects.values_list(*NAMES).query.get_compiler(connection=connection)
    compiler.pre_sql_setup()
    converters = compiler.get_converters([column for column, *_ in compiler.select])
    return of(compiler.apply_converters(rows, converters))


def of(rows: Iterable[Any]) -> list[Letter]:
    """The letters of rows of these values, most urgent first; a notice of thousands is read once."""
    made = [(*row,) for row in rows]
    notices = _notices({row[1] for row in made})
    return sorted((Letter(notices[row[1]], *row) for row in made), key=_urgency)


def _notices(pks: Collection[UUID]) -> dict[UUID, Notice]:
    """A large audience's claims are of one notice each, which is asked for again with every batch."""
    if len(pks) <= FEW:
        return {one.pk: one for pk in pks for one in ONE.rows(pk=pk)}
    return WHOLE.in_bulk(pks)


def _urgency(letter: Letter) -> tuple[int, datetime, int]:
    return letter.lane, letter.due_at, letter.pk
