"""What the stories about letters stand on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from config.environment import mail as mail_settings
from incidents.models import Incident
from notifications.channels import TRANSPORTS
from notifications.parcels import Parcel, Route, Send
from tests.kit.sink import Sink, http_sink
from tests.notifications.mail_sink import MailSink, mail_sink
from tests.notifications.world import member, quiet_incident, relay_only, update


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """An HTTP server on loopback that we may speak to."""
    settings.EGRESS_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with http_sink() as made:
        yield made


@pytest.fixture
def smtp(settings: Any) -> Iterator[MailSink]:
    with mail_sink() as sink:
        settings.EMAIL_BACKEND = "notifications.mailing.Backend"
        settings.MAIL_URL = f"smtp://127.0.0.1:{sink.port}"
        for name, value in mail_settings(settings.MAIL_URL).items():
            setattr(settings, name, value)
        yield sink


@dataclass
class Wire:
    """A transport that keeps what it is handed and answers from a script; None is success, the last stays."""

    taken: list[Parcel] = field(default_factory=list)
    answers: list[Exception | None] = field(default_factory=lambda: [None])
    # Called while the letter is on its way.
    meanwhile: Callable[[Parcel], None] = lambda _: None

    @contextmanager
    def open(self, route: Route = None) -> Iterator[Send]:
        yield self._send

    def _send(self, parcel: Parcel) -> str:
        self.meanwhile(parcel)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is not None:
            raise answer
        self.taken.append(parcel)
        return "Taken."


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Every channel leads to one scripted transport."""
    made = Wire()
    for channel, transport in TRANSPORTS.items():
        monkeypatch.setitem(TRANSPORTS, channel, transport._replace(open=made.open))
    return made


@pytest.fixture
def told(wire: Wire) -> Callable[..., Incident]:
    """Makes an incident about which stakeholders are told something; these letters wait, all others are gone."""

    def tell(*names: str) -> Incident:
        incident = quiet_incident()
        for name in names or ("Stella",):
            member(name, "stakeholders")
        update(incident, "First")
        relay_only()
        wire.taken.clear()
        return incident

    return tell
