"""From declaration to the all-clear, through HTTP, minute by minute; the same story a browser lives through
with real processes in tests/processes/test_main_job.py."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from incidents import chasing, engagement
from incidents.cadence import LETTERS_WAIT
from incidents.models import Incident
from insights import keeping
from kit import clock
from statuspage.models import PublicIncident
from tests.browsing import browser, text
from tests.conftest import MORNING
from tests.incidents.stories import go_out
from tests.notifications.world import member, subjects, subscriber, tick
from tests.people import ada, ana, everybody_on_call, grace, linus, stella
from tests.statuspage_world import component, page

pytestmark = pytest.mark.django_db


@contextmanager
def at(minute: float) -> Iterator[None]:
    """It is so many minutes after ten; the engine ticks when the people have acted."""
    with clock.at(MORNING + timedelta(minutes=minute)):
        yield
        while chasing.chase(clock.now()):
            pass
        tick()
        # What was sent by hand waits a few seconds for second thoughts.
        with clock.shifted(LETTERS_WAIT):
            tick()


def do(client: Client, action: str, expect: int = 302, **said: Any) -> Any:
    """Press a button in the room of the story."""
    answer = client.post(f"/incidents/INC-1/{action}/", said)
    assert answer.status_code == expect, text(answer)
    return answer


def room(client: Client) -> str:
    return text(client.get("/incidents/INC-1/"))


def publish(client: Client, state: str, body: str, **said: Any) -> None:
    last = PublicIncident.objects.first()
    first = {"page": page().pk, "name": "Card payments fail", f"status_{component().public_id}": "partial_outage"}
    based_on = {"based_on": last.bulletins.all()[0].public_id} if last else first
    sent = {"state": state, "body": body} | based_on | said
    if client.post("/incidents/INC-1/bulletin/", sent | {"step": "publish"}).status_code == 422:
        # Somebody else looks at it first: the manager, from the room.
        do(client, "bulletin", step="ask", **sent)
        manager = browser(grace())
        assert "Ada intends to publish a bulletin. Is it right?" in room(manager)
        [asked] = re.findall(r'name="shown" value="(\w+)"', manager.get("/incidents/INC-1/approval/").content.decode())
        do(manager, "approval", step="right", shown=asked)
        do(client, "bulletin", step="publish", **sent)
    go_out()


def test_an_incident_from_its_declaration_to_the_all_clear(mailoutbox: list[EmailMessage]) -> None:
    everybody_on_call()
    page()
    member("Stella", "stakeholders")
    member("Elon", "executives")
    subscriber("merchant@customers.example")
    reader, engineer, manager, speaker = (browser(one) for one in (stella(), linus(), grace(), ada()))

    with at(0):
        # Stella, who only reads, sees something broken and says so; the engineer, the manager and
        # communications are asked in at once, and nobody else is told yet.
        said = {"title": "Checkout fails for a fifth", "type": "availability", "severity": "S2", "idempotency_key": "1"}
        assert reader.post("/incidents/declare/", said)["Location"] == "/incidents/INC-1/"
        shown = room(reader)
        for role in ("Linus", "Grace", "Ada"):
            assert f"{role} asked" in shown
    assert len(subjects(mailoutbox, "linus")) == len(subjects(mailoutbox, "grace")) == 1
    assert subjects(mailoutbox, "stella") == []

    with at(2):
        for client in (engineer, manager, speaker):
            do(client, "acknowledge")
        assert "Confirm that it is an S2" in room(manager)
        do(manager, "confirm")
    assert len(subjects(mailoutbox, "stella")) == 1
    assert len(subjects(mailoutbox, "elon")) == 1

    with at(4):
        # It is worse than it looked: raised once, and the executive liaison is asked once.
        do(manager, "severity", severity="S1", reason="all regions now")
        do(manager, "severity", expect=422, severity="S1", reason="all regions now")
    assert len(subjects(mailoutbox, "ana")) == 1
    assert Incident.objects.visible_to(grace()).get().initial_severity == "S2"

    with at(6):
        do(browser(ana()), "acknowledge")
        publish_refused = speaker.post("/incidents/INC-1/bulletin/", {"step": "publish", "state": "investigating"})
        assert publish_refused.status_code == 422
        do(manager, "posture", posture="post")
        assert "You are communications manager. Public update due." in room(speaker)
        promised = (MORNING + timedelta(minutes=26)).strftime("%Y-%m-%dT%H:%M:%S")
        publish(speaker, "investigating", "We are looking into failing card payments.", next_update_at=promised)
    public = PublicIncident.objects.get()
    assert public.next_update_at == MORNING + timedelta(minutes=26)
    assert [mail for mail in mailoutbox if mail.to == ["merchant@customers.example"]]

    with at(30):
        # The promised time passed: the ladder speaks to the manager, once.
        do(engineer, "update", text="Rolled back 4.2 in eu-1.", audiences=["responders"])
    late = [subject for subject in subjects(mailoutbox, "grace") if "late" in subject.lower()]
    assert len(late) == 1
    assert "Public update" in room(speaker)

    with at(31):
        publish(speaker, "identified", "A release broke payments. We are rolling it back.")
        do(manager, "phase", to="mitigation", note="")
    with at(40):
        do(manager, "monitor", minutes="30")
        publish(speaker, "monitoring", "Payments work again since 10:38. We watch for 30 minutes.")
        assert "watching" in room(reader)

    with at(70):
        refused = do(manager, "phase", expect=422, to="remediation", note="")
        assert "Say when the impact ended" in text(refused)
        do(manager, "impact", started_at="2026-11-23T09:53:00", ended_at="2026-11-23T10:38:00")
        do(manager, "phase", to="remediation", note="")
    with at(75):
        refused = do(manager, "phase", expect=422, to="post_incident", note="")
        assert "The public incident is still open" in text(refused)
        publish(speaker, "resolved", "This is fixed. Payments failed between 09:53 and 10:38 UTC.")
        assert component().status == "operational"
        assert "Only its lead, Grace" in text(do(engineer, "phase", expect=422, to="post_incident", note=""))
        do(manager, "phase", to="post_incident", note="")
    assert "resolved" in subjects(mailoutbox, "stella")[-1].lower()

    with at(24 * 60):
        assert "closes with a review" in text(do(manager, "phase", expect=422, to="closed", note=""))
        do(manager, "review", text="The limit of connections was too low. We alert on it now.")
        do(manager, "phase", to="closed", note="")
        keeping.catch_up(clock.now())
        shown = text(manager.get("/insights/?period=all"))
        assert "1 incident" in shown
    incident = Incident.objects.visible_to(grace()).get()
    assert incident.phase == "closed"
    assert incident.mitigated_at == MORNING + timedelta(minutes=38)
    assert not incident.obligations.filter(satisfied_at=None, cancelled_at=None).exists()


def test_an_acknowledgement_that_does_not_come_calls_the_manager_and_then_the_liaison() -> None:
    everybody_on_call()
    with at(0):
        said = {"title": "Search is empty", "type": "availability", "severity": "S2", "idempotency_key": "1"}
        browser(stella()).post("/incidents/declare/", said)
    with at(31):
        pass
    assert Incident.objects.visible_to(stella()).get().engagements.filter(person=ana()).exists()
    assert engagement.State.PAGED in Incident.objects.visible_to(stella()).get().engagements.values_list(
        "state", flat=True
    )
