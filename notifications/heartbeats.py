"""Signs of life of the engine's processes, and what follows from their absence."""

import os
import socket
from datetime import datetime, timedelta

from django.db.models import Max

from notifications.models import Heartbeat

# A process writes this often; nobody is missed before SILENCE.
EVERY = timedelta(seconds=1)
SILENCE = timedelta(seconds=30)
# Rows of processes that are long gone.
FORGOTTEN = timedelta(days=1)

Kind = Heartbeat.Kind


def own_name() -> str:
    """This process, by host and number."""
    return f"{socket.gethostname()}:{os.getpid()}"


def beat(kind: Kind, name: str, now: datetime, *, every: timedelta = EVERY) -> bool:
    """Show that it lives; a beat that is younger than `every` is enough. True where one was written."""
    mine = Heartbeat.objects.filter(kind=kind, name=name[:120])
    last = mine.values_list("beat_at", flat=True).first()
    if last is None:
        Heartbeat.objects.filter(beat_at__lt=now - FORGOTTEN).delete()
        Heartbeat.objects.bulk_create([Heartbeat(kind=kind, name=name[:120], beat_at=now)], ignore_conflicts=True)
        return True
    # A clock that was set back (by a test, by hand) is not waited for.
    return abs(now - last) >= every and bool(mine.update(beat_at=now))


def last_beat(kind: Kind) -> datetime | None:
    """When any process of the kind last showed that it lives."""
    latest: datetime | None = Heartbeat.objects.filter(kind=kind).aggregate(latest=Max("beat_at"))["latest"]
    return latest


def is_alive(kind: Kind, now: datetime, *, within: timedelta = SILENCE) -> bool:
    last = last_beat(kind)
    return last is not None and now - last <= within


def ticker_alive(now: datetime) -> bool:
    return is_alive(Kind.TICKER, now)


def workers_alive(now: datetime) -> bool:
    return is_alive(Kind.WORKER, now)
