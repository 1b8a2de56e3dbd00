"""SUP-1, create a status page and open a public incident on it, and SUP-2, know the differences between states."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from incidents import communications, lifecycle
from incidents.models import Event, Incident, Service
from incidents.vocabulary import Kind, Phase, Posture, Severity
from kit import clock
from statuspage import snapshot
from statuspage.models import Bulletin, Component, Page
from statuspage.vocabulary import State
from tests.browsing import browser, text
from tests.incidents.feedback import sheet
from tests.incidents.stories import ada_alone, answered, declared, go_out, kinds, told_public
from tests.notifications.world import subscriber, tick
from tests.people import ada, admin, everybody_on_call, grace
from tests.statuspage_world import component, page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()


def to_be_told(incident: Incident | None = None) -> Incident:
    return communications.decide_posture(incident or ada_alone(), Posture.POST, actor=grace())


def composer(incident: Incident, query: str = "") -> str:
    return browser(ada()).get(f"{reverse('bulletin', args=[incident.reference])}{query}").content.decode()


def publish(incident: Incident, expect: int = 302, **said: Any) -> str:
    link = incident.public_links.first()
    seen = {"based_on": link.public_incident.bulletins.all()[0].public_id} if link else {}
    answer = browser(ada()).post(reverse("bulletin", args=[incident.reference]), {"step": "publish"} | said | seen)
    assert answer.status_code == expect, text(answer)
    go_out()
    return text(answer)


def on_disk(name: str) -> str:
    """What lies there once the ticker of the serving host has looked."""
    snapshot.render_stale(clock.now())
    return (Path(settings.PUBLIC_ROOT) / page().slug / "current" / "site" / name).read_text()


def test_sup1_1_a_page_with_its_components_answers_with_all_of_them_operational() -> None:
    root = browser(admin())
    made = {"name": "Denomas SaaS", "slug": "saas", "url": "http://saas.denomas.example", "time_zone": "UTC"}
    more = {"accent": "#2563eb", "major_weight": 100, "partial_weight": 30, "degraded_weight": 0}
    answer = root.post("/status-page/new/", made | more)
    assert answer.status_code == 302, text(answer)
    for name in ("Checkout", "Search"):
        assert root.post("/status-page/saas/components/", {"name": name, "showcase": "on"}).status_code == 302
    snapshot.render_stale(clock.now())
    site = Path(settings.PUBLIC_ROOT) / "saas" / "current" / "site"
    assert "All Systems Operational" in (site / "index.html").read_text()
    told = json.loads((site / "api/v2/summary.json").read_text())
    assert [(one["name"], one["status"]) for one in told["components"]] == [
        ("Checkout", "operational"),
        ("Search", "operational"),
    ]


@pytest.mark.parametrize(
    ("severity", "status"),
    [(Severity.S1, "major_outage"), (Severity.S2, "partial_outage"), (Severity.S3, "degraded_performance")],
)
def test_sup1_2_the_composer_is_filled_in_with_title_state_components_and_wording(
    severity: Severity, status: str
) -> None:
    service = Service.objects.create(name="Checkout", slug="checkout")
    page()
    service.components.add(component())
    shown = composer(to_be_told(declared(severity, services=(service,))))
    assert 'value="Checkout fails for a fifth of customers"' in shown
    assert re.search(r'value="investigating"[^>]* checked', shown)
    assert f'value="{status}" selected' in shown
    assert "{What works} is not affected. We are looking into it and do not know the cause yet.</textarea>" in shown


def test_sup1_2_what_is_published_is_on_the_page_in_the_feeds_and_on_its_way_and_verified_live(
    mailoutbox: list[EmailMessage],
) -> None:
    page()
    subscriber("merchant@customers.example")
    incident = to_be_told()
    publish(incident, **sheet("We look into failing payments."))
    for name in ("index.html", "api/v2/summary.json", "history.rss", "history.atom"):
        assert "We look into failing payments." in on_disk(name), name
    tick()
    assert [mail.to for mail in mailoutbox if "Payments fail" in str(mail.subject)] == [["merchant@customers.example"]]
    room = browser(ada()).get(incident.get_absolute_url()).content.decode()
    assert reverse("live", args=[incident.reference]) in room
    live = browser(ada()).get(reverse("live", args=[incident.reference]))
    assert "Verified live" in text(live)
    Page.objects.update(version=Page.objects.get().version + 1)
    waiting = browser(ada()).get(reverse("live", args=[incident.reference]))
    assert "Verified live" not in text(waiting)
    assert 'hx-trigger="load delay:1s"' in waiting.content.decode()


def test_sup1_3_nothing_goes_out_before_the_decision_which_is_one_click_away() -> None:
    page()
    incident = ada_alone()
    assert "The incident manager (or the engineer, if there is none) must decide first" in publish(
        incident, expect=422, **sheet()
    )
    assert f'href="{reverse("posture", args=[incident.reference])}?to=post"' in composer(incident)
    assert not Bulletin.objects.exists()
    publish(to_be_told(incident), **sheet())
    assert Bulletin.objects.count() == 1


def test_sup1_3_one_click_asks_whoever_decides(mailoutbox: list[EmailMessage]) -> None:
    page()
    incident = answered()
    ask = reverse("ask_to_decide", args=[incident.reference])
    assert f'action="{ask}"' in composer(incident)
    for _ in range(2):
        assert browser(ada()).post(ask).status_code == 302
    tick()
    asked = [mail for mail in mailoutbox if str(mail.subject).startswith("Shall the public be told?")]
    assert [mail.to for mail in asked] == [["grace@denomas.example"]]
    assert "Ada asks you to decide whether the public is told." in str(asked[0].body)
    assert f"{reverse('posture', args=[incident.reference])}" in str(asked[0].body)
    assert "Asked Grace to decide whether the public is told" in text(browser(ada()).get(incident.get_absolute_url()))
    communications.decide_posture(incident, Posture.POST, actor=grace())
    assert browser(ada()).post(ask).status_code == 409


def test_sup1_4_a_long_text_has_a_short_form_of_220_characters_with_its_link() -> None:
    page()
    incident = to_be_told()
    begins = "Payments fail for some customers in Europe. Trying again often helps. "
    long = begins + "We compare the last changes. " * 9
    publish(incident, **sheet(long))
    short = Event.objects.get(kind=Kind.BULLETIN).data["short"]
    link = f"http://status.denomas.example/incidents/{Bulletin.objects.get().public_incident.public_id}"
    assert short.startswith(f"{begins}We compare")
    assert short.endswith(f". {link}")
    assert len(short) - len(link) + 23 <= 220
    assert f'data-copy="{short}"' in browser(ada()).get(incident.get_absolute_url()).content.decode()


def test_sup1_4_a_short_form_of_ones_own_is_held_to_its_length_and_given_the_link() -> None:
    page()
    incident = to_be_told()
    refused = publish(incident, expect=422, **sheet(short="x" * 197))
    assert "The short form holds 220 characters" in refused
    publish(incident, **sheet(short="Payments fail for some. We look into it."))
    said = Event.objects.get(kind=Kind.BULLETIN).data["short"]
    assert said.startswith("Payments fail for some. We look into it. http://status.denomas.example/incidents/")


def test_sup2_1_each_state_says_what_it_means_and_what_follows() -> None:
    page()
    shown = text(browser(ada()).get(reverse("bulletin", args=[to_be_told().reference])))
    for words in (
        "The cause is believed known and a mitigation is agreed.",
        "The next one is then due in 15 min.",
        "Its components stay as they are until it is over. The next one is then due in 60 min.",
        "Its components become operational, unless another open incident holds them. The clock stops",
    ):
        assert words in shown


def test_sup2_2_monitoring_leaves_the_components_and_asks_how_long_we_watch() -> None:
    page()
    incident = to_be_told(answered())
    told_public(incident)
    lifecycle.transition(incident, Phase.MITIGATION, actor=grace())
    assert 'name="watch" value="30"' in composer(incident)
    watched = {"state": "monitoring", "body": "Payments work again.", "watch": "3"}
    assert "greater than or equal to 5" in publish(incident, expect=422, **watched)
    said = communications.Words(
        State.MONITORING, "Payments work again.", public_incident=Bulletin.objects.get().public_incident, watch=45
    )
    communications.publish(incident, said, actor=grace())
    assert component().status == "partial_outage"
    incident.refresh_from_db()
    assert incident.is_monitoring
    assert kinds(incident)[-1] == Kind.MONITORING


def test_sup2_2_resolved_frees_what_no_other_open_incident_holds() -> None:
    """E9."""
    page()
    first, second = to_be_told(), to_be_told(declared(idempotency_key="2"))
    both = {f"status_{component('Search').public_id}": "partial_outage"}
    publish(first, **sheet(name="Payments fail") | both)
    publish(second, **sheet(name="Search is slow") | {f"status_{component().public_id}": ""} | both)
    publish(first, state="resolved", body="This is fixed.")
    assert (component("Checkout").status, component("Search").status) == ("operational", "partial_outage")


def test_sup2_3_a_status_changes_only_with_words() -> None:
    page()
    incident = to_be_told()
    told_public(incident)
    changed = {f"status_{component('Search').public_id}": "major_outage", "state": "investigating"}
    assert "This field is required" in publish(incident, expect=422, body="", **changed)
    assert Component.objects.get(name="Search").status == "operational"
