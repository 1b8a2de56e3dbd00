"""The pages of incidents, as a browser asks for them."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from incidents import communications, engagement, situation
from incidents.models import Incident, Service
from incidents.vocabulary import Posture, Severity, Type
from tests.browsing import browser, text
from tests.incidents.stories import declared, told_public
from tests.people import ada, admin, everybody_on_call, grace, linus, person, sam, stella, team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()


def test_every_page_asks_to_sign_in() -> None:
    incident = declared()
    for name in ("home", "incidents", "declare", "late", "services"):
        assert Client().get(reverse(name)).status_code == 302
    for name in ("room", "severity", "phase", "bulletin", "situation", "impact"):
        assert Client().get(reverse(name, args=[incident.reference])).status_code == 302


def test_declaring_needs_two_answers_and_leads_to_the_room() -> None:
    client = browser(stella())
    form = client.get(reverse("declare"))
    key = re.search(r'name="idempotency_key" value="(\w+)"', form.content.decode())
    assert key
    sent = {"title": "Search is empty", "type": "availability", "idempotency_key": key[1]}
    first, second = client.post(reverse("declare"), sent), client.post(reverse("declare"), sent)
    assert first.status_code == 302
    assert first["Location"] == second["Location"] == "/incidents/INC-1/"
    assert "Search is empty" in text(client.get("/incidents/INC-1/"))
    assert Incident.unrestricted.get().is_provisional


def test_a_declaration_without_words_is_refused_with_a_sentence_and_keeps_what_was_typed() -> None:
    sent = {"title": "", "type": "quality", "severity": "S2", "idempotency_key": "k"}
    refused = browser(stella()).post(reverse("declare"), sent)
    assert refused.status_code == 422
    assert 'value="quality" selected' in re.sub(r"\s+", " ", refused.content.decode())
    assert not Incident.unrestricted.exists()


def test_each_severity_stands_with_its_definition_and_examples() -> None:
    """AC-GEN2-1."""
    shown = text(browser(stella()).get(reverse("declare")))
    assert "Customers' work is disrupted" in shown
    assert "A core function fails for a part of the users" in shown


def test_the_seven_questions_say_which_rule_fired() -> None:
    answers = {"type": "availability", "reach": "many", "function": "core_blocked", "workaround": "none"}
    shown = text(browser(stella()).get(reverse("suggest"), answers | {"data": "none", "adversary": "none"}))
    assert "S1 by rule R4" in shown


def test_similar_open_incidents_are_offered_first_but_no_restricted_ones() -> None:
    """AC-GEN1-3."""
    declared(title="Checkout fails in Europe")
    declared(title="Checkout secrets leaked", type=Type.SECURITY)
    shown = text(browser(stella()).get(reverse("similar"), {"title": "checkout is broken"}))
    assert "Checkout fails in Europe" in shown
    assert "secrets" not in shown


def test_the_room_shows_what_the_person_owes() -> None:
    incident = declared(Severity.S1)
    assert "You are asked in as communications manager" in text(browser(ada()).get(incident.get_absolute_url()))
    engagement.acknowledge(incident, actor=ada())
    engagement.acknowledge(incident, actor=grace())
    communications.decide_posture(incident, Posture.POST, actor=grace())
    assert "You are communications manager. Public update due." in text(browser(ada()).get(incident.get_absolute_url()))


def test_a_click_answers_a_page() -> None:
    incident = declared(Severity.S1)
    client = browser(ada())
    assert client.post(reverse("acknowledge", args=[incident.reference])).status_code == 302
    assert client.post(reverse("acknowledge", args=[incident.reference])).status_code == 409


def test_an_htmx_click_is_answered_without_a_page_and_makes_the_room_look_again() -> None:
    incident = declared(Severity.S1)
    answer = browser(ada()).post(reverse("acknowledge", args=[incident.reference]), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Trigger"]) == (204, "stirred")


def test_an_unchanged_room_costs_two_statements(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    incident = declared()
    client = browser(linus())
    url = reverse("pulse", args=[incident.reference])
    tag = client.get(url)["HX-PTag"]
    with django_assert_num_queries(2):
        assert client.get(url, headers={"HX-PTag": tag}).status_code == 304
    situation.edit(incident, {"doing": "Rolling back"}, was={}, actor=grace())
    changed = client.get(url, headers={"HX-PTag": tag})
    assert changed.status_code == 200
    assert "Rolling back" in text(changed)


def test_the_poll_knows_nobody_who_is_signed_out_changed_their_password_or_may_not_see() -> None:
    hidden = declared(is_restricted=True)
    url = reverse("pulse", args=[hidden.reference])
    assert Client().get(url).status_code == 403
    assert browser(stella()).get(url).status_code == 404
    member = browser(linus())
    assert member.get(url).status_code == 200
    user = linus()
    user.set_password("another horse")
    user.save()
    assert member.get(url).status_code == 404


def test_a_hidden_incident_answers_like_one_that_is_not_there() -> None:
    hidden = declared(is_restricted=True)
    client = browser(stella())
    for name in ("room", "severity", "phase", "bulletin", "situation", "impact", "times", "members"):
        there = client.get(reverse(name, args=[hidden.reference]))
        missing = client.get(reverse(name, args=["INC-999"]))
        assert there.status_code == missing.status_code == 404
        strip = re.compile(rb'data-now="\d+"|value="\w{64}"|"X-CSRFToken": "\w+"')
        assert strip.sub(b"", there.content) == strip.sub(b"", missing.content)
    for name in ("acknowledge", "join", "confirm", "update"):
        assert client.post(reverse(name, args=[hidden.reference])).status_code == 404


def test_lists_boards_and_services_do_not_know_of_a_hidden_incident() -> None:
    canary = "Zanzibar"
    service = Service.objects.create(name="Ledger", slug="ledger", owner=team())
    hidden = declared(title=f"{canary} breach", type=Type.SECURITY, services=(service,))
    client = browser(stella())
    for url in (
        "/",
        "/incidents/",
        f"/incidents/?q={canary}",
        "/late/",
        "/services/",
        "/services/ledger/",
        "/actions/",
    ):
        assert canary not in client.get(url).content.decode().replace(f'value="{canary}"', "").replace(
            f"“{canary}”", ""
        )
    assert canary in browser(sam()).get("/incidents/").content.decode()
    assert hidden.reference in browser(sam()).get("/").content.decode()


def test_the_list_filters_by_its_address_and_refuses_what_it_does_not_know() -> None:
    declared(Severity.S1, title="Payments fail")
    declared(Severity.S4, title="A typo")
    client = browser(stella())
    shown = text(client.get("/incidents/?severity=S1"))
    assert "Payments fail" in shown
    assert "A typo" not in shown
    wrong = client.get("/incidents/?severity=S9")
    assert wrong.status_code == 422
    assert "S9" in text(wrong)
    assert client.get("/incidents/?cursor=nonsense").status_code == 409


def test_the_list_pages_by_cursor_without_losing_or_repeating() -> None:
    for number in range(35):
        declared(title=f"Number {number:02d}")
    client = browser(stella())
    first = client.get("/incidents/").content.decode()
    older = re.search(r'href="\?(cursor=[^"]+)">Older', first)
    assert older
    second = client.get(f"/incidents/?{older[1]}").content.decode()
    found = re.findall(r"Number \d\d", first), re.findall(r"Number \d\d", second)
    assert [len(one) for one in found] == [30, 5]
    assert not set(found[0]) & set(found[1])
    newer = re.search(r'href="\?(cursor=[^"]+)">[^O]*Newer', second)
    assert newer
    assert re.findall(r"Number \d\d", client.get(f"/incidents/?{newer[1]}").content.decode()) == found[0]


def test_pages_cost_a_constant_number_of_statements(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for _ in range(12):
        told_public(engagement.acknowledge(declared(Severity.S1), actor=grace()))
    client = browser(grace())
    for url, most in (("/", 30), ("/incidents/", 12), ("/incidents/INC-1/", 45)):
        with django_assert_max_num_queries(most):
            assert client.get(url).status_code == 200


def test_only_those_who_may_keep_services_and_cadence_reach_their_pages() -> None:
    """AC-ACT-1."""
    for url in ("/services/add/", "/settings/cadence/"):
        assert browser(stella()).get(url).status_code == 403
        assert browser(admin()).get(url).status_code == 200
    assert "Add a service" not in text(browser(stella()).get("/services/"))


def test_a_new_version_of_the_cadence_holds_for_new_incidents_only() -> None:
    running = declared()
    client = browser(admin())
    assert client.post("/settings/cadence/preset/", {"preset": "small_team"}).status_code == 302
    later = declared()
    assert (running.cadence_id, later.cadence_id) == (1, 2)


def test_an_interval_of_nothing_is_refused_with_what_is_allowed() -> None:
    client = browser(admin())
    refused = client.post("/settings/cadence/", {"acknowledge": "0", "note": "x"})
    assert refused.status_code == 422
    assert "greater than or equal to 1" in text(refused)


def test_somebody_asked_in_may_respond_whatever_group_they_are_in() -> None:
    incident = declared()
    nobody = person("Nora", "Stakeholders")
    engagement.ask(incident, nobody, "You know the vendor.", actor=grace())
    assert browser(nobody).post(reverse("acknowledge", args=[incident.reference])).status_code == 302
    sent = {"text": "The vendor confirms.", "audiences": ["responders"]}
    assert browser(nobody).post(reverse("update", args=[incident.reference]), sent).status_code == 302
