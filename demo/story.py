"""Telling the demo: an organisation, its past, and one open S2 that waits for its next bulletin."""

from datetime import timedelta

from django.conf import settings

from demo import cast, history, seeding, speaking
from demo.cast import Cast
from incidents import communications, engagement, levelling, lifecycle, situation
from incidents.lifecycle import Declaration
from incidents.models import Incident, Untold
from incidents.statements import Words
from incidents.vocabulary import Audience, Posture, Severity, Type
from kit import clock
from kit.keyfile import kept_secret
from roles.models import Organisation, User
from statuspage import models as public
from statuspage import snapshot
from statuspage.models import Component
from statuspage.vocabulary import State, Status

SIGN_IN = f"ada@{cast.DOMAIN}"


def password() -> str:
    return kept_secret(settings.VAR / "demo_password", 9)


def was_told() -> bool:
    """Whether the people of the story live here."""
    return User.objects.filter(email=SIGN_IN).exists()


def was_interrupted() -> bool:
    """Whether it was begun here and never came to its end, which is to call the organisation set up."""
    return was_told() and not Organisation.objects.filter(set_up_at__isnull=False).exists()


def tell() -> None:
    """Fill an empty database. What lies in the past is told to nobody; the open incident is."""
    now = clock.now()
    # The page is drawn at the end, from the database that is whole by then.
    with snapshot.postponed(), seeding.all_or_nothing():
        people = cast.gather(now - timedelta(weeks=history.WEEKS + 1), password())
        history.live_through(people, now)
        Untold.objects.all().delete()
        public.Untold.objects.all().delete()
        _open_incident(people)
        Organisation.objects.update(set_up_at=now)


def _open_incident(people: Cast) -> None:
    """An S2, declared 24 minutes ago; its next bulletin is due in five."""
    with clock.shifted(timedelta(minutes=-24)):
        incident = lifecycle.declare(
            Declaration(
                title="Checkout fails for a fifth of customers",
                type=Type.AVAILABILITY,
                severity=Severity.S2,
                rationale="A core function is degraded or blocked for some or many.",
                rule="R6",
                services=(people.services["Checkout"],),
                impact_started_at=clock.now() - timedelta(minutes=7),
            ),
            actor=people["Ravi"],
        )
    asked = {one.role: one.person for one in incident.engagements.select_related("person")}
    manager = asked["incident_manager"]
    with clock.shifted(timedelta(minutes=-22)):
        engagement.acknowledge(incident, actor=asked["engineer"])
        engagement.acknowledge(incident, actor=manager)
    with clock.shifted(timedelta(minutes=-20)):
        levelling.confirm(incident, actor=manager)
        engagement.acknowledge(incident, actor=people["Ada"])
        communications.decide_posture(incident, Posture.POST, actor=manager)
    with clock.shifted(timedelta(minutes=-10)):
        _first_bulletin(incident, people)
    with clock.shifted(timedelta(minutes=-6)):
        new = {
            "affected": "About one in five merchants in Europe see “payment failed”; retrying helps half of the time.",
            "doing": "Rolling back release 4.2 of the payment gateway in eu-1, then eu-2.",
        }
        situation.edit(incident, new, was={}, actor=manager)
    with clock.shifted(timedelta(minutes=-3)):
        text = "Rolled back 4.2 in eu-1. The share of failed payments falls; eu-2 is next."
        situation.post(incident, text, actor=asked["engineer"], audiences=[Audience.RESPONDERS])


def _first_bulletin(incident: Incident, people: Cast) -> None:
    component = Component.objects.get(page=people.page, name="Checkout")
    words = Words(
        state=State.INVESTIGATING,
        body="Some card payments fail in Europe. Trying again often helps. We are looking into it.",
        name="Some card payments fail",
        page=people.page,
        statuses={component.public_id: Status.PARTIAL_OUTAGE},
        next_update_at=clock.now() + timedelta(minutes=15),
    )
    speaking.publish(incident, words, author=people["Ada"])
