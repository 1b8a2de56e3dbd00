"""The people of the tests: they are made once a test, and asked for by name."""

from datetime import date

from django.contrib.auth.models import Group

from roles.catalogue import Role
from roles.models import Organisation, Rotation, Team, Turn, User

PASSWORD = "correct horse battery"


def person(name: str, *groups: str, zone: str = "UTC") -> User:
    """Somebody by name, in the groups given; the same person when asked for again."""
    email = f"{name.lower()}@denomas.example"
    user = User.objects.filter(email=email).first() or User.objects.create_user(
        email, PASSWORD, name=name, time_zone=zone
    )
    for group in groups:
        user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user


def ada() -> User:
    """Communications, of Support."""
    return person("Ada", "Support")


def grace() -> User:
    """Incident manager, of Development."""
    return person("Grace", "Development")


def linus() -> User:
    """Engineer on call, of Reliability."""
    return person("Linus", "Reliability")


def ana() -> User:
    """Executive liaison."""
    return person("Ana", "Development")


def sam() -> User:
    """Security engineer and lead of security."""
    return person("Sam", "Security", "Security leads")


def stella() -> User:
    """A stakeholder: reads and declares."""
    return person("Stella", "Stakeholders")


def admin() -> User:
    return person("Root", "Administrators")


def team(name: str = "Platform") -> Team:
    return Team.objects.get_or_create(slug=name.lower(), defaults={"name": name, "leader": linus()})[0]


def organisation() -> Organisation:
    """Denomas, in UTC, Monday to Friday, nine to half past five."""
    return Organisation.objects.get_or_create(
        pk=1, defaults={"name": "Denomas", "time_zone": "UTC", "workdays": [1, 2, 3, 4, 5]}
    )[0]


def rotation(role: Role, *people: User, of: Team | None = None, zone: str = "UTC", shift_days: int = 7) -> Rotation:
    """A rotation for a role that began on a Monday long ago."""
    made = Rotation.objects.create(
        name=f"{role.label} rotation {Rotation.objects.count() + 1}",
        team=of or team(),
        role=role,
        time_zone=zone,
        starts_on=date(2026, 1, 5),
        shift_days=shift_days,
    )
    for position, someone in enumerate(people):
        Turn.objects.create(rotation=made, person=someone, position=position)
    return made


def everybody_on_call() -> None:
    """One person for each role that a grave incident calls for."""
    organisation()
    rotation(Role.ENGINEER, linus())
    rotation(Role.INCIDENT_MANAGER, grace())
    rotation(Role.COMMUNICATIONS, ada())
    rotation(Role.EXECUTIVE_LIAISON, ana())
    rotation(Role.SECURITY_ENGINEER, sam())
