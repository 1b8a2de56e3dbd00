"""The pages between: situation, bulletins, severity and phase, with what each refuses."""

from datetime import timedelta

import pytest
from django.urls import reverse

from incidents import communications, engagement, lifecycle
from incidents.models import Incident
from incidents.vocabulary import Phase, Posture, Severity
from kit import clock
from tests.browsing import browser, text
from tests.incidents.stories import declared, go_out, told_public
from tests.people import ada, everybody_on_call, grace, linus
from tests.statuspage_world import component, page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()


def test_a_stale_save_is_refused_field_by_field_with_both_values() -> None:
    incident = declared()
    url = reverse("situation", args=[incident.reference])
    seen = {"was_what": incident.what, "was_affected": "", "was_doing": "", "was_title": incident.title}
    mine = {"title": incident.title, "what": "Grace's words", "affected": "", "doing": ""}
    theirs = {"title": incident.title, "what": "Linus's words", "affected": "Europe", "doing": ""}
    assert browser(grace()).post(url, mine | seen).status_code == 302
    refused = browser(linus()).post(url, theirs | seen)
    assert refused.status_code == 422
    shown = text(refused)
    assert "Grace's words" in shown
    assert "Linus's words" in shown
    assert Incident.unrestricted.get().affected == ""


def test_two_people_who_edit_different_fields_both_keep_theirs() -> None:
    incident = declared()
    url = reverse("situation", args=[incident.reference])
    seen = {"was_what": incident.what, "was_affected": "", "was_doing": "", "was_title": incident.title}
    base = {"title": incident.title, "what": incident.what, "affected": "", "doing": ""}
    browser(grace()).post(url, base | {"doing": "Rolling back"} | seen)
    assert browser(linus()).post(url, base | {"affected": "Europe"} | seen).status_code == 302
    found = Incident.unrestricted.get()
    assert (found.affected, found.doing) == ("Europe", "Rolling back")


def test_the_page_of_severities_says_what_raising_would_do() -> None:
    incident = engagement.acknowledge(declared(Severity.S2), actor=grace())
    told_public(incident)
    shown = text(browser(grace()).get(reverse("severity", args=[incident.reference])))
    assert "Raising to S1 asks Ana (executive liaison)" in shown
    assert "makes the next public update due" in shown


def test_a_bulletin_is_refused_until_it_is_decided_that_the_public_is_told() -> None:
    """SUP1-3."""
    incident = declared(Severity.S2)
    url = reverse("bulletin", args=[incident.reference])
    sent = {"step": "publish", "page": page().pk, "name": "Payments fail", "state": "investigating", "body": "We look."}
    sent[f"status_{component().public_id}"] = "partial_outage"
    refused = browser(ada()).post(url, sent)
    assert refused.status_code == 422
    assert "must decide first" in text(refused)
    communications.decide_posture(incident, Posture.POST, actor=grace())
    assert browser(ada()).post(url, sent).status_code == 302
    go_out()
    component_now = component()
    assert component_now.status == "partial_outage"


def test_a_placeholder_is_not_published_and_a_preview_publishes_nothing() -> None:
    incident = declared(Severity.S2)
    communications.decide_posture(incident, Posture.POST, actor=grace())
    url = reverse("bulletin", args=[incident.reference])
    sent = {"page": page().pk, "name": "Payments fail", "state": "investigating", "body": "Since {time}."}
    sent[f"status_{component().public_id}"] = "partial_outage"
    assert "placeholder" in text(browser(ada()).post(url, sent | {"step": "publish"}))
    shown = browser(ada()).post(url, sent | {"step": "preview", "body": "Since nine."})
    assert "As readers will see it" in text(shown)
    assert not incident.public_links.exists()


def test_a_promise_for_yesterday_names_its_field() -> None:
    incident = declared(Severity.S2)
    communications.decide_posture(incident, Posture.POST, actor=grace())
    sent = {"step": "publish", "page": page().pk, "name": "Payments fail", "state": "investigating", "body": "We look."}
    sent[f"status_{component().public_id}"] = "partial_outage"
    sent["next_update_at"] = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S")
    assert "time ahead" in text(browser(ada()).post(reverse("bulletin", args=[incident.reference]), sent))


def test_phases_are_shown_with_what_stands_in_their_way() -> None:
    incident = engagement.acknowledge(declared(), actor=grace())
    lifecycle.transition(incident, Phase.MITIGATION, actor=grace())
    shown = text(browser(grace()).get(reverse("phase", args=[incident.reference])))
    assert "Say when the impact ended" in shown
    refused = browser(grace()).post(reverse("phase", args=[incident.reference]), {"to": "remediation", "note": ""})
    assert refused.status_code == 422
