"""Teams: made, changed, dissolved."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify

from kit import clock
from kit.lines import check_line
from kit.rules import check, require
from roles import changes, organisation
from roles.models import Team, User

MANAGE = "roles.manage_rotations"


@dataclass(frozen=True)
class Charter:
    """What is said of a team."""

    name: str
    purpose: str = ""
    chat_url: str = ""
    leader: User | None = None
    members: Collection[User] = ()


@transaction.atomic(durable=True)
def create(charter: Charter, *, actor: User) -> Team:
    """Make a team; its address is taken from its name and stays."""
    # Held so that two who take the same name at once are told, the second by a sentence.
    organisation.hold()
    require(actor, MANAGE)
    _check(charter, None)
    team = Team.objects.create(name=charter.name.strip(), slug=_slug(charter.name))
    return _write(team, charter, "made the team", actor=actor)


@transaction.atomic(durable=True)
def change(team: Team, charter: Charter, *, actor: User) -> Team:
    """Change what is said of a team."""
    team = Team.objects.select_for_update().get(pk=team.pk)
    require(actor, MANAGE)
    _check(charter, team)
    return _write(team, charter, "changed the team", actor=actor)


@transaction.atomic(durable=True)
def dissolve(team: Team, *, actor: User) -> None:
    """Delete a team that has no rotation. Services that it owns are left without an owner."""
    team = Team.objects.select_for_update().get(pk=team.pk)
    require(actor, MANAGE)
    names = ", ".join(team.rotations.values_list("name", flat=True))
    check(not names, "has_rotations", f"The team still has rotations: {names}. Give them to another team first.")
    changes.record(team, f"dissolved the team {team.name}", actor=actor, at=clock.now())
    team.delete()


def _write(team: Team, charter: Charter, verb: str, *, actor: User) -> Team:
    team.name = charter.name.strip()
    team.purpose = charter.purpose.strip()
    team.chat_url = charter.chat_url
    team.leader = charter.leader
    team.save()
    # Whoever leads a team belongs to it.
    team.members.set({*charter.members, *([charter.leader] if charter.leader else [])})
    changes.record(team, f"{verb} {team.name}", actor=actor, at=clock.now())
    return team


def _check(charter: Charter, team: Team | None) -> None:
    name = charter.name.strip()
    check_line(name, "no_name", "Say what the team is called.", field="name")
    same = Team.objects.filter(name__iexact=name)
    taken = (same.exclude(pk=team.pk) if team else same).exists()
    check(not taken, "name_taken", f"There is a team called {name} already.", field="name")


def _slug(name: str) -> str:
    plain = slugify(name)[:100] or "team"
    # Addresses of the pages beside the teams must stay theirs.
    taken = set(Team.objects.filter(slug__startswith=plain).values_list("slug", flat=True)) | {"new"}
    return next(slug for slug in (plain, *(f"{plain}-{n}" for n in range(2, 10_000))) if slug not in taken)
