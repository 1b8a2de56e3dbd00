"""Writing the timeline: append-only, chained by hash, and noted as untold in the same transaction."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from incidents.models import Event, Incident, Untold
from incidents.vocabulary import Kind
from kit import rows
from kit.rows import Spelled
from roles.models import User

# What an entry changes of its incident's row.
CHAIN = ("version", "last_position", "last_hash")
# The database numbers entries, so those that were just written are found by their place.
UNTOLD = (
    'INSERT INTO "incidents_untold" (event_id) SELECT id FROM incidents_event '
    "WHERE incident_id = %s AND position IN ({positions}) ORDER BY position"
)


def record(
    incident: Incident,
    kind: Kind,
    *,
    actor: User | None,
    at: datetime,
    occurred_at: datetime | None = None,
    body: str = "",
    data: dict[str, Any] | None = None,
    tell: bool = True,
) -> Event:
    """Append an entry and save the incident with it. Call it under the incident's lock.

    `at` is when we write it down, `occurred_at` when it happened (the same, unless given). The incident's
    row is saved here, so that what changed and what is said of it cannot part.
    """
    event = add(incident, kind, actor=actor, at=at, occurred_at=occurred_at, body=body, data=data, tell=tell)
    flush([incident])
    return event


def add(
    incident: Incident,
    kind: Kind,
    *,
    actor: User | None,
    at: datetime,
    occurred_at: datetime | None = None,
    body: str = "",
    data: dict[str, Any] | None = None,
    tell: bool = True,
) -> Event:
    """The same, but saved only with the next entry that is recorded, or with `flush`: for commands that write many."""
    event = chained(incident, kind, actor=actor, at=at, occurred_at=occurred_at, body=body, data=data)
    incident.unsaved.append((event, tell))
    return event


def flush(incidents: Sequence[Incident]) -> None:
    """Save what was added to these incidents, note it as untold, and save the incidents with it.

    A statement for each kind of row, however many there are. The relay takes entries in the order of their
    untold rows, so these are made in the order of the timeline.
    """
    changed = [incident for incident in incidents if incident.unsaved]
    entries = _taken(changed)
    if len(changed) == 1:
        changed[0].save()
    elif changed:
        rows.update(changed, CHAIN)
    Event.objects.bulk_create([event for event, _ in entries])
    Untold.objects.bulk_create([Untold(event=event) for event, tell in entries if tell])


def begin(incident: Incident, *beside: Sequence[Model] | Spelled) -> None:
    """Save a new incident with what was added to it, and with the rows that hang on it, in as few statements as can be.

    Declarations pass one after the other, so each statement is waited for by all that come after.
    """
    entries = _taken([incident])
    told = [str(event.position) for event, tell in entries if tell]
    rows.insert(
        [incident],
        [event for event, _ in entries],
        *beside,
        last=UNTOLD.format(positions=", ".join(told)),
        values=[Incident._meta.pk.get_db_prep_value(incident.pk, connection)],
    )


def _taken(incidents: Sequence[Incident]) -> list[tuple[Event, bool]]:
    """What was added to them, which the caller saves now."""
    entries = [entry for incident in incidents for entry in incident.unsaved]
    for incident in incidents:
        incident.unsaved.clear()
        incident.version += 1
    return entries


def chained(
    incident: Incident,
    kind: Kind,
    *,
    actor: User | None,
    at: datetime,
    occurred_at: datetime | None = None,
    body: str = "",
    data: dict[str, Any] | None = None,
) -> Event:
    """The next entry of an incident's chain, not yet saved; whoever asks for it saves both, under its lock.

    `record` and `flush` do so; the import of history, which tells nobody, does it by itself.
    """
    event = Event(
        incident=incident,
        position=incident.last_position + 1,
        kind=kind,
        actor=actor,
        occurred_at=occurred_at or at,
        recorded_at=at,
        body=body,
        data=data or {},
        body_digest=digest(body),
        previous_hash=incident.last_hash,
    )
    event.hash = chain_hash(event)
    incident.last_position, incident.last_hash = event.position, event.hash
    return event


def chain_hash(event: Event) -> str:
    """The hash of an entry over the one before it, its facts and the digest of its body."""
    facts = [
        event.previous_hash,
        str(event.incident_id),
        event.position,
        event.kind,
        str(event.actor_id or ""),
        event.occurred_at.isoformat(),
        event.recorded_at.isoformat(),
        event.body_digest,
        event.data,
    ]
    return digest(json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def first_broken_link(incident: Incident) -> int | None:
    """The position of the first entry whose hash, or link to the one before, is not what it should be."""
    previous, position = "", 0
    for event in Event.objects.filter(incident=incident).order_by("position"):
        whole = event.erased_at is not None or digest(event.body) == event.body_digest
        in_place = event.position == position + 1 and event.previous_hash == previous
        if not (whole and in_place and chain_hash(event) == event.hash):
            return event.position
        previous, position = event.hash, event.position
    return None if position == incident.last_position else position + 1


def digest(text: str) -> str:
    """What the chain runs over in place of a body, which may be erased."""
    return hashlib.sha256(text.encode()).hexdigest()
