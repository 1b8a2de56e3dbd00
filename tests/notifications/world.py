"""The world of letters: audiences and endpoints made as administrators make them, and a tick of the engine."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.test import Client

from incidents import engagement, levelling, lifecycle, situation, times
from incidents.models import Incident
from incidents.vocabulary import Audience, Phase, Severity
from kit import clock
from notifications import delivery, engine, signing
from notifications.models import AudienceMember, Delivery, Endpoint
from notifications.vocabulary import Lane
from roles.models import User
from statuspage.models import Subscriber
from tests.incidents.stories import declared
from tests.people import grace, linus, person
from tests.statuspage_world import page


def member(name: str, audience: str) -> User:
    """Somebody in an audience."""
    someone = person(name)
    AudienceMember.objects.get_or_create(audience=audience, person=someone)
    return someone


def audiences() -> None:
    """Stella hears as a stakeholder, Elon as an executive, Eve as both."""
    member("Stella", "stakeholders")
    member("Elon", "executives")
    member("Eve", "stakeholders")
    member("Eve", "executives")


def endpoint(url: str, form: str = Endpoint.Form.WEBHOOK, audience: str = "stakeholders", **more: Any) -> Endpoint:
    secret = signing.new_secret() if form == Endpoint.Form.WEBHOOK else ""
    return Endpoint.objects.create(
        name=f"Endpoint {Endpoint.objects.count() + 1}", form=form, audience=audience, url=url, secret=secret,
        created_at=clock.now(), **more,
    )  # fmt: skip


def subscriber(address: str, *, wants_all: bool = False, channel: str = "email") -> Subscriber:
    """Somebody who confirmed that they want the bulletins of the page."""
    now = clock.now()
    return Subscriber.objects.create(
        page=page(), channel=channel, address=address, wants_all=wants_all, created_at=now, confirmed_at=now
    )


def tick() -> engine.Counts:
    """One tick whose letters are sent before it returns."""
    return engine.tick(clock.now(), send=delivery.work, send_pages=lambda: None)


def relay_only() -> engine.Counts:
    """One tick in which nobody sends."""
    return engine.tick(clock.now(), send=lambda: None, send_pages=lambda: None)


def subjects(outbox: Sequence[EmailMessage], to: str = "") -> list[str]:
    """The subjects, in order; of one person's letters if named."""
    return [str(mail.subject) for mail in outbox if not to or mail.to == [f"{to.lower()}@denomas.example"]]


def readers(outbox: Sequence[EmailMessage]) -> list[str]:
    """Whom mail went to, by first name, sorted; somebody with two letters is there twice."""
    return sorted(mail.to[0].split("@")[0] for mail in outbox)


def letters(**about: Any) -> list[Delivery]:
    return list(Delivery.objects.filter(**about).order_by("pk"))


def update(incident: Incident, text: str) -> None:
    situation.post(incident, text, actor=linus(), audiences=[Audience.STAKEHOLDERS])


def quiet_incident(**said: Any) -> Incident:
    """An S3 whose engineer is on it; it tells nobody anything by itself."""
    incident = declared(Severity.S3, **said)
    engagement.acknowledge(incident, actor=linus())
    levelling.confirm(incident, actor=linus())
    tick()
    return incident


def the_letter(**about: Any) -> Delivery:
    return Delivery.objects.exclude(lane=Lane.PAGE).get(**about)


def answered(severity: Severity = Severity.S2, **said: Any) -> Incident:
    """Declared, and everybody who was called is on it."""
    incident = declared(severity, **said)
    for engaged in list(incident.engagements.select_related("person")):
        engagement.acknowledge(incident, actor=engaged.person)
    return incident


def confirmed(severity: Severity = Severity.S2, **said: Any) -> Incident:
    """Answered and confirmed; what that told is out of the way."""
    incident = answered(severity, **said)
    levelling.confirm(incident, actor=grace() if severity in (Severity.S1, Severity.S2) else linus())
    tick()
    return incident


def moved(incident: Incident, *phases: Phase) -> Incident:
    for phase in phases:
        if phase == Phase.REMEDIATION:
            times.end_impact(incident, clock.now(), actor=linus())
        lifecycle.transition(incident, phase, actor=grace(), note="Rolled back.")
    return incident


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()
