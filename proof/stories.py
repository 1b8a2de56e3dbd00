"""The stories that are killed: what people do, step by step, and what exactly is to arrive at whom, said by hand.

A step may be begun again after a kill, by whoever did not hear that it was done; so each is one that may be said
twice. Times are minutes after the story began.
"""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.mail.utils import DNS_NAME
from django.db import connections

from incidents import access, communications, outgoing
from incidents.communications import Words
from incidents.models import PublicLink
from kit import egress
from kit.rules import RuleBroken
from notifications import delivery
from proof import engine
from proof.cast import Cast, person, the_incident
from proof.planting import LEAVE, Countdown, Planted, Point
from statuspage import subscribing
from statuspage.models import Page, Subscriber
from statuspage.subscribing import Choice
from statuspage.vocabulary import State, Status

TAKEN = Point("a letter was taken", LEAVE, "notifications.transports.mail:SmtpLine._data")
DRAFT = UUID("00000000-0000-4000-8000-000000000001")


@dataclass(frozen=True)
class Step:
    """One thing that happens. `web` steps are somebody's request; the others are the engine's turns."""

    name: str
    do: Callable[[Cast], object]


@dataclass(frozen=True)
class Later:
    """The clock is set to so many minutes after the story began."""

    minutes: float
    name: str = "later"


@dataclass(frozen=True)
class Story:
    """The world it begins in, its steps, and how often which titles reach whom, by the words they hold."""

    name: str
    world: str
    steps: tuple[Step | Later, ...]
    arrives: dict[str, dict[str, int]] = field(default_factory=dict)
    # Processes that the story itself kills.
    kills: tuple[str, ...] = ()


def asked(who: str, path: str, *fine: str, **body: Any) -> Step:
    """A request to the API. `fine` are the codes of refusals that say it was done already."""

    def do(cast: Cast) -> None:
        status, said = cast.ask(who, path, body)
        if status not in (200, 201) and not (status == 409 and said.get("code") in fine):
            raise AssertionError(f"{who} was refused {path}: {status} {said}")

    return Step(f"{who}: {path}", do)


def told(name: str, do: Callable[[], object], *fine: str) -> Step:
    """A command that has a page and no address of the API."""

    def once(cast: Cast) -> None:
        try:
            do()
        except RuleBroken as refused:
            if refused.code not in fine:
                raise

    return Step(name, once)


SETTLE = Step("settle", lambda _: engine.settle())
RELAY = Step("relay alone", lambda _: engine.relay_alone())
ROOM = "incidents/INC-1"


def declared(severity: str) -> Step:
    return asked(
        "linus", "incidents", title="Checkout fails", type="availability", severity=severity, idempotency_key="once"
    )


def answered(*names: str) -> tuple[Step, ...]:
    return tuple(asked(name, f"{ROOM}/acknowledge", "not_paged") for name in names)


def bulletin(state: str, body: str, key: str) -> Step:
    def do(cast: Cast) -> None:
        public = PublicLink.objects.select_related("public_incident").get().public_incident.public_id
        said = {"state": state, "body": body, "public_incident": public, "idempotency_key": key}
        status, answer = cast.ask("grace", f"{ROOM}/bulletins", said)
        if status != 201:
            raise AssertionError(f"The bulletin was refused: {status} {answer}")

    return Step(f"grace: bulletin {key}", do)


def hold() -> None:
    link = PublicLink.objects.select_related("public_incident").get()
    words = Words(
        State.IDENTIFIED, "We know the cause.", {"checkout": Status.DEGRADED_PERFORMANCE},
        public_incident=link.public_incident,
    )  # fmt: skip
    outgoing.send(the_incident(), words, actor=person("grace"), draft=DRAFT)


def ends(name: str) -> Step:
    def do() -> None:
        subscriber = Subscriber.objects.get(address=f"{name}@outside.example")
        token = subscribing.unsubscribe_url(subscriber.pk).rstrip("/").rpartition("/")[2]
        subscribing.end(token)

    return told(f"{name} ends it", do)


def restrict() -> None:
    access.restrict(the_incident(), actor=person("grace"), reason="A customer's data is in it.")


def set_holding() -> None:
    communications.set_holding(PublicLink.objects.get(), "We are still on it.", actor=person("grace"), times=1)


def sign_up() -> None:
    subscribing.ask(Page.objects.get(), "new@outside.example", Choice(wants_all=True))


def sender_dies() -> Step:
    """A process of the story's own sends, and is killed when the second letter has just been taken."""

    def do(cast: Cast) -> None:
        connections.close_all()
        pid = os.fork()
        if pid == 0:
            try:
                name = f"G{os.getpid()}"
                DNS_NAME._fqdn = egress.AGENT = name
                Planted([TAKEN], Countdown(2, signal.SIGKILL))
                delivery.work()
            finally:
                os._exit(0)
        os.waitpid(pid, 0)

    return Step("a sender dies", do)


def updated(text: str, *audiences: str) -> Step:
    return asked("linus", f"{ROOM}/updates", text=text, audiences=list(audiences), idempotency_key=text)
