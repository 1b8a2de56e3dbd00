"""Whether this installation can do its work, for machines that ask."""

import logging
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from kit import clock
from notifications import heartbeats
from notifications.heartbeats import Kind
from notifications.models import Delivery, Stuck
from notifications.vocabulary import State

log = logging.getLogger(__name__)

# Red if nothing has ticked for so long (E30).
TICK_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True)
class Readiness:
    """What was looked at: `problems` holds a sentence for each thing that is wrong, and is empty when all is well."""

    problems: list[str] = field(default_factory=list)
    database: bool = False
    migrated: bool = False
    ticker_seconds: float | None = None
    worker_seconds: float | None = None
    oldest_due_unsent_seconds: float | None = None
    parked: int | None = None
    stuck: int | None = None

    @property
    def is_ready(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        return {"ready": self.is_ready} | asdict(self)


def look() -> Readiness:
    """Ask the database about itself, the engine and what waits."""
    try:
        return _look(clock.now())
    except OperationalError:
        # Whoever asks may be anybody: where the database is and why it does not answer stands in the log.
        log.exception("The database does not answer")
        return Readiness(["The database does not answer; the log says why."])


def _look(now: datetime) -> Readiness:
    missing = _unapplied()
    if missing:
        return Readiness([f"{missing} migrations are not applied; run manage.py migrate."], database=True)
    ticker = _age(heartbeats.last_beat(Kind.TICKER), now)
    problems = []
    if ticker is None or ticker > TICK_WITHIN.total_seconds():
        problems.append("The ticker has not ticked for two minutes: cadence is not running.")
    oldest = Delivery.objects.oldest_due(now)
    return Readiness(
        problems,
        database=True,
        migrated=True,
        ticker_seconds=ticker,
        worker_seconds=_age(heartbeats.last_beat(Kind.WORKER), now),
        oldest_due_unsent_seconds=_age(oldest, now) or 0.0,
        parked=Delivery.objects.filter(state=State.PARKED).count(),
        stuck=Stuck.objects.count(),
    )


def _unapplied() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _age(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else round(max(0.0, (now - at).total_seconds()), 3)
