"""How much being on call costs people: for each of them alone, and for the leader of their rotation. A question.

People are never ranked: everybody stands in the order of the rotation, and nobody else may ask.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from incidents.models import Engagement
from roles.models import Rotation, Turn, User

WINDOW = timedelta(days=30)
# On the person's own clock.
NIGHT_FROM, NIGHT_TO = time(22), time(7)


@dataclass(frozen=True)
class Load:
    """What one person was called to in the last 30 days."""

    person: User
    calls: int
    at_night: int
    at_weekends: int
    incidents: int


@dataclass(frozen=True)
class Led:
    """A rotation that the viewer leads, with the load of each of its people in the order of their turns."""

    rotation: Rotation
    loads: list[Load]


def of(person: User, now: datetime) -> Load:
    """One's own load; everything one was called to counts."""
    return _loads([person], person, now)[0]


def led_by(leader: User, now: datetime) -> list[Led]:
    """Of the rotations of the teams that this person leads; four statements."""
    rotations = list(Rotation.objects.filter(team__leader=leader).select_related("team"))
    turns = Turn.objects.filter(rotation__in=rotations).select_related("person").order_by("position")
    people: dict[object, list[User]] = defaultdict(list)
    for turn in turns:
        if turn.person not in people[turn.rotation_id]:
            people[turn.rotation_id].append(turn.person)
    return [Led(rotation, _loads(people[rotation.pk], leader, now)) for rotation in rotations]


def _loads(people: list[User], viewer: User, now: datetime) -> list[Load]:
    """Calls on incidents that the viewer may see, in the order given."""
    called = Engagement.objects.visible_to(viewer).filter(
        person__in=people, rings_at__gte=now - WINDOW, rings_at__lte=now, is_shadow=False
    )
    calls: dict[object, list[tuple[object, datetime]]] = defaultdict(list)
    for person, incident, rings_at in called.values_list("person", "incident", "rings_at"):
        if rings_at:
            calls[person].append((incident, rings_at))
    return [_load(person, calls[person.pk]) for person in people]


def _load(person: User, calls: Iterable[tuple[object, datetime]]) -> Load:
    kept = list(calls)
    zone = ZoneInfo(person.time_zone)
    local = [at.astimezone(zone) for _, at in kept]
    return Load(
        person=person,
        calls=len(kept),
        at_night=sum(not NIGHT_TO <= at.time() < NIGHT_FROM for at in local),
        at_weekends=sum(at.isoweekday() > 5 for at in local),
        incidents=len({incident for incident, _ in kept}),
    )
