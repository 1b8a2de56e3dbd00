"""Breakers: a host that fails again and again is left alone for a while, and its letters lose no attempt meanwhile.

One letter tries when the while is over; if it arrives, all go. A success at any time closes the breaker, so one bad
endpoint among many on a host opens none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from kit.rules import require
from notifications.models import Breaker
from roles.models import User

MANAGE = "notifications.manage_channels"
# Failures in a row that open it, and for how long: longer each time, up to the most.
FAILURES = 5
FIRST, LONGEST = timedelta(seconds=30), timedelta(minutes=15)
# While one letter tries, the others wait so long for what it finds.
TRYING = timedelta(seconds=45)

Host = tuple[str, str]


@dataclass(frozen=True)
class Heard:
    """What one attempt says about its host."""

    host: Host
    is_well: bool
    reason: str = ""


def known(now: datetime) -> tuple[list[Host], set[Host]]:
    """Channel and host of those that are left alone now, and of those whose while is over: there one letter may try."""
    rows = list(Breaker.objects.filter(open_until__isnull=False))
    resting = [(row.channel, row.host) for row in rows if row.is_open(now)]
    return resting, {(row.channel, row.host) for row in rows if not row.is_open(now)}


def let_try(host: Host, now: datetime) -> bool:
    """Let one letter try. False where somebody else's tries already."""
    mine = Breaker.objects.filter(channel=host[0], host=host[1], open_until__lte=now)
    return bool(mine.update(open_until=now + TRYING, trying_at=now))


@transaction.atomic(durable=True)
def close(pk: int, *, actor: User) -> None:
    """An administrator knows that it works again: its letters go at once."""
    require(actor, MANAGE)
    Breaker.objects.get(pk=pk).delete()


@transaction.atomic(durable=True)
def hear(heard: Iterable[Heard], now: datetime) -> None:
    """Count what some attempts, in their order, say about their hosts."""
    by_host: dict[Host, list[Heard]] = {}
    for one in heard:
        by_host.setdefault(one.host, []).append(one)
    failing = [host for host, said in by_host.items() if not all(one.is_well for one in said)]
    # Another may hear of the same host for the first time just now.
    new = [Breaker(channel=channel, host=host) for channel, host in failing]
    Breaker.objects.bulk_create(new, ignore_conflicts=True)
    for row in _known(by_host):
        _count(row, by_host[row.channel, row.host], now)


def _known(hosts: Iterable[Host]) -> Iterable[Breaker]:
    meant = Q()
    for channel, host in hosts:
        meant |= Q(channel=channel, host=host)
    return Breaker.objects.select_for_update().filter(meant) if meant else ()


def _count(row: Breaker, said: list[Heard], now: datetime) -> None:
    for one in said:
        row.failures = 0 if one.is_well else row.failures + 1
        row.reason = "" if one.is_well else one.reason[:300]
    if row.failures == 0:
        row.rests, row.opened_at, row.open_until, row.trying_at = 0, None, None, None
    elif row.trying_at or (row.open_until is None and row.failures >= FAILURES):
        row.opened_at = row.opened_at or now
        row.open_until = now + min(FIRST * 2**row.rests, LONGEST)
        row.rests, row.trying_at = min(row.rests + 1, 10), None
    row.save()
