"""What is there after a trial: the lines of the sinks, the rows of the tables, and the files of the public page."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Ask = Callable[[str], Sequence[tuple[Any, ...]]]


@dataclass(frozen=True)
class Accepted:
    """One copy of a letter that a sink took: its id, for whom, from which process, its title and a digest of it."""

    sink: str
    id: str
    to: str
    by: str
    title: str
    digest: str
    # Where its text holds one: what tells it from others of the same title. And when, in seconds since 1970.
    mark: str
    at: float

    @property
    def key(self) -> str:
        """The letter's key, out of `<key@host>` or as it is."""
        return self.id.strip("<>").partition("@")[0].replace("-", "")


@dataclass(frozen=True)
class Letter:
    """A row of the ledger."""

    number: int
    key: str
    channel: str
    recipient: str
    label: str
    thread: str
    state: str
    attempts: int
    tries: int
    maybe_doubled: bool


@dataclass(frozen=True)
class Entry:
    """An entry of a timeline."""

    incident: str
    position: int
    kind: str
    facts: dict[str, Any]
    before: str
    hash: str


@dataclass(frozen=True)
class Evidence:
    """All of it."""

    accepted: Sequence[Accepted]
    # Keys of letters that had arrived before the story began.
    before: frozenset[str]
    letters: Sequence[Letter]
    entries: Sequence[Entry]
    # How many rows there are of what should be none, by what they are.
    left: dict[str, int]
    # The last position that each incident's row knows.
    positions: dict[str, int]
    # Keys of requests that were made twice, and bulletins, by how often.
    twice: dict[str, int]
    page_version: int
    bodies: Sequence[str]
    var: Path


LETTERS = (
    "SELECT d.id, d.key, d.channel, d.recipient, d.label, d.thread, d.state, d.attempts, "
    "(SELECT COUNT(*) FROM notifications_attempt a WHERE a.delivery_id = d.id), d.maybe_doubled "
    "FROM notifications_delivery d ORDER BY d.id"
)
ENTRIES = (
    "SELECT incident_id, position, kind, data, previous_hash, hash FROM incidents_event ORDER BY incident_id, position"
)
# `{now}` is the instant of the end, as the database reads it.
LEFT = {
    "entries that nobody was told of": "SELECT COUNT(*) FROM incidents_untold",
    "bulletins that nobody was told of": "SELECT COUNT(*) FROM statuspage_untold",
    "entries that are stuck": "SELECT COUNT(*) FROM notifications_stuck",
    "letters in somebody's hands": "SELECT COUNT(*) FROM notifications_delivery WHERE state = 'sending'",
    "letters that are due and wait": (
        "SELECT COUNT(*) FROM notifications_delivery WHERE state = 'waiting' AND due_at <= '{now}'"
    ),
    "letters that were parked": "SELECT COUNT(*) FROM notifications_delivery WHERE state = 'parked'",
    "notices without a letter": (
        "SELECT COUNT(*) FROM notifications_notice n WHERE NOT EXISTS "
        "(SELECT 1 FROM notifications_delivery d WHERE d.notice_id = n.id)"
    ),
    "notices that were written in part": "SELECT COUNT(*) FROM notifications_notice WHERE written_up_to <> ''",
    "clocks that are past due and did not speak": (
        "SELECT COUNT(*) FROM incidents_obligation "
        "WHERE satisfied_at IS NULL AND cancelled_at IS NULL AND next_at <= '{now}'"
    ),
    "notices owed by a clock that nobody looks at": (
        "SELECT COUNT(*) FROM incidents_obligation WHERE satisfied_at IS NULL AND cancelled_at IS NULL "
        "AND next_at IS NULL AND duty IN ('stakeholder_notice', 'executive_notice')"
    ),
    "clocks with a fault": "SELECT COUNT(*) FROM incidents_obligation WHERE fault <> ''",
    "drafts past their time": (
        "SELECT COUNT(*) FROM incidents_draft WHERE publish_at <= '{now}' AND published_at IS NULL"
    ),
}
TWICE = {
    "incidents": (
        "SELECT idempotency_key, COUNT(*) FROM incidents_incident WHERE idempotency_key IS NOT NULL "
        "GROUP BY 1 HAVING COUNT(*) > 1"
    ),
    "bulletins": "SELECT body, COUNT(*) FROM statuspage_bulletin GROUP BY 1 HAVING COUNT(*) > 1",
    "bulletins of the timeline": (
        "SELECT body, COUNT(*) FROM incidents_event WHERE kind IN ('bulletin', 'updated') "
        "GROUP BY 1 HAVING COUNT(*) > 1"
    ),
}


def gather(
    ask: Ask, vendor: str, taken: Sequence[Accepted], before: frozenset[str], var: Path, now: datetime
) -> Evidence:
    """Read the tables; `taken` is what the sinks took meanwhile, `before` the keys of what they had taken."""
    instant = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") + ("+00" if vendor == "postgresql" else "")
    twice = {f"{name}: {what}": int(count) for name, sql in TWICE.items() for what, count in ask(sql)}
    return Evidence(
        accepted=taken,
        before=before,
        letters=[_letter(row) for row in ask(LETTERS)],
        entries=[Entry(str(row[0]), row[1], row[2], _json(row[3]), row[4], row[5]) for row in ask(ENTRIES)],
        left={name: int(ask(sql.format(now=instant))[0][0]) for name, sql in LEFT.items()},
        positions={str(pk): last for pk, last in ask("SELECT id, last_position FROM incidents_incident")},
        twice=twice,
        page_version=int(ask("SELECT version FROM statuspage_page")[0][0]),
        bodies=[body for (body,) in ask("SELECT body FROM statuspage_bulletin")],
        var=var,
    )


def _letter(row: tuple[Any, ...]) -> Letter:
    """PostgreSQL writes keys with dashes, and SQLite truth as a number."""
    named = dict(zip(Letter.__dataclass_fields__, row, strict=True))
    return Letter(**named | {"key": str(named["key"]).replace("-", ""), "maybe_doubled": bool(named["maybe_doubled"])})


def accepted(sinks: Path, began: int) -> list[Accepted]:
    """What the sinks took since their file was so long."""
    with sinks.open("rb") as file:
        file.seek(began)
        lines = [json.loads(line) for line in file.read().splitlines()]
    return [Accepted(**{name: line[name] for name in Accepted.__dataclass_fields__}) for line in lines]


def _json(value: Any) -> dict[str, Any]:
    """SQLite gives text where PostgreSQL gives what it says."""
    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found


def clear(var: Path, keep: Path) -> None:
    """The files of a trial are gone; those of the public page are as its world left them."""
    shutil.rmtree(var, ignore_errors=True)
    var.mkdir(parents=True)
    if keep.exists():
        shutil.copytree(keep, var / "public", symlinks=True)
