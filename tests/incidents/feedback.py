"""Bulletins that somebody else looks at first, asked and answered through HTTP as people do."""

import re
from typing import Any
from uuid import uuid4

from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from incidents import communications, levelling
from incidents.models import Incident
from incidents.vocabulary import Posture, Severity
from tests.browsing import browser, text
from tests.incidents.stories import answered
from tests.notifications.world import tick
from tests.people import ada, grace
from tests.statuspage_world import component, page


def to_be_told(severity: Severity = Severity.S2) -> Incident:
    """Everybody is on it, the severity is confirmed, and the public is to be told."""
    incident = levelling.confirm(answered(severity), actor=grace())
    return communications.decide_posture(incident, Posture.POST, actor=grace())


def sheet(body: str = "We look into failing payments.", **said: Any) -> dict[str, Any]:
    first = {"page": page().pk, "name": "Payments fail", "state": "investigating", "body": body, "based_on": ""}
    return first | {f"status_{component().public_id}": "partial_outage", "draft": str(uuid4())} | said


def write(incident: Incident, said: dict[str, Any], expect: int = 302) -> str:
    answer = browser(ada()).post(reverse("bulletin", args=[incident.reference]), said)
    assert answer.status_code == expect, text(answer)
    return text(answer)


def ask(incident: Incident, **said: Any) -> dict[str, Any]:
    sent = sheet(**said)
    write(incident, sent | {"step": "ask"})
    return sent


def room(incident: Incident, client: Client) -> str:
    return text(client.get(incident.get_absolute_url()))


def approval_page(incident: Incident) -> str:
    return reverse("approval", args=[incident.reference])


def shown(client: Client, url: str) -> str:
    """The words' digest, as the page sends it back."""
    found = re.search(r'name="shown" value="([0-9a-f]{64})"', client.get(url).content.decode())
    assert found, "nothing to answer"
    return found[1]


def say(client: Client, url: str, step: str = "right", expect: int = 302, **said: str) -> Any:
    answer = client.post(url, {"step": step, "shown": said.pop("shown", "") or shown(client, url)} | said)
    assert answer.status_code == expect, text(answer)
    return answer


def the_link(mail: EmailMessage) -> str:
    found = re.search(r"https?://[^/\s]+(/approve/\S+/)", str(mail.body))
    assert found, mail.body
    return found[1]


def asking(mailoutbox: list[EmailMessage], name: str = "grace") -> list[EmailMessage]:
    tick()
    to = [f"{name}@denomas.example"]
    return [mail for mail in mailoutbox if mail.to == to and str(mail.subject).startswith("Is this right?")]
