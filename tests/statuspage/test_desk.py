"""The operators' pages: keeping pages, components, maintenance and subscribers, and nothing about incidents."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import get_resolver

from kit import clock
from statuspage import maintenance, rolls, setup, snapshot, subscribing
from statuspage.components import Part, add, move
from statuspage.maintenance import Plan
from statuspage.models import Component, Page, PublicIncident, Subscriber
from statuspage.vocabulary import State, Status
from tests.browsing import browser, text
from tests.people import ada, admin, grace, stella
from tests.statuspage.world import component, opened, page, rendered, site

pytestmark = pytest.mark.django_db
WORDS = {
    "name": "Denomas EU", "slug": "eu", "url": "https://eu.status.example/", "time_zone": "Europe/Berlin",
    "accent": "#00ff00", "major_weight": 100, "partial_weight": 30, "degraded_weight": 0,
}  # fmt: skip


@pytest.fixture(autouse=True)
def world(morning: Any) -> None:
    page()


def test_the_overview_says_how_the_page_stands_and_whether_readers_see_it() -> None:
    opened()
    shown = text(browser(stella()).get("/status-page/"))
    assert "Minor Service Outage" in shown
    assert "Payments fail" in shown
    assert "it was not rendered yet" in shown
    snapshot.render(page().pk)
    assert "readers see everything that was published" in text(browser(stella()).get("/status-page/"))
    assert "Another page" not in shown


def test_an_empty_house_is_told_what_a_page_is_for() -> None:
    Component.objects.all().delete()
    Page.objects.all().delete()
    assert "Make the status page" in text(browser(admin()).get("/status-page/"))
    assert "An administrator can make one" in text(browser(stella()).get("/status-page/"))
    assert setup.page_step(admin())[2:] == ("/status-page/new/", False)


def test_without_a_short_name_a_page_gets_one_from_its_name() -> None:
    assert browser(admin()).post("/status-page/new/", WORDS | {"slug": ""}).status_code == 302
    assert Page.objects.get(slug="denomas-eu").name == "Denomas EU"


def test_an_administrator_makes_a_page_and_its_components_and_the_public_sees_them() -> None:
    """SUP1-1."""
    root = browser(admin())
    assert root.post("/status-page/new/", WORDS).status_code == 302
    assert root.post("/status-page/eu/components/", {"name": "Web", "showcase": "on"}).status_code == 302
    made = Page.objects.get(slug="eu")
    assert (made.url, made.time_zone, made.components.get().name) == (
        "https://eu.status.example",
        "Europe/Berlin",
        "Web",
    )
    snapshot.render(made.pk)
    assert "Operational" in (site(made) / "index.html").read_text()
    assert setup.page_step(admin()).done


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"slug": "Not a slug"}, "small letters, digits and single dashes"),
        ({"slug": "denomas"}, "Another page has this short name"),
        ({"url": "eu.status.example"}, "such as https://status.example.com"),
        ({"url": "https://eu.status.example/path"}, "without a path"),
        ({"url": "http://status.denomas.example:8001"}, "shows another page already"),
        ({"host": "https://x"}, "without https://"),
        ({"time_zone": "Mars/Olympus"}, "IANA names"),
        ({"accent": "red"}, "#rrggbb"),
        ({"partial_weight": 101}, "from 0 to 100"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words_and_kept_in_the_form(changes: dict[str, Any], said: str) -> None:
    reply = browser(admin()).post("/status-page/new/", WORDS | changes)
    assert reply.status_code == 422
    assert said in text(reply)
    assert "Denomas EU" in reply.content.decode()
    assert Page.objects.count() == 1


def test_a_page_is_renamed_and_its_folder_stays() -> None:
    words = WORDS | {"slug": "elsewhere", "url": "http://status.denomas.example"}
    assert browser(admin()).post("/status-page/denomas/settings/", words).status_code == 302
    assert (Page.objects.get().slug, Page.objects.get().name) == ("denomas", "Denomas EU")
    assert "Denomas EU" in rendered()


def test_a_status_cannot_be_set_by_hand_anywhere_here() -> None:
    """SUP2-3."""
    one = component()
    address = f"/status-page/denomas/components/{one.public_id}/"
    root = browser(admin())
    assert 'name="status"' not in root.get(address).content.decode()
    root.post(address, {"name": "Checkout", "status": Status.MAJOR_OUTAGE, "showcase": "on"})
    assert component().status == Status.OPERATIONAL


def test_a_component_is_edited_ordered_and_retired() -> None:
    root, base = browser(admin()), "/status-page/denomas/components/"
    one = component("Search")
    root.post(f"{base}{one.public_id}/", {"name": "Find", "description": "Everything", "showcase": "on"})
    root.post(f"{base}{one.public_id}/move/", {"step": "up"})
    assert [each.name for each in Component.objects.all()] == ["Checkout", "Find", "API"]
    root.post(f"{base}{one.public_id}/retire/")
    assert [each.name for each in Component.objects.current()] == ["Checkout", "API"]


def test_a_component_in_use_is_not_retired_and_the_page_says_why() -> None:
    opened()
    reply = browser(admin()).post(f"/status-page/denomas/components/{component().public_id}/retire/")
    assert reply.status_code == 409
    assert "is open and names it" in text(reply)


def test_positions_run_through_the_whole_page_with_a_group_before_its_own() -> None:
    group = add(page(), Part("Core", is_group=True), actor=admin())
    for name in ("One", "Two"):
        add(page(), Part(name, group=group), actor=admin())
    move(group, -1, actor=admin())
    order = [(one.position, one.name) for one in Component.objects.current()]
    assert order == list(enumerate(["Checkout", "API", "Core", "One", "Two", "Search"], start=1))


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"name": " "}, "at most 120"),
        ({"name": "checkout"}, "Another component has this name"),
        ({"name": "x" * 121}, "at most 120"),
        ({"name": "New", "group": "Checkout"}, "Choose a group of this page"),
    ],
)
def test_a_component_that_cannot_be_is_refused(part: dict[str, Any], said: str) -> None:
    facts = part | ({"group": component(part["group"])} if "group" in part else {})
    with pytest.raises(Exception, match=said):
        add(page(), Part(**facts), actor=admin())
    assert Component.objects.count() == 3


def test_a_group_with_components_is_not_retired() -> None:
    group = add(page(), Part("Core", is_group=True), actor=admin())
    add(page(), Part("One", group=group), actor=admin())
    reply = browser(admin()).post(f"/status-page/denomas/components/{group.public_id}/retire/")
    assert "still has components" in text(reply)


def test_maintenance_is_announced_moved_and_completed_by_hand() -> None:
    desk, base = browser(ada()), "/status-page/denomas/maintenance/"
    begins = clock.now() + timedelta(days=1)
    words = {
        "name": "New disks", "body": "Slower.", "components": [component().pk],
        "starts_at": f"{begins:%Y-%m-%dT%H:%M}", "ends_at": f"{begins + timedelta(hours=1):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    assert desk.post(f"{base}new/", words).status_code == 302
    work = PublicIncident.objects.get()
    assert work.scheduled_for == begins.replace(second=0, microsecond=0)
    one = f"{base}{work.public_id}/"
    later = words | {"starts_at": words["ends_at"], "ends_at": f"{begins + timedelta(hours=2):%Y-%m-%dT%H:%M}"}
    assert desk.post(one, later | {"body": "A part is late."}).status_code == 302
    for step in ("start", "verify", "complete"):
        assert desk.post(f"{one}{step}/", {"body": ""}).status_code == 302
    assert PublicIncident.objects.get().state == State.COMPLETED
    assert desk.post(f"{one}start/", {"body": ""}).status_code == 422
    assert desk.post(f"{one}explode/").status_code == 404
    assert "The maintenance is complete." in text(desk.get(one))


def test_a_refused_step_keeps_what_was_typed() -> None:
    plan = Plan(
        "New disks", "Slower.", clock.now() + timedelta(hours=1), clock.now() + timedelta(hours=2), [component()]
    )
    work = maintenance.schedule(page(), plan, actor=ada())
    reply = browser(ada()).post(
        f"/status-page/denomas/maintenance/{work.public_id}/verify/", {"body": "My long words."}
    )
    assert reply.status_code == 422
    assert "cannot become verifying" in text(reply)
    assert "My long words." in text(reply)


def test_subscribers_are_found_by_their_address_and_ended() -> None:
    for name in ("one", "two"):
        subscribing.ask(page(), f"{name}@example.com")
    desk, base = browser(ada()), "/status-page/denomas/subscribers/"
    assert "0 confirmed, 2 asked" in text(desk.get(base))
    found = text(desk.get(f"{base}?q=two"))
    assert ("two@example.com" in found, "one@example.com" in found) == (True, False)
    two = Subscriber.objects.get(address="two@example.com")
    assert desk.post(f"{base}{two.pk}/remove/").status_code == 302
    assert "two@example.com gets no more letters." in text(desk.get(base))
    assert "1 asked" in text(desk.get(base))


def test_the_roll_is_paged_in_both_directions_and_new_ones_shift_nothing() -> None:
    now = clock.now()
    of = page()
    # Two at each instant, as a file that is taken in makes them.
    made = [Subscriber(page=of, address=f"r{n}@example.com", created_at=now - timedelta(n // 2)) for n in range(120)]
    Subscriber.objects.bulk_create(made)
    roll = Subscriber.objects.filter(page=of)
    first = rolls.part(roll)
    Subscriber.objects.create(page=of, address="newest@example.com", created_at=now)
    second = rolls.part(roll, first.older)
    third = rolls.part(roll, second.older)
    seen = [one.pk for each in (first, second, third) for one in each.subscribers]
    assert (len(seen), set(seen)) == (120, {one.pk for one in made})
    assert (first.newer, third.older) == ("", "")
    assert rolls.part(roll, third.newer).subscribers == second.subscribers
    desk = browser(ada())
    shown = text(desk.get(f"/status-page/denomas/subscribers/?cursor={third.newer}"))
    assert all(one.address in shown for one in second.subscribers)
    wrong = desk.get("/status-page/denomas/subscribers/?cursor=x")
    assert (wrong.status_code, "This page of the list does not exist" in text(wrong)) == (409, True)


FORBIDDEN = [
    ("get", "new/"), ("post", "new/"), ("get", "denomas/settings/"), ("post", "denomas/settings/"),
    ("post", "denomas/components/"), ("get", "denomas/maintenance/new/"), ("get", "denomas/subscribers/"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "address"), FORBIDDEN)
def test_whoever_may_not_is_refused(method: str, address: str) -> None:
    reply = getattr(browser(grace()), method)(f"/status-page/{address}", WORDS if method == "post" else {})
    assert reply.status_code == 403
    assert "may not" in text(reply)
    assert Page.objects.count() == 1
    assert Component.objects.count() == 3


def test_a_stranger_is_sent_to_the_door(client: Any) -> None:
    for address in ("", "new/", "denomas/components/", "denomas/subscribers/"):
        assert client.get(f"/status-page/{address}").status_code == 302


def test_no_face_here_publishes_about_an_incident() -> None:
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str) and name.startswith("statuspage")}
    assert names == {
        "statuspage", "statuspage_new", "statuspage_settings", "statuspage_components", "statuspage_component",
        "statuspage_component_move", "statuspage_component_retire", "statuspage_maintenances",
        "statuspage_maintenance_new", "statuspage_maintenance", "statuspage_maintenance_step",
        "statuspage_subscribers", "statuspage_subscriber_remove", "statuspage_subscriber_release",
        "statuspage_roll", "statuspage_roll_in", "statuspage_maintenance_become",
        # What was told is put right, and what is over is written down afterwards; nobody is written to.
        "statuspage_told", "statuspage_told_one", "statuspage_slip", "statuspage_afterwards",
    }  # fmt: skip
