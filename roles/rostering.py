"""Rotations: made, changed, ended, and who takes them in turn."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from kit import clock
from kit.lines import check_line
from kit.rules import check, require
from roles import changes, organisation
from roles.models import Rotation, Team, Turn, User
from roles.rotations import number_at, prefetched

MANAGE = "roles.manage_rotations"
FIRST_DAY = date(2000, 1, 1)
FURTHEST = timedelta(days=2 * 366)
MOST_PEOPLE = 60


@dataclass(frozen=True)
class Pattern:
    """When a rotation hands over, and for which role and team."""

    name: str
    team: Team
    role: str
    time_zone: str
    starts_on: date
    handover_at: time
    shift_days: int


@transaction.atomic(durable=True)
def create(pattern: Pattern, *, with_members: bool = False, actor: User) -> Rotation:
    """Make a rotation; with its team's members in turn, by name, if asked for."""
    # Held so that two who take the same name at once are told, the second by a sentence.
    organisation.hold()
    require(actor, MANAGE)
    now = clock.now()
    _check(pattern, None, now)
    rotation = Rotation.objects.create(**_columns(pattern))
    people = list(pattern.team.members.present()) if with_members else []
    _write(rotation, people)
    _record(rotation, f"made the rotation {rotation.name}", actor=actor, at=now)
    return rotation


@transaction.atomic(durable=True)
def change(rotation: Rotation, pattern: Pattern, *, actor: User) -> Rotation:
    """Change when a rotation hands over; who is on call follows from it at once."""
    rotation = _hold(rotation)
    require(actor, MANAGE)
    now = clock.now()
    _check(pattern, rotation, now)
    for column, value in _columns(pattern).items():
        setattr(rotation, column, value)
    rotation.save()
    _record(rotation, f"changed the rotation {rotation.name}", actor=actor, at=now)
    return rotation


@transaction.atomic(durable=True)
def end(rotation: Rotation, *, actor: User) -> None:
    """Delete a rotation with its turns and overrides. Who holds a role on an incident keeps it."""
    rotation = _hold(rotation)
    require(actor, MANAGE)
    _record(rotation, f"ended the rotation {rotation.name}", actor=actor, at=clock.now())
    rotation.delete()


@transaction.atomic(durable=True)
def enlist(rotation: Rotation, person: User, *, actor: User) -> None:
    """Put a person at the end of the turn; whoever is on call now stays it until the next hand-over."""
    rotation, now, people = _turn(rotation, actor)
    check(person.is_active, "has_left", f"{person.name} has left.", field="person")
    check(person not in people, "in_turn", f"{person.name} is in this rotation already.", field="person")
    check(len(people) < MOST_PEOPLE, "too_many", f"At most {MOST_PEOPLE} people share a rotation.", field="person")
    _rearrange(rotation, [*people, person], now)
    _record(rotation, f"put {person.name} in turn", actor=actor, at=now)


@transaction.atomic(durable=True)
def move(rotation: Rotation, person: User, *, later: bool, actor: User) -> None:
    """Let a person swap places with the one before or after; whoever is on call now stays it."""
    rotation, now, people = _turn(rotation, actor)
    check(person in people, "not_in_turn", f"{person.name} is not in this rotation.")
    place = people.index(person)
    other = place + (1 if later else -1)
    first = 1 if has_begun(rotation, now) else 0
    check(place >= first, "has_the_turn", f"{person.name} has the turn now. An override lets somebody else have it.")
    check(first <= other < len(people), "no_further", f"{person.name} cannot move further.")
    people[place], people[other] = people[other], people[place]
    _rearrange(rotation, people, now)
    _record(rotation, f"moved {person.name} {'down' if later else 'up'}", actor=actor, at=now)


@transaction.atomic(durable=True)
def dismiss(rotation: Rotation, person: User, *, actor: User) -> None:
    """Take a person out of the turn; if they are on call now, the next one takes over at once."""
    rotation, now, people = _turn(rotation, actor)
    check(person in people, "not_in_turn", f"{person.name} is not in this rotation.")
    _rearrange(rotation, [one for one in people if one != person], now)
    _record(rotation, f"took {person.name} out of turn", actor=actor, at=now)


def has_begun(rotation: Rotation, at: datetime) -> bool:
    """Whether its first shift has started."""
    return number_at(rotation, at) >= 0


def in_turn(rotation: Rotation, at: datetime) -> list[User]:
    """The people of a rotation in the order they come, beginning with whose turn it is at the instant."""
    people = [turn.person for turn in rotation.turns.all()]
    number = max(0, number_at(rotation, at))
    start = number % len(people) if people else 0
    return people[start:] + people[:start]


def _hold(rotation: Rotation) -> Rotation:
    Rotation.objects.select_for_update().get(pk=rotation.pk)
    return prefetched().get(pk=rotation.pk)


def _turn(rotation: Rotation, actor: User) -> tuple[Rotation, datetime, list[User]]:
    """The locked rotation, the instant, and its people beginning with whose turn it is."""
    rotation = _hold(rotation)
    require(actor, MANAGE)
    now = clock.now()
    return rotation, now, in_turn(rotation, now)


def _rearrange(rotation: Rotation, from_now: list[User], now: datetime) -> None:
    """Write people in the order they come from now on, so that the shift that runs now is the first one's.

    The turn is a circle: which of its people shift 0 falls to is free, so turning the circle moves nobody.
    """
    back = max(0, number_at(rotation, now)) % len(from_now) if from_now else 0
    _write(rotation, from_now[-back:] + from_now[:-back] if back else from_now)


def _write(rotation: Rotation, people: list[User]) -> None:
    Turn.objects.filter(rotation=rotation).delete()
    Turn.objects.bulk_create(
        Turn(rotation=rotation, person=person, position=place) for place, person in enumerate(people)
    )


def _columns(pattern: Pattern) -> dict[str, object]:
    return vars(pattern) | {"name": pattern.name.strip()}


def _check(pattern: Pattern, rotation: Rotation | None, now: datetime) -> None:
    name = pattern.name.strip()
    check_line(name, "no_name", "Say what the rotation is called.", field="name")
    same = Rotation.objects.filter(name__iexact=name)
    taken = (same.exclude(pk=rotation.pk) if rotation else same).exists()
    check(not taken, "name_taken", f"There is a rotation called {name} already.", field="name")
    check(1 <= pattern.shift_days <= 28, "shift_length", "A shift has 1 to 28 days.", field="shift_days")
    last = (now + FURTHEST).date()
    check(
        FIRST_DAY <= pattern.starts_on <= last,
        "first_day",
        f"The first day lies between {FIRST_DAY:%d %b %Y} and {last:%d %b %Y}.",
        field="starts_on",
    )


def _record(rotation: Rotation, sentence: str, *, actor: User, at: datetime) -> None:
    changes.record(rotation, sentence, actor=actor, at=at)
