"""Recording what was found out about an incident: how it was noticed, its cause, its severity in hindsight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from incidents import timeline
from incidents.models import Incident
from incidents.vocabulary import Kind
from kit import clock
from kit.instants import check_has_been
from kit.rules import check, require
from reviews.models import Findings
from roles.models import User

WRITE = "reviews.write_review"


@dataclass(frozen=True)
class Said:
    """What somebody says; everything may be left open."""

    detection: str = ""
    cause_known_at: datetime | None = None
    severity: str = ""
    factors: Sequence[str] = ()
    is_false_alarm: bool | None = None


def of(incident: Incident) -> Findings:
    """What is known; empty, and not saved, where nothing was said."""
    return Findings.objects.filter(incident=incident).first() or Findings(incident=incident)


@transaction.atomic(durable=True)
def record(incident: Incident, said: Said, *, actor: User) -> Findings:
    """Say what was found out, or put it right; what was said before stays on the timeline."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, WRITE, incident)
    check(not incident.is_imported, "imported", "An imported incident is history; its page knew no more of it.")
    now = clock.now()
    if said.cause_known_at:
        check_has_been(said.cause_known_at, now, "cause_known_at")
    return _put(incident, vars(said) | {"factors": sorted(set(said.factors))}, actor=actor, now=now)


def look_again(incident: Incident, severity: str, *, actor: User, now: datetime) -> Findings:
    """Confirm or correct it in hindsight, beside the first and the worst (REL1-4); the caller holds the lock."""
    return _put(incident, {"severity": severity}, actor=actor, now=now)


def _put(incident: Incident, new: Mapping[str, object], *, actor: User, now: datetime) -> Findings:
    found = of(incident)
    changed = [name for name in new if getattr(found, name) != new[name]]
    if not changed:
        return found
    for name in changed:
        setattr(found, name, new[name])
    found.said_by, found.said_at = actor, now
    found.save()
    data = {"findings": {name: _plain(new[name]) for name in changed}}
    timeline.record(incident, Kind.REVIEW, actor=actor, at=now, data=data, tell=False)
    return found


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
