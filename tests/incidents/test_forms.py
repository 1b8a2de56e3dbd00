"""The forms between: what stands in them before one types, and what their answers mean."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from incidents import communications, engagement, levelling, lifecycle, situation, times
from incidents.models import Incident, Service
from incidents.vocabulary import Kind, Phase, Posture, Severity
from kit import clock
from roles.models import User
from statuspage.vocabulary import State
from tests.browsing import browser, text
from tests.conftest import MORNING
from tests.incidents.stories import ada_alone, answered, declared, told_public
from tests.notifications.world import member, subscriber
from tests.people import ada, everybody_on_call, grace, linus
from tests.statuspage_world import component, page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()


def form(user: User, name: str, incident: Incident, query: str = "") -> Any:
    answer = browser(user).get(f"{reverse(name, args=[incident.reference])}{query}")
    assert answer.status_code == 200
    return answer


def drawn(user: User, name: str, incident: Incident, query: str = "") -> str:
    return str(form(user, name, incident, query).content.decode())


def chosen(html: str, name: str) -> list[str]:
    """The values of the radio buttons that are checked."""
    return re.findall(rf'name="{name}"[^>]*value="(\w+)"[^>]* checked', html)


def test_raising_says_who_is_told_how_often_and_what_becomes_of_the_public_clock() -> None:
    for name in ("Stella", "Steve"):
        member(name, "stakeholders")
    member("Elon", "executives")
    incident = answered(Severity.S3)
    shown = text(form(linus(), "severity", incident))
    raising = shown.split("Raising to S1")[1].split("S2 High")[0]
    assert "asks Grace (incident manager), Ada (communications manager), Ana (executive liaison)" in raising
    assert "tells 1 executive and 2 stakeholders at once" in raising
    assert "then tells stakeholders every 30 min and executives every 30 min" in raising
    assert "decide within 15 min whether the public is told; then for a first public update within 5 min" in raising
    assert "requires a review at the end" in raising


def test_lowering_says_that_those_who_were_told_hear_of_it() -> None:
    incident = levelling.confirm(answered(Severity.S2), actor=grace())
    shown = text(form(grace(), "severity", incident))
    assert "tells those who were told S2 that it was corrected" in shown.split("Correcting to S3")[1]


def test_a_running_public_clock_is_shown_with_what_it_becomes(morning: Any) -> None:
    incident = answered(Severity.S2)
    told_public(incident)
    shown = text(form(grace(), "severity", incident))
    assert "instead of 10:15 UTC" in shown.split("Raising to S1")[1].split("S2 High")[0]


def test_an_answer_of_the_other_direction_is_not_taken() -> None:
    incident = answered(Severity.S2)
    said = {"severity": "S1", "because": "shrinking", "reason": "All regions"}
    refused = browser(grace()).post(reverse("severity", args=[incident.reference]), said)
    assert refused.status_code == 422
    assert "Choose one of: The impact grew, We under-estimated it from the start." in text(refused)


def test_the_way_on_is_chosen_unless_something_bars_it() -> None:
    incident = answered()
    assert chosen(drawn(grace(), "phase", incident), "to") == ["mitigation"]
    lifecycle.transition(incident, Phase.MITIGATION, actor=grace())
    barred = drawn(grace(), "phase", incident)
    assert chosen(barred, "to") == []
    assert f'href="{reverse("impact", args=[incident.reference])}">Say when it ended' in barred
    assert "needed to go back, or to leave a phase out" in barred


def test_the_decision_offered_is_the_one_that_was_meant_or_the_other_one() -> None:
    incident = answered()
    assert chosen(drawn(grace(), "posture", incident), "posture") == []
    assert chosen(drawn(grace(), "posture", incident, "?to=not_required"), "posture") == ["not_required"]
    communications.decide_posture(incident, Posture.NOT_REQUIRED, actor=grace(), reason="Inside only.")
    assert chosen(drawn(grace(), "posture", incident), "posture") == ["post"]


def test_the_known_start_of_the_impact_stands_in_the_form_and_is_left_alone(morning: Any) -> None:
    incident = answered()
    times.start_impact(incident, MORNING - timedelta(minutes=7, seconds=13), actor=linus())
    shown = drawn(linus(), "impact", incident)
    assert 'value="2026-11-23T09:52"' in shown
    url, kept = reverse("impact", args=[incident.reference]), {"started_at": "2026-11-23T09:52", "ended_at": ""}
    before = incident.events.count()
    assert browser(linus()).post(url, kept | {"over_now": "1"}).status_code == 302
    window = incident.windows.get()
    assert (window.started_at.second, window.ended_at is not None) == (47, True)
    assert incident.events.count() == before + 1


def test_an_end_can_be_recorded_with_the_minute(morning: Any) -> None:
    incident = answered()
    said = {"started_at": "2026-11-23T09:30", "ended_at": "2026-11-23T09:50"}
    browser(linus()).post(reverse("impact", args=[incident.reference]), said)
    assert incident.windows.get().ended_at == MORNING - timedelta(minutes=10)
    assert "It is over now" not in drawn(linus(), "impact", incident)


def test_where_there_is_nothing_to_merge_into_the_page_says_so() -> None:
    incident = answered()
    assert "There is no other open incident" in text(form(grace(), "merge", incident))
    declared(title="Payments fail in Asia")
    assert "Payments fail in Asia" in text(form(grace(), "merge", incident))


def test_the_promise_follows_the_cadence_of_the_state(morning: Any) -> None:
    incident = answered()
    told_public(incident)
    shown = drawn(ada(), "bulletin", incident)
    assert 'name="next_update_at" value="2026-11-23T10:15"' in shown
    assert re.search(r'value="identified" data-promise="2026-11-23T10:30"', shown)


def test_a_wording_begins_with_what_the_incident_knows(morning: Any) -> None:
    incident = answered()
    times.start_impact(incident, MORNING - timedelta(minutes=18), actor=linus())
    situation.edit(incident, {"affected": "One in five card payments fails."}, was={}, actor=grace())
    shown = text(form(ada(), "bulletin", incident))
    assert "“One in five card payments fails. This began at 09:42 UTC. {What works} is not affected." in shown


def test_the_affected_components_come_first_and_the_others_are_folded() -> None:
    for number in range(8):
        component("Search").__class__.objects.create(
            page=page(), name=f"Region {number}", created_at=clock.now(), updated_at=clock.now()
        )
    incident = answered()
    told_public(incident)
    shown = text(form(ada(), "bulletin", incident))
    assert shown.index("stays: partial outage") < shown.index("10 others")


def test_the_preview_refuses_what_publishing_refuses_and_shows_what_readers_see() -> None:
    subscriber("merchant@customers.example")
    incident = communications.decide_posture(ada_alone(), Posture.POST, actor=grace())
    url = reverse("bulletin", args=[incident.reference])
    sent: dict[str, Any] = {"step": "preview", "page": page().pk, "name": "Payments fail", "state": "investigating"}
    assert "placeholder in braces" in text(browser(ada()).post(url, sent | {"body": "Since {start}."}))
    assert "Tick at least one component" in text(browser(ada()).post(url, sent | {"body": "Since nine."}))
    sent |= {f"status_{component().public_id}": "partial_outage", "next_update_at": "2030-01-01T10:00"}
    assert "within 60 minutes" in text(browser(ada()).post(url, sent | {"body": "Since nine."}))
    sent["next_update_at"] = (clock.now() + timedelta(minutes=20)).strftime("%Y-%m-%dT%H:%M")
    shown = text(browser(ada()).post(url, sent | {"body": "Since *nine*."}))
    seen = shown.split("As readers will see it")[1].split("State")[0]
    assert "It also goes to 1 subscriber." in seen
    assert "Checkout: partial outage" in seen
    assert "Next update by" in seen
    assert "Publish to the page and 1 subscriber" in shown


def test_what_is_over_names_no_component_and_promises_nothing() -> None:
    incident = ada_alone()
    based_on = told_public(incident).public_id
    said = {
        "step": "publish",
        "based_on": based_on,
        "state": "resolved",
        "body": "This is fixed.",
        "next_update_at": "2030-01-01T10:00",
    }
    said |= {f"status_{component('Search').public_id}": "major_outage"}
    answer = browser(ada()).post(reverse("bulletin", args=[incident.reference]), said)
    assert answer.status_code == 302
    kept = incident.drafts.get()
    assert (kept.state, kept.statuses, kept.next_update_at) == (State.RESOLVED, {}, None)


def test_the_last_bulletin_is_begun_where_it_stands_in_the_way() -> None:
    incident = answered()
    told_public(incident)
    times.end_impact(incident, clock.now(), actor=linus())
    for phase in (Phase.MITIGATION, Phase.REMEDIATION):
        lifecycle.transition(incident, phase, actor=grace())
    room = browser(grace()).get(incident.get_absolute_url()).content.decode()
    assert f"{reverse('bulletin', args=[incident.reference])}?state=resolved" in room
    assert chosen(drawn(ada(), "bulletin", incident, "?state=resolved"), "state") == ["resolved"]


def test_a_service_that_is_ticked_offers_what_is_open_on_it() -> None:
    """AC-GEN1-3."""
    checkout = Service.objects.create(name="Checkout", slug="checkout")
    declared(title="Nothing alike", services=(checkout,))
    declared(title="Quite another")
    form = browser(linus()).get(reverse("declare")).content.decode()
    assert re.search(rf'<fieldset[^>]*hx-get="{reverse("similar")}"[^>]*>\s*<legend>Affected services', form)
    found = text(browser(linus()).get(reverse("similar"), {"services": [str(checkout.pk)]}))
    assert "Nothing alike" in found
    assert "Quite another" not in found


def test_lines_ended_as_browsers_end_them_are_no_change() -> None:
    incident = answered()
    situation.edit(incident, {"what": "One line.\nAnother."}, was={"what": incident.what}, actor=grace())
    sent = {"title": incident.title, "what": "One line.\r\nAnother.", "affected": "Europe", "doing": ""}
    seen = {"was_what": "One line.\r\nAnother.", "was_title": incident.title, "was_affected": "", "was_doing": ""}
    situation.edit(incident, {"what": "Somebody else's."}, was={"what": "One line.\nAnother."}, actor=linus())
    assert browser(grace()).post(reverse("situation", args=[incident.reference]), sent | seen).status_code == 302
    incident.refresh_from_db()
    assert (incident.what, incident.affected) == ("Somebody else's.", "Europe")


def test_the_review_begins_with_headings_and_what_happened_beside_it() -> None:
    incident = declared(Severity.S4)
    engagement.acknowledge(incident, actor=linus())
    browser(linus()).post(reverse("fixed", args=[incident.reference]))
    shown = text(form(linus(), "review", incident))
    assert "### Summary" in shown
    assert shown.index("Declared: availability") < shown.index("Post-incident → Closed")
    assert "Until somebody acknowledged" in shown
    url = reverse("review", args=[incident.reference])
    preview = browser(linus()).post(url, {"step": "preview", "text": "### Summary\n\nA full disk."})
    assert "<h3>Summary</h3>" in preview.content.decode()
    assert not incident.events.filter(kind=Kind.REVIEW).exists()
