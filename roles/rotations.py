"""Who is on call, and when: wall clock hand-overs in the rotation's zone, right across every change of clocks (E22).

A hand-over at a local time that does not exist happens as long after midnight as it says (the offset of
before the change); one that exists twice happens the first time. As each shift ends where the next begins,
there is neither a gap nor an overlap, whatever the clocks do.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, Exists, Prefetch, Q, QuerySet

from kit.compiled import Compiled, Given
from roles.catalogue import Role
from roles.models import Override, Rotation, Team, Turn, User


@dataclass(frozen=True)
class Shift:
    """A person on call for a rotation from one instant (included) to another (excluded), UTC."""

    rotation: Rotation
    person: User
    starts_at: datetime
    ends_at: datetime
    is_override: bool = False


def boundary(rotation: Rotation, number: int) -> datetime:
    """The instant at which shift `number` (from 0) begins."""
    day = rotation.starts_on + timedelta(days=number * rotation.shift_days)
    return datetime.combine(day, rotation.handover_at, rotation.zone).astimezone(UTC)


def number_at(rotation: Rotation, at: datetime) -> int:
    """The number of the shift that holds the instant; negative before the first."""
    days = (at.astimezone(rotation.zone).date() - rotation.starts_on).days
    number = days // rotation.shift_days + 1
    while boundary(rotation, number) > at:
        number -= 1
    return number


def shift_at(rotation: Rotation, at: datetime) -> Shift | None:
    """Who has the rotation at an instant; an override wins, the one made last before others."""
    return _shift(rotation, at, rotation.turns.all(), rotation.overrides.all())


def _shift(rotation: Rotation, at: datetime, turns: Iterable[Turn], overrides: Iterable[Override]) -> Shift | None:
    override = _override_at(overrides, at)
    if override is None:
        return _turn_at(rotation, at, [turn.person for turn in turns])
    return Shift(rotation, override.person, override.starts_at, override.ends_at, is_override=True)


def _turn_at(rotation: Rotation, at: datetime, people: Sequence[User]) -> Shift | None:
    number = number_at(rotation, at)
    if number < 0 or not people:
        return None
    # Whoever has left is passed over; the others keep their place.
    for ahead in range(len(people)):
        person = people[(number + ahead) % len(people)]
        if person.is_active:
            return Shift(rotation, person, boundary(rotation, number), boundary(rotation, number + 1))
    return None


def _override_at(overrides: Iterable[Override], at: datetime) -> Override | None:
    found = [one for one in overrides if one.starts_at <= at < one.ends_at and one.person.is_active]
    return found[-1] if found else None


def shifts_between(rotation: Rotation, start: datetime, end: datetime) -> Iterator[Shift]:
    """The shifts of a span one after the other, overrides cut in; where nobody has it, nothing is yielded."""
    at = start
    while at < end:
        shift = shift_at(rotation, at)
        until = min(_next_change(rotation, at), end)
        if shift is not None:
            yield Shift(rotation, shift.person, at, until, shift.is_override)
        at = until


def _next_change(rotation: Rotation, at: datetime) -> datetime:
    """The next instant after `at` at which somebody else may have it."""
    changes = [boundary(rotation, number_at(rotation, at) + 1)]
    for override in rotation.overrides.all():
        changes += [instant for instant in (override.starts_at, override.ends_at) if instant > at]
    return min(changes)


def prefetched() -> QuerySet[Rotation]:
    """Rotations with their turns in order and their overrides, the last made last."""
    return Rotation.objects.select_related("team").prefetch_related(
        Prefetch("turns", Turn.objects.select_related("person").order_by("position")),
        Prefetch("overrides", Override.objects.select_related("person").order_by("created_at")),
    )


def with_people() -> Sequence[Rotation]:
    """Every rotation with its turns and overrides, in a constant number of statements."""
    return list(prefetched())


def shift_for(
    role: Role, at: datetime, *, preferred_teams: Iterable[UUID] = (), among: Iterable[Shift] | None = None
) -> Shift | None:
    """Who is on call for a role: of a preferred team if it has such a rotation, else the first there is.

    `among` are the shifts `on_call_now`, where the caller has them already.
    """
    preferred = set(preferred_teams)
    candidates = [shift for shift in (on_call_now(at) if among is None else among) if shift.rotation.role == role]
    return min(candidates, key=lambda shift: shift.rotation.team_id not in preferred, default=None)


def shift_of_team(team: Team, at: datetime) -> Shift | None:
    """Who answers for a team now."""
    return next((shift for shift in on_call_now(at) if shift.rotation.team_id == team.pk), None)


AT = Given("at", DateTimeField())


def _running() -> QuerySet[Override]:
    return Override.objects.filter(starts_at__lte=AT, ends_at__gt=AT)


OVERRIDES = Compiled(lambda: _running().select_related("rotation__team", "person").order_by("created_at"))
TURNS: Compiled[Any] = Compiled(
    lambda: (
        Turn.objects.select_related("rotation__team", "person")
        .annotate(is_any_overridden=Exists(_running()))
        .order_by("position")
    )
)


def on_call_now(at: datetime) -> list[Shift]:
    """Everybody who is on call at an instant, by the name of the rotation; two statements at most."""
    turns = TURNS.rows(at=at)
    overrides = OVERRIDES.rows(at=at) if not turns or turns[0].is_any_overridden else []
    in_turn, instead, every = defaultdict(list), defaultdict(list), {}
    for turn in turns:
        in_turn[turn.rotation_id].append(turn)
        every[turn.rotation_id] = turn.rotation
    for override in overrides:
        instead[override.rotation_id].append(override)
        every.setdefault(override.rotation_id, override.rotation)
    found = (_shift(one, at, in_turn[one.pk], instead[one.pk]) for one in sorted(every.values(), key=str))
    return [shift for shift in found if shift]


def upcoming(rotation: Rotation, at: datetime, most: int = 10) -> list[Shift]:
    """The shift that runs at an instant and those after it, without the spans in which nobody has it."""
    latest = at + timedelta(days=rotation.shift_days * (most + 1))
    start = max(at, boundary(rotation, 0))
    return list(islice(shifts_between(rotation, start, max(latest, start)), most))


def shifts_of(person: User, at: datetime, ahead: timedelta = timedelta(days=60)) -> list[Shift]:
    """For each rotation that a person may have, the shift that runs now or comes next; soonest first."""
    mine = prefetched().filter(Q(turns__person=person) | Q(overrides__person=person)).distinct()
    found = (
        next((shift for shift in shifts_between(rotation, at, at + ahead) if shift.person == person), None)
        for rotation in mine
    )
    return sorted((shift for shift in found if shift), key=lambda shift: shift.starts_at)
