"""Drafts of bulletins, begun in the composer or on the form; and saves that would overwrite somebody else's."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from incidents import communications, outgoing
from incidents.models import Draft, Incident, Service
from incidents.vocabulary import Posture, Severity
from kit import clock
from reviews.models import Review
from statuspage.models import Bulletin
from statuspage.vocabulary import State
from tests.browsing import browser, text
from tests.incidents.stories import ada_alone, answered, declared, go_out, kinds, told_public
from tests.people import ada, everybody_on_call, grace, linus
from tests.statuspage_world import component, page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()
    page()


def compose(incident: Incident, *audiences: str) -> Any:
    sent = {"text": "Card payments fail in Europe.", "audiences": audiences}
    return browser(ada()).post(reverse("update", args=[incident.reference]), sent)


def form(client: Client, incident: Incident, query: str = "") -> str:
    return client.get(f"{reverse('bulletin', args=[incident.reference])}{query}").content.decode()


def test_the_text_for_the_public_is_kept_and_opens_in_the_bulletins_form() -> None:
    incident = answered()
    answer = compose(incident, "responders", "public")
    opened = urlsplit(answer["Location"])
    assert opened.path == reverse("bulletin", args=[incident.reference])
    kept = Draft.objects.get(pk=parse_qs(opened.query)["draft"][0])
    assert kept.body == "Card payments fail in Europe."
    assert "Card payments fail in Europe.</textarea>" in form(browser(ada()), incident, f"?{opened.query}")
    assert "Update to responders; drafted for the public" in text(browser(ada()).get(incident.get_absolute_url()))


def test_a_draft_is_kept_before_the_decision_to_tell_the_public() -> None:
    incident = declared()
    assert compose(incident, "public").status_code == 302
    assert Draft.objects.get().incident == incident


def test_without_a_status_page_the_text_stays_in_the_composer() -> None:
    incident = declared()
    page().components.all().delete()
    page().delete()
    refused = compose(incident, "public")
    assert refused.status_code == 422
    assert "There is no status page yet" in text(refused)
    assert "Card payments fail in Europe.</textarea>" in refused.content.decode()
    assert "updated" not in kinds(incident)


def test_a_draft_that_was_named_is_opened_and_another_can_be_begun() -> None:
    incident = answered()
    compose(incident, "public")
    first = Draft.objects.get()
    browser(ada()).post(
        reverse("update", args=[incident.reference]), {"text": "Another text.", "audiences": ["public"]}
    )
    assert "Card payments fail" in form(browser(ada()), incident, f"?draft={first.pk}")
    assert "></textarea>" in form(browser(ada()), incident, "?draft=new").replace("\n", "")


def test_a_draft_can_be_thrown_away() -> None:
    incident = answered()
    compose(incident, "public")
    kept = Draft.objects.get()
    browser(linus()).post(reverse("discard_draft", args=[incident.reference, kept.pk]))
    assert (
        "draft" not in text(browser(ada()).get(incident.get_absolute_url())).split("Public page")[1].split("Letters")[0]
    )
    late = {"step": "keep", "page": page().pk, "name": "x", "state": "investigating", "body": "y", "draft": kept.pk}
    refused = browser(ada()).post(reverse("bulletin", args=[incident.reference]), late)
    assert "thrown away meanwhile" in text(refused)


def saved(client: Client, incident: Incident, kept: Draft, **said: str) -> Any:
    """Save a draft that was opened before anybody else saved it."""
    seen = {"was_name": "Payments fail", "was_state": "Investigating", "was_body": "We look.", "was_statuses": ""}
    sent = {"step": "keep", "page": page().pk, "name": "Payments fail", "state": "investigating", "body": "We look."}
    sent |= {"draft": str(kept.pk), "based_on": ""} | seen | {"was_next_update_at": ""} | said
    return client.post(reverse("bulletin", args=[incident.reference]), sent)


def begun(incident: Incident) -> Draft:
    words = communications.Words(state=State.INVESTIGATING, body="We look.", name="Payments fail")
    sent = {"step": "keep", "page": page().pk, "name": words.name, "state": words.state, "body": words.body}
    browser(ada()).post(reverse("bulletin", args=[incident.reference]), sent)
    return Draft.objects.get()


def test_a_stale_draft_is_refused_with_both_texts_and_a_second_try_is_a_choice() -> None:
    incident = answered()
    kept = begun(incident)
    assert saved(browser(ada()), incident, kept, body="Ada's words.").status_code == 302
    refused = saved(browser(grace()), incident, kept, body="Grace's words.")
    assert refused.status_code == 422
    shown = text(refused)
    assert "Text was changed by somebody else" in shown
    assert "Ada's words." in shown
    assert "Grace's words." in shown
    kept.refresh_from_db()
    assert kept.body == "Ada's words."
    assert saved(browser(grace()), incident, kept, body="Grace's words.", was_body="Ada's words.").status_code == 302


def test_two_who_change_different_parts_of_a_draft_both_keep_theirs() -> None:
    incident = answered()
    kept = begun(incident)
    saved(browser(ada()), incident, kept, body="Ada's words.")
    assert saved(browser(grace()), incident, kept, name="Card payments fail").status_code == 302
    kept.refresh_from_db()
    assert (kept.name, kept.body) == ("Card payments fail", "Ada's words.")


def test_stale_details_are_refused_with_both_values() -> None:
    incident = answered()
    checkout = Service.objects.create(name="Checkout", slug="checkout")
    search = Service.objects.create(name="Search", slug="search")
    url, seen = reverse("details", args=[incident.reference]), {"was_type": "Availability", "was_services": ""}
    browser(grace()).post(url, {"type": "availability", "services": [checkout.pk]} | seen)
    refused = browser(linus()).post(url, {"type": "availability", "services": [search.pk]} | seen)
    assert refused.status_code == 422
    assert "Affected services was changed by somebody else meanwhile There now Checkout Yours" in text(refused)
    assert browser(linus()).post(url, {"type": "quality", "services": []} | seen).status_code == 302
    incident.refresh_from_db()
    assert (incident.type, [one.name for one in incident.services.all()]) == ("quality", ["Checkout"])


def test_a_stale_review_is_refused_with_both_texts() -> None:
    incident = declared(Severity.S4)
    browser(linus()).post(reverse("fixed", args=[incident.reference]))
    url = reverse("review", args=[incident.reference])
    browser(linus()).post(url, {"text": "Linus's review", "was_text": ""})
    refused = browser(grace()).post(url, {"text": "Grace's review", "was_text": ""})
    assert refused.status_code == 422
    assert "Linus's review" in text(refused)
    assert Review.objects.get().text == "Linus's review"
    assert browser(grace()).post(url, {"text": "Both", "was_text": "Linus's review"}).status_code == 302


def machine(incident: Incident, **said: Any) -> Any:
    told = {"state": "identified", "body": "A release broke payments."} | said
    address = f"/api/v1/incidents/{incident.reference}/bulletins"
    return browser(ada()).post(address, told, content_type="application/json")


def test_the_api_publishes_once_for_one_key() -> None:
    incident = ada_alone()
    first = told_public(incident)
    about = {"public_incident": first.public_incident.public_id, "idempotency_key": "k-1"}
    once, twice = machine(incident, **about), machine(incident, **about)
    assert (once.status_code, twice.status_code) == (201, 201)
    assert once.json()["id"] == twice.json()["id"]
    assert Bulletin.objects.count() == 2


def test_the_api_refuses_a_bulletin_that_is_based_on_an_older_one() -> None:
    incident = ada_alone()
    first = told_public(incident)
    about = {"public_incident": first.public_incident.public_id, "based_on": first.public_id}
    assert machine(incident, **about).status_code == 201
    refused = machine(incident, **about)
    assert (refused.status_code, refused.json()["code"]) == (409, "page_changed")


def test_the_api_writes_a_bulletin_for_its_due_time_and_takes_it_back() -> None:
    incident = ada_alone()
    told_public(incident)
    about = {"public_incident": Bulletin.objects.get().public_incident.public_id, "state": "investigating"}
    address = f"/api/v1/incidents/{incident.reference}/bulletins/waiting"
    due = clock.now() + timedelta(minutes=9)

    def send(**said: Any) -> Any:
        told = about | {"body": "No change so far.", "publish_at": due.isoformat()} | said
        return browser(ada()).post(address, told, content_type="application/json")

    assert browser(ada()).get(address).status_code == 404
    assert send(publish_at=(due - timedelta(hours=1)).isoformat()).json()["code"] == "not_ahead"
    assert send(publish_at="soon").status_code == 400
    waits = send()
    assert (waits.status_code, waits.json()["publish_by"]) == (201, ada().handle)
    assert send().json()["code"] == "one_waits"
    assert browser(ada()).get(address).json() == waits.json()
    assert browser(ada()).delete(address).status_code == 204
    assert browser(ada()).get(address).status_code == 404
    assert send().status_code == 201
    assert Bulletin.objects.count() == 1
    with clock.at(due):
        outgoing.publish_due(due)
    assert Bulletin.objects.latest("pk").body == "No change so far."


def test_whoever_was_overtaken_reads_the_other_bulletin_and_sends_again() -> None:
    incident = ada_alone()
    first = told_public(incident)
    url = reverse("bulletin", args=[incident.reference])
    mine = {"step": "publish", "state": "identified", "body": "Ada's words.", "based_on": first.public_id}
    told_public(incident, State.IDENTIFIED, body="Grace's words.")
    refused = browser(ada()).post(url, mine)
    assert refused.status_code == 422
    assert "Grace's words." in text(refused)
    hidden = dict(re.findall(r'type="hidden" name="(draft|based_on)" value="([^"]*)"', refused.content.decode()))
    assert browser(ada()).post(url, mine | hidden).status_code == 302
    go_out()
    assert Bulletin.objects.latest("pk").body == "Ada's words."


def test_other_words_on_a_sheet_that_is_out_are_not_lost() -> None:
    incident = ada_alone()
    based_on = told_public(incident).public_id
    url = reverse("bulletin", args=[incident.reference])
    sent = {"step": "publish", "state": "identified", "body": "The first.", "based_on": based_on, "draft": str(uuid4())}
    browser(ada()).post(url, sent)
    refused = browser(ada()).post(url, sent | {"body": "The second."})
    assert "This draft is going out right now" in text(refused)
    go_out()
    refused = browser(ada()).post(url, sent | {"body": "The second."})
    assert "The second.</textarea>" in refused.content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(draft|based_on)" value="([^"]*)"', refused.content.decode()))
    assert browser(ada()).post(url, sent | {"body": "The second."} | hidden).status_code == 302


def test_a_draft_remembers_the_components_it_names() -> None:
    incident = communications.decide_posture(answered(), Posture.POST, actor=grace())
    sent = {"step": "keep", "page": page().pk, "name": "x", "state": "investigating", "body": "y"}
    sent[f"status_{component('Search').public_id}"] = "major_outage"
    browser(ada()).post(reverse("bulletin", args=[incident.reference]), sent)
    assert 'value="major_outage" selected' in form(browser(ada()), incident)
