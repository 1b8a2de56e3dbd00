"""The organisation of the demo: its people, teams, rotations, services and status page."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from incidents.models import Service
from incidents.vocabulary import Audience
from notifications.models import AudienceMember
from roles.catalogue import Role
from roles.models import Organisation, Rotation, Team, Turn, User
from statuspage.models import Component, Page, Subscriber

DOMAIN = "denomas.example"

PEOPLE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Ada Keller", "Europe/Berlin", ("Support", "Administrators")),
    ("Grace Okafor", "Europe/London", ("Development",)),
    ("Linus Berg", "Europe/Stockholm", ("Reliability",)),
    ("Mia Tanaka", "Asia/Tokyo", ("Reliability",)),
    ("Omar Haddad", "Europe/Paris", ("Development",)),
    ("Lea Novak", "Europe/Prague", ("Quality",)),
    ("Sam Reyes", "America/New_York", ("Security", "Security leads")),
    ("Ana Costa", "Europe/Lisbon", ("Development",)),
    ("Stella Brandt", "Europe/Berlin", ("Stakeholders",)),
    ("Ravi Menon", "Asia/Kolkata", ("Support",)),
)

TEAMS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("Platform", "the API, webhooks or the infrastructure misbehave", "Linus", ("Linus", "Mia")),
    ("Payments", "checkout or billing misbehaves", "Omar", ("Omar", "Lea", "Grace")),
    ("Product", "search or the dashboard misbehaves", "Grace", ("Grace", "Lea")),
    ("Security", "you suspect an attack, a leak or a lost device", "Sam", ("Sam",)),
    ("Support", "customers must be told something", "Ada", ("Ada", "Ravi")),
)

ROTATIONS: tuple[tuple[str, str, Role, tuple[str, ...]], ...] = (
    ("Platform engineers", "Platform", Role.ENGINEER, ("Linus", "Mia")),
    ("Payments engineers", "Payments", Role.ENGINEER, ("Omar", "Lea")),
    ("Security engineers", "Security", Role.SECURITY_ENGINEER, ("Sam",)),
    ("Incident managers", "Product", Role.INCIDENT_MANAGER, ("Grace", "Omar")),
    ("Communications", "Support", Role.COMMUNICATIONS, ("Ada",)),
    ("Executive liaisons", "Product", Role.EXECUTIVE_LIAISON, ("Ana",)),
)

COMPONENTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Shop", ("Checkout", "Search", "Dashboard")),
    ("Developers", ("API", "Webhooks")),
)

SERVICES: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    ("Checkout", "Takes the order and the money", "Payments", "critical", ("Checkout",)),
    ("Search", "Finds products", "Product", "normal", ("Search",)),
    ("Dashboard", "What merchants see", "Product", "important", ("Dashboard",)),
    ("API", "What integrations call", "Platform", "critical", ("API",)),
    ("Webhooks", "Tells integrations what happened", "Platform", "normal", ("Webhooks",)),
    ("Build pipeline", "Builds and deploys everything", "Platform", "important", ()),
)


@dataclass(frozen=True)
class Cast:
    """Everybody and everything, by first name or name."""

    people: dict[str, User]
    services: dict[str, Service]
    page: Page

    def __getitem__(self, first_name: str) -> User:
        return self.people[first_name]


def gather(now: datetime, password: str) -> Cast:
    """Make the organisation as it was at `now`."""
    Organisation.objects.create(
        pk=1,
        name="Denomas",
        time_zone="Europe/Berlin",
        workdays=[1, 2, 3, 4, 5],
        call_url=f"https://meet.{DOMAIN}/incident",
    )
    # Slow on purpose, and the same for all of the demo's people.
    sealed = make_password(password)
    people = {_first(one[0]): _person(*one, sealed, number) for number, one in enumerate(PEOPLE)}
    teams = {name: _team(name, purpose, people[leader], [people[one] for one in members])
             for name, purpose, leader, members in TEAMS}  # fmt: skip
    for name, team, role, turns in ROTATIONS:
        _rotation(name, teams[team], role, [people[one] for one in turns], now.date())
    page = _page(now)
    services = {one[0]: _service(one, teams, page) for one in SERVICES}
    for audience, members in ((Audience.STAKEHOLDERS, ("Stella", "Ravi")), (Audience.EXECUTIVES, ("Ana",))):
        for one in members:
            AudienceMember.objects.create(audience=audience, person=people[one])
    for number in range(1, 25):
        Subscriber.objects.create(
            page=page, address=f"merchant{number}@customers.example", created_at=now, confirmed_at=now
        )
    return Cast(people, services, page)


def _first(name: str) -> str:
    return name.split(maxsplit=1)[0]


def _person(name: str, zone: str, groups: tuple[str, ...], sealed: str, number: int) -> User:
    # Telephone numbers that are kept for stories.
    phone = f"+44 20 7946 0{100 + 7 * number}"
    user = User.objects.create(
        email=f"{_first(name).lower()}@{DOMAIN}", password=sealed, name=name, time_zone=zone, phone=phone
    )
    user.groups.set([Group.objects.get_or_create(name=group)[0] for group in groups])
    return user


def _team(name: str, purpose: str, leader: User, members: list[User]) -> Team:
    chat = f"https://chat.{DOMAIN}/{name.lower()}"
    team = Team.objects.create(name=name, slug=name.lower(), purpose=purpose, leader=leader, chat_url=chat)
    team.members.set(members)
    return team


def _rotation(name: str, team: Team, role: Role, turns: list[User], today: date) -> None:
    made = Rotation.objects.create(
        name=name,
        team=team,
        role=role,
        time_zone="Europe/Berlin",
        starts_on=today - timedelta(days=today.weekday()),
        handover_at=time(9),
    )
    for position, person in enumerate(turns):
        Turn.objects.create(rotation=made, person=person, position=position)


def _page(now: datetime) -> Page:
    page = Page.objects.create(
        name="Denomas",
        slug="denomas",
        url=settings.PUBLIC_URL,
        description="How Denomas is doing, for merchants and developers.",
        time_zone="Europe/Berlin",
        created_at=now,
        updated_at=now,
    )
    position = 0
    for group_name, names in COMPONENTS:
        position += 1
        group = Component.objects.create(
            page=page, name=group_name, is_group=True, position=position, created_at=now, updated_at=now
        )
        for name in names:
            position += 1
            Component.objects.create(
                page=page, name=name, group=group, position=position, created_at=now, updated_at=now
            )
    return page


def _service(said: tuple[str, str, str, str, tuple[str, ...]], teams: dict[str, Team], page: Page) -> Service:
    name, description, team, criticality, components = said
    made = Service.objects.create(
        name=name,
        slug=name.lower().replace(" ", "-"),
        description=description,
        owner=teams[team],
        criticality=criticality,
    )
    made.components.set(Component.objects.filter(page=page, name__in=components, is_group=False))
    return made
