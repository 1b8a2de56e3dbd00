"""The small world of a trial: the people, machines and readers, and the incident that some stories begin with."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.models import Group
from django.test import Client

from incidents import engagement, levelling, lifecycle
from incidents.lifecycle import Declaration
from incidents.models import Incident
from incidents.vocabulary import Phase, Severity, Type
from kit import clock
from notifications import signing
from notifications.models import AudienceMember, Contact, Endpoint
from roles import keys
from roles.catalogue import Role
from roles.models import Organisation, Rotation, Team, Turn, User
from statuspage.models import Component, Page, Subscriber

# A Monday within working hours; trials begin ten minutes later.
BEGIN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
GROUPS = {
    "linus": "Reliability", "grace": "Development", "ada": "Support", "ana": "Development", "stella": "Stakeholders",
    "sour-stan": "Stakeholders", "elon": "Stakeholders",
}  # fmt: skip
ON_CALL = {
    Role.ENGINEER: "linus", Role.INCIDENT_MANAGER: "grace", Role.COMMUNICATIONS: "ada", Role.EXECUTIVE_LIAISON: "ana",
}  # fmt: skip
AUDIENCES = (("stakeholders", "stella"), ("stakeholders", "sour-stan"), ("executives", "elon"))
READERS = ("reader-1", "reader-2", "reader-3", "sour-reader", "reader-5")
API = "/api/v1/"


@dataclass
class Cast:
    """What the steps of a story need to know of the world: where the hooks lie, and whose keys open the API."""

    hook_port: int
    keys: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=Client)

    def hook(self, path: str) -> str:
        return f"http://127.0.0.1:{self.hook_port}/{path}"

    def ask(self, who: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """POST to the API as one of the people. Gives the status, and what was said."""
        bearer = {"Authorization": f"Bearer {self.keys[who]}"}
        answer = self.client.post(API + path, json.dumps(body), content_type="application/json", headers=bearer)
        return answer.status_code, json.loads(answer.content)


def person(name: str) -> User:
    return User.objects.get(email=f"{name}@denomas.example")


def the_incident() -> Incident:
    """The engine's way to it: the proof sees all."""
    return Incident.unrestricted.get()


def quiet(cast: Cast) -> None:
    """Everybody is there, and nothing has happened."""
    now = clock.now()
    Organisation.objects.create(pk=1, name="Denomas", time_zone="UTC", workdays=[1, 2, 3, 4, 5])
    people = {name: _person(name, group) for name, group in GROUPS.items()}
    for name in ("linus", "grace", "ada"):
        _, cast.keys[name] = keys.create("proof", read_only=False, expires_at=None, actor=people[name])
    team = Team.objects.create(slug="platform", name="Platform", leader=people["linus"])
    for role, name in ON_CALL.items():
        rotation = Rotation.objects.create(
            name=role.label, team=team, role=role, time_zone="UTC", starts_on=date(2026, 1, 5), shift_days=7
        )
        Turn.objects.create(rotation=rotation, person=people[name], position=0)
    for audience, name in AUDIENCES:
        AudienceMember.objects.create(audience=audience, person=people[name])
    _machines(cast, people["grace"], now)
    _page(cast, now)


def _person(name: str, group: str) -> User:
    made = User.objects.create_user(f"{name}@denomas.example", None, name=name.title(), time_zone="UTC")
    made.groups.add(Group.objects.get_or_create(name=group)[0])
    return made


def _machines(cast: Cast, called: User, now: datetime) -> None:
    """Two endpoints, one of them sour; and somebody who is called by webhook three minutes after the mail."""
    for path in ("hook", "sour-hook"):
        Endpoint.objects.create(
            name=path, form=Endpoint.Form.WEBHOOK, audience="stakeholders", url=cast.hook(path),
            secret=signing.new_secret(), created_at=now,
        )  # fmt: skip
    Contact.objects.create(person=called, way=Contact.Way.MAIL, address="grace@private.example", created_at=now)
    Contact.objects.create(
        person=called, way=Contact.Way.WEBHOOK, address=cast.hook("grace"), secret=signing.new_secret(), delay=3,
        created_at=now,
    )  # fmt: skip


def _page(cast: Cast, now: datetime) -> None:
    page = Page.objects.create(
        name="Denomas SaaS", slug="denomas", url="http://status.denomas.example", created_at=now, updated_at=now
    )
    for position, name in enumerate(("Checkout", "API"), start=1):
        Component.objects.create(
            page=page, name=name, public_id=name.lower(), position=position, created_at=now, updated_at=now
        )
    mail, hook = Subscriber.Channel.EMAIL, Subscriber.Channel.WEBHOOK
    addresses = [(mail, f"{name}@outside.example") for name in READERS] + [(hook, cast.hook("reader-hook"))]
    for channel, address in addresses:
        Subscriber.objects.create(
            page=page, channel=channel, address=address, wants_all=True, created_at=now, confirmed_at=now
        )


def inside(cast: Cast) -> None:
    """An S2 that everybody has answered, confirmed, and being mitigated; the public need not be told."""
    room = f"incidents/{_answered()}"
    _said(cast.ask("grace", f"{room}/posture", {"posture": "not_required", "reason": "Nobody outside feels it."}))


def outside(cast: Cast) -> None:
    """The same, and the public was told once."""
    room = f"incidents/{_answered()}"
    _said(cast.ask("grace", f"{room}/posture", {"posture": "post"}))
    first = {"state": "investigating", "body": "We look into it.", "name": "Payments fail", "page": "denomas"}
    statuses = {"checkout": "partial_outage"}
    _said(cast.ask("grace", f"{room}/bulletins", first | {"statuses": statuses}))


def _answered() -> str:
    """Its reference."""
    said = Declaration(title="Checkout fails", type=Type.AVAILABILITY, severity=Severity.S2)
    incident = lifecycle.declare(said, actor=person("linus"))
    for name in ("linus", "grace", "ada"):
        engagement.acknowledge(incident, actor=person(name))
    levelling.confirm(incident, actor=person("grace"))
    lifecycle.transition(incident, Phase.MITIGATION, actor=person("grace"), note="We roll back.")
    return incident.reference


def _said(answer: tuple[int, Any]) -> None:
    status, said = answer
    if status not in (200, 201):
        raise AssertionError(f"The world of the proof was refused: {status} {said}")


WORLDS = {"quiet": None, "inside": inside, "outside": outside}
