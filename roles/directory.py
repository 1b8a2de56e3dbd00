"""The directory: which team, person or role to turn to, found by any word that belongs to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.utils.module_loading import import_string

from roles import coverage, rotations
from roles.catalogue import ON_ROTATION, Role
from roles.models import Rotation, Team, User
from roles.rotations import Shift, shift_at

Subjects = dict[UUID, list[tuple[str, str]]]


@dataclass(frozen=True)
class TeamEntry:
    """A team with its people, what it answers for (name, address), and who of its rotations is on call."""

    team: Team
    people: Sequence[User]
    subjects: Sequence[tuple[str, str]]
    rotations: Sequence[Rotation]
    on_call: Sequence[Shift]

    @property
    def text(self) -> str:
        roles = " ".join(f"{one.name} {one.role_label}" for one in self.rotations)
        turns = [turn.person for one in self.rotations for turn in one.turns.all()]
        on_call = [shift.person for shift in self.on_call]
        names = " ".join(person.name for person in (*self.people, *turns, *on_call) if person.is_active)
        return f"{self.team.name} {self.team.purpose} {_names(self.subjects)} {roles} {names}"


@dataclass(frozen=True)
class Directory:
    """What was found: who is on call now, teams, people, and roles for which nobody is on call."""

    on_call: Sequence[Shift]
    teams: Sequence[TeamEntry]
    people: QuerySet[User]
    uncovered: Sequence[Role]


def find(words: str, at: datetime) -> Directory:
    """Everything, or what holds every one of the words; a constant number of statements."""
    wanted = words.lower().split()
    every = rotations.with_people()
    subjects = _subjects()
    shifts = [shift for shift in (shift_at(rotation, at) for rotation in every) if shift]
    teams = [_entry(team, subjects, every, shifts) for team in _teams()]
    return Directory(
        on_call=[shift for shift in _by_role(shifts) if _holds(_shift_text(shift, subjects), wanted)],
        teams=[entry for entry in teams if _holds(entry.text, wanted)],
        people=_people(wanted, subjects),
        uncovered=[] if wanted else coverage.uncovered(every, at),
    )


def entry(team: Team, at: datetime) -> TeamEntry:
    """One team as the directory shows it."""
    every = [rotation for rotation in rotations.with_people() if rotation.team_id == team.pk]
    shifts = [shift for shift in (shift_at(rotation, at) for rotation in every) if shift]
    return _entry(_teams().get(pk=team.pk), _subjects(), every, shifts)


def _teams() -> QuerySet[Team]:
    return Team.objects.select_related("leader").prefetch_related(Prefetch("members", User.objects.present()))


def _entry(team: Team, subjects: Subjects, every: Iterable[Rotation], shifts: Iterable[Shift]) -> TeamEntry:
    return TeamEntry(
        team=team,
        people=list(team.members.all()),
        subjects=subjects.get(team.pk, []),
        rotations=[rotation for rotation in every if rotation.team_id == team.pk],
        on_call=[shift for shift in shifts if shift.rotation.team_id == team.pk],
    )


def _people(wanted: Iterable[str], subjects: Subjects) -> QuerySet[User]:
    people = User.objects.present().prefetch_related("teams")
    for word in wanted:
        roles = [role for role in Role if word in role.label.lower()]
        owners = [team for team, owned in subjects.items() if word in _names(owned).lower()]
        people = people.filter(
            Q(name__icontains=word)
            | Q(teams__name__icontains=word)
            | Q(teams__in=owners)
            | Q(turns__rotation__role__in=roles)
            | Q(turns__rotation__name__icontains=word)
        )
    return people.distinct()


def _by_role(shifts: Iterable[Shift]) -> list[Shift]:
    return sorted(shifts, key=lambda shift: (ON_ROTATION.index(Role(shift.rotation.role)), shift.rotation.name))


def _shift_text(shift: Shift, subjects: Subjects) -> str:
    rotation = shift.rotation
    return (
        f"{shift.person.name} {rotation.name} {rotation.role_label} {rotation.team.name} "
        f"{rotation.team.purpose} {_names(subjects.get(rotation.team_id, []))}"
    )


def _subjects() -> Subjects:
    found: Subjects = import_string(settings.TEAM_SUBJECTS)()
    return found


def _names(subjects: Iterable[tuple[str, str]]) -> str:
    return " ".join(name for name, _ in subjects)


def _holds(text: str, wanted: Iterable[str]) -> bool:
    lowered = text.lower()
    return all(word in lowered for word in wanted)
