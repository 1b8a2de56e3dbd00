"""Writing down what came of letters: many at once, each only where whoever sent it still holds it.

Every attempt is kept as a row, also that of a holder who slept through its lease; the letter itself then belongs to
somebody else and is not touched.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from notifications.journal import Ended
from notifications.vocabulary import State


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt: the new state, or when to try again."""

    state: State
    detail: str
    started_at: datetime
    ended_at: datetime
    due_at: datetime | None = None
    maybe_doubled: bool = False
    # The other side wants no letter ever again.
    is_gone: bool = False
    # It says something about the host and nothing about the letter: the breaker counts it.
    is_hosts: bool = False

    def __post_init__(self) -> None:
        # Whatever the other side says comes in here; PostgreSQL keeps no NUL, and no half of a character.
        told = self.detail.encode(errors="replace").decode().replace("\0", "\ufffd")
        object.__setattr__(self, "detail", told)

    def ended(self) -> Ended:
        """As it stands in the journal."""
        due_at = self.due_at.isoformat() if self.due_at else None
        return Ended(
            self.state.value, self.detail, due_at, self.maybe_doubled,
            self.started_at.isoformat(), self.ended_at.isoformat(),
        )  # fmt: skip


def from_journal(ended: Ended) -> Outcome:
    """What a journal says of an attempt whose sender could not write it into the ledger."""
    due_at = datetime.fromisoformat(ended.due_at) if ended.due_at else None
    return Outcome(
        State(ended.state), ended.detail, datetime.fromisoformat(ended.started_at),
        datetime.fromisoformat(ended.ended_at), due_at, ended.maybe_doubled,
    )  # fmt: skip


@dataclass(frozen=True)
class Result:
    """An outcome of the letter with this number, held under this fence at its `number`th attempt."""

    pk: int
    fence: int
    number: int
    outcome: Outcome


@transaction.atomic(durable=True)
def record(results: Sequence[Result]) -> set[int]:
    """Write all of it in one transaction. Returns the numbers of the letters that were still theirs."""
    return record_within(results)


def record_within(results: Sequence[Result]) -> set[int]:
    """The same within the transaction of whoever takes over from a process that died.

    The results go to the database as one piece of JSON: building a statement of thousands of values takes longer
    than the statement. What another holds by now is not among what it returns.
    """
    if not results:
        return set()
    # Asked for once: it costs as much as the rest of a row.
    spell = connection.ops.adapt_datetimefield_value
    said = json.dumps([_row(one, spell) for one in results], default=str)
    with connection.cursor() as cursor:
        cursor.execute(_TRIED[connection.vendor], [said])
        cursor.execute(_CAME_OF[connection.vendor], [said])
        return {pk for (pk,) in cursor.fetchall()}


def _row(one: Result, spell: Callable[[datetime | None], Any]) -> dict[str, Any]:
    """As the database reads it from JSON; PostgreSQL reads times as `str` spells them."""
    outcome = one.outcome
    is_sent, is_settled = outcome.state == State.SENT, outcome.state != State.WAITING
    return {
        "letter": one.pk,
        "held": one.fence,
        "number": one.number,
        "word": outcome.state.value,
        "is_sent": is_sent,
        "said": outcome.detail[:300],
        "error": "" if is_sent else outcome.detail[:300],
        "started_at": spell(outcome.started_at),
        "ended_at": spell(outcome.ended_at),
        "settled_at": spell(outcome.ended_at) if is_settled else None,
        "again_at": spell(outcome.due_at),
        "doubled": outcome.maybe_doubled,
    }


_FIELDS = {
    "letter": "bigint",
    "held": "int",
    "number": "int",
    "word": "text",
    "is_sent": "bool",
    "said": "text",
    "error": "text",
    "started_at": "timestamptz",
    "ended_at": "timestamptz",
    "settled_at": "timestamptz",
    "again_at": "timestamptz",
    "doubled": "bool",
}
_READ = {
    "postgresql": "SELECT * FROM jsonb_to_recordset(%s::jsonb) AS one("  # noqa: S608 - of the words above
    + ", ".join(f"{name} {kind}" for name, kind in _FIELDS.items())
    + ")",
    "sqlite": "SELECT "  # noqa: S608
    + ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in _FIELDS)
    + " FROM json_each(%s)",
}
# Every attempt is kept as a row …
_TRIED = {
    vendor: f"WITH came AS ({read}) INSERT INTO notifications_attempt "  # noqa: S608 - of the words above
    "(delivery_id, number, started_at, ended_at, succeeded, detail) "
    "SELECT letter, number, started_at, ended_at, is_sent, said FROM came"
    for vendor, read in _READ.items()
}
# … and the letter changes where it is still held under the same fence.
_CAME_OF = {
    vendor: f"WITH came AS ({_READ[vendor]}) UPDATE {table} SET state = came.word, lease_until = NULL, "  # noqa: S608
    "error = came.error, due_at = COALESCE(came.again_at, due_at), settled_at = came.settled_at, "
    f"maybe_doubled = CASE WHEN came.doubled THEN {true} ELSE maybe_doubled END FROM came "
    f"WHERE id = came.letter AND fence = came.held AND state = '{State.SENDING.value}' RETURNING id"
    for vendor, table, true in (
        ("postgresql", "notifications_delivery", "TRUE"),
        # Else SQLite goes through all that is being sent for each result, instead of looking each up by its number.
        ("sqlite", "notifications_delivery NOT INDEXED", "1"),
    )
}
