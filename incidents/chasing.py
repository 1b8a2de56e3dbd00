"""The engine's hand on the clock: what is due speaks, once, whatever was missed meanwhile (domain §2.6, E30).

What is due is taken a batch at a time and in one transaction, a handful of statements for all of it. A batch that
a broken row spoils is taken again row by row, and that row is put off where people see it.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from incidents import climbing, communications, obligations, policies, timeline
from incidents.models import Engagement, Incident, Obligation
from incidents.vocabulary import Duty, Kind
from kit import rows
from kit.faults import FAULTS, said
from kit.glances import Glance
from roles import organisation

log = logging.getLogger(__name__)

BATCH = 200
# A clock that could not speak is looked at again after so long.
PUT_OFF = timedelta(minutes=1)
CHANGED = ("due_at", "next_at", "rung", "missed", "alerted", "satisfied_at", "fault")


DUE = Glance(Obligation.objects.to_chase)


def chase(now: datetime, *, most: int = BATCH) -> int:
    """Let everything speak whose time has come. Returns how many did; 0 where nothing is due."""
    if not DUE.finds(now):
        return 0
    due = list(Obligation.objects.to_chase(now).values_list("pk", "incident_id")[:most])
    try:
        return _chase(due, now)
    except FAULTS:
        log.exception("A clock that is due cannot speak; each is tried by itself")
        return sum(_chase_alone(one, now) for one in due)


def _chase_alone(one: tuple[UUID, UUID], now: datetime) -> int:
    try:
        return _chase([one], now)
    except FAULTS as fault:
        Obligation.objects.filter(pk=one[0]).update(next_at=now + PUT_OFF, fault=said(fault))
        return 0


@transaction.atomic(durable=True)
def _chase(due: Sequence[tuple[UUID, UUID]], now: datetime) -> int:
    """What another ticker or a command holds is left out; its turn comes with the next tick."""
    held = _try_lock({incident for _, incident in due})
    owed = Obligation.objects.to_chase(now).filter(pk__in=[pk for pk, _ in due], incident__in=held)
    with organisation.remembered():
        scene = _Scene(now, held, _engaged(held))
        for one in owed:
            scene.look(one)
    scene.save()
    return scene.count


def _try_lock(pks: set[UUID]) -> dict[UUID, Incident]:
    """The incidents that nobody holds now, held until the transaction ends."""
    free = Incident.unrestricted.select_for_update(of=("self",), skip_locked=True).filter(pk__in=pks)
    return {incident.pk: incident for incident in free.select_related("cadence").defer("cadence__body").order_by("pk")}


def _engaged(held: dict[UUID, Incident]) -> dict[UUID, list[Engagement]]:
    found: dict[UUID, list[Engagement]] = defaultdict(list)
    for one in Engagement.objects.active().filter(incident__in=held).select_related("person"):
        found[one.incident_id].append(one)
    return found


@dataclass
class _Scene:
    """What one batch stands on, and what it comes to."""

    now: datetime
    incidents: dict[UUID, Incident]
    engaged: dict[UUID, list[Engagement]]
    count: int = 0
    changed: list[Obligation] = field(default_factory=list)

    def look(self, owed: Obligation) -> None:
        incident = self.incidents[owed.incident_id]
        self.count += 1
        # Publishing moves the clock itself.
        if self._is_held(incident, owed):
            return
        if owed.duty in obligations.SENT_BY_WORKERS:
            self._send_notice(incident, owed)
        else:
            climbing.climb(incident, owed, self.engaged[incident.pk], self.now)
        owed.fault = ""
        self.changed.append(owed)

    def _is_held(self, incident: Incident, owed: Obligation) -> bool:
        """A holding text that somebody approved is published at the due time."""
        is_due = owed.duty == Duty.PUBLIC_UPDATE and owed.due_at <= self.now
        return is_due and communications.hold(incident, owed.subject, now=self.now)

    def _send_notice(self, incident: Incident, owed: Obligation) -> None:
        """The due notice goes out by itself; the clock moves on past every one that was missed."""
        policy, due, missed = policies.of(incident), owed.due_at, 0
        coming = policies.next_notice(incident, owed.audience, since=due, policy=policy)
        while coming is not None and coming <= self.now:
            missed += 1
            coming = policies.next_notice(incident, owed.audience, since=coming, policy=policy)
        owed.missed += missed
        if coming is None:
            owed.satisfied_at, owed.next_at = self.now, None
        else:
            owed.due_at = owed.next_at = coming
        data = {"audience": owed.audience, "due_at": due.isoformat(), "covers": missed + 1}
        timeline.add(incident, Kind.NOTICE, actor=None, at=self.now, data=data)

    def save(self) -> None:
        """A statement for each kind of row, however many there are."""
        rows.update(self.changed, CHANGED)
        timeline.flush(list(self.incidents.values()))
