"""What a person may not do is not drawn, and its address answers 403 (AC-ACT-1)."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from incidents import engagement, exits, levelling, lifecycle, times
from incidents.models import Incident
from incidents.vocabulary import Phase, Severity
from kit import clock
from roles.models import User
from tests.browsing import browser, text
from tests.incidents.stories import answered, declared, told_public
from tests.people import ada, admin, everybody_on_call, grace, linus, person, stella

pytestmark = pytest.mark.django_db

STEPS = (
    *("severity", "phase", "monitor", "recur", "decline", "take_back", "merge", "impact", "times", "details"),
    *(
        "situation",
        "posture",
        "bulletin",
        "members",
        "restrict",
        "open_up",
        "offer",
        "ask",
        "seats",
        "review",
        "add_action",
    ),
)
CLICKS = ("update", "join", "take", "release", "confirm", "fixed", "snooze", "revoke", "tick")


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()


def quentin() -> User:
    """Of Quality: responds and does not speak publicly."""
    return person("Quentin", "Quality")


def mitigating() -> Incident:
    incident = levelling.confirm(answered(), actor=grace())
    told_public(incident)
    return lifecycle.transition(incident, Phase.MITIGATION, actor=grace())


def resolved() -> Incident:
    incident = declared(Severity.S3)
    engagement.acknowledge(incident, actor=linus())
    times.end_impact(incident, clock.now(), actor=linus())
    for phase in (Phase.MITIGATION, Phase.REMEDIATION):
        lifecycle.transition(incident, phase, actor=linus())
    browser(linus()).post(f"/incidents/{incident.reference}/posture/", {"posture": "not_required", "reason": "Inside."})
    return lifecycle.transition(incident, Phase.POST_INCIDENT, actor=linus())


def closed() -> Incident:
    return exits.fix_and_close(declared(Severity.S4), actor=admin())


STORIES = (declared, answered, mitigating, resolved, closed)


@pytest.mark.parametrize("name", STEPS)
def test_a_stakeholder_is_refused_at_every_step_page(name: str) -> None:
    incident = declared()
    client = browser(stella())
    address = reverse(name, args=[incident.reference])
    assert client.get(address).status_code == 403
    assert client.post(address).status_code in (403, 405)


def test_the_holding_text_is_refused_to_who_does_not_speak_publicly() -> None:
    told_public(incident := answered())
    link = incident.public_links.get()
    address = reverse("holding", args=[incident.reference, link.public_incident.public_id])
    assert browser(quentin()).get(address).status_code == 403
    assert browser(ada()).get(address).status_code == 200


@pytest.mark.parametrize("name", CLICKS)
def test_a_stakeholder_is_refused_at_every_click(name: str) -> None:
    incident = declared(Severity.S4)
    owed = str(incident.obligations.all()[0].pk)
    said = {"role": "scribe", "person": str(linus().pk), "text": "x", "duty": owed, "item": "owner"}
    assert browser(stella()).post(reverse(name, args=[incident.reference]), said).status_code == 403


@pytest.mark.parametrize("story", STORIES)
def test_a_room_draws_a_stakeholder_no_form_and_no_step(story: Callable[[], Incident]) -> None:
    room = inside(browser(stella()), story())
    assert "<form" not in room
    # The report is for everybody to read.
    assert {step for step in steps(room) if not step.endswith("/report/")} == set()


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("who", [quentin, ada, linus, admin])
def test_what_a_room_draws_is_not_refused(story: Callable[[], Incident], who: Callable[[], User]) -> None:
    client, incident = browser(who()), story()
    answers = {step: client.get(step).status_code for step in steps(inside(client, incident))}
    assert {step: status for step, status in answers.items() if status not in (200, 405)} == {}
    assert answers


def test_who_responds_and_does_not_speak_may_draft_but_finds_no_button_to_publish() -> None:
    incident = mitigating()
    assert "Draft a bulletin" in inside(browser(quentin()), incident)
    page = text(browser(quentin()).get(reverse("bulletin", args=[incident.reference])))
    assert "Keep as draft" in page
    assert "Publish to" not in page


def test_a_refusal_names_the_groups_that_may() -> None:
    refused = text(browser(stella()).get(reverse("severity", args=[declared().reference])))
    assert "It is for people in Reliability, Security, Development, Quality, Support or Administrators" in refused


def test_a_click_by_htmx_that_is_forbidden_answers_403_with_the_sentence() -> None:
    incident = declared()
    refused = browser(stella()).post(reverse("confirm", args=[incident.reference]), headers={"HX-Request": "true"})
    assert refused.status_code == 403
    assert "It is for people in" in text(refused)


@pytest.mark.slow
@pytest.mark.parametrize("who", [stella, quentin])
def test_no_link_anywhere_leads_to_a_refusal(who: Callable[[], User]) -> None:
    mitigating()
    client, seen, todo, refused = browser(who()), {"/"}, ["/"], []
    while todo:
        answer = client.get(address := todo.pop())
        refused += [address] if answer.status_code == 403 else []
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            found = set(re.findall(r'href="(/[^"#?]*)', answer.content.decode())) - seen
            fresh = {one for one in found if not one.startswith(("/static/", "/api/"))}
            seen |= fresh
            todo += fresh
    assert refused == []
    assert len(seen) > 30


def inside(client: Client, incident: Incident) -> str:
    """The room as it is drawn, without the house's frame."""
    page = client.get(incident.get_absolute_url()).content.decode()
    return page[page.index('<div class="room"') : page.index('<div class="tabs"')]


def steps(room: str) -> set[str]:
    """Every address of this incident that the room links to or posts to; its report is for whoever reads it."""
    found = set(re.findall(r'(?:href|action)="(/incidents/[\w-]+/[\w/-]+/)[^"]*"', room))
    return {address for address in found if not address.endswith("/report/")}
