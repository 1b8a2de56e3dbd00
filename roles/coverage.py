"""Whether somebody is on call: the gaps of each rotation, and the roles that nobody can be called for (E17)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from roles.catalogue import ON_ROTATION, Role
from roles.models import Rotation
from roles.rotations import Shift, boundary, shift_at, shifts_between

AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Gap:
    """A span (UTC, end excluded) in which nobody has a rotation, and why in words."""

    starts_at: datetime
    ends_at: datetime
    why: str


@dataclass(frozen=True)
class Coverage:
    """How a rotation stands: who has it now, who has it next, and its gaps within the span looked at."""

    rotation: Rotation
    now: Shift | None
    following: Shift | None
    gaps: tuple[Gap, ...]

    @property
    def is_whole(self) -> bool:
        return not self.gaps


def report(rotations: Sequence[Rotation], at: datetime, ahead: timedelta = AHEAD) -> list[Coverage]:
    """How each of the (prefetched) rotations stands from an instant on."""
    return [_coverage(rotation, at, at + ahead) for rotation in rotations]


def uncovered(rotations: Sequence[Rotation], at: datetime) -> list[Role]:
    """The roles that a rotation could fill and for which nobody is on call at the instant."""
    held = {rotation.role for rotation in rotations if shift_at(rotation, at)}
    return [role for role in ON_ROTATION if role not in held]


def gaps(rotation: Rotation, start: datetime, end: datetime) -> list[Gap]:
    """The spans of [start, end) in which nobody has the rotation."""
    shifts = list(shifts_between(rotation, start, end))
    edges = [start, *(edge for shift in shifts for edge in (shift.starts_at, shift.ends_at)), end]
    holes = list(pairwise(edges))[::2]
    return [Gap(begin, until, _why(rotation, begin)) for begin, until in holes if begin < until]


def _coverage(rotation: Rotation, at: datetime, until: datetime) -> Coverage:
    current = shift_at(rotation, at)
    later = (shift for shift in shifts_between(rotation, at, until) if not current or shift.person != current.person)
    return Coverage(rotation, current, next(later, None), tuple(gaps(rotation, at, until)))


def _why(rotation: Rotation, at: datetime) -> str:
    people = [turn.person for turn in rotation.turns.all()]
    if not people:
        return "nobody is in turn"
    if not any(person.is_active for person in people):
        return "everybody in turn has left"
    return "it has not begun" if at < boundary(rotation, 0) else "nobody has it"
