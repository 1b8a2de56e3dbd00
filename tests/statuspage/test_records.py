"""Put right afterwards: an impact, a slip, what was never told, and a maintenance that became an incident."""

from datetime import timedelta
from typing import Any

import pytest

from kit import clock
from kit.rules import RuleBroken
from statuspage import becoming, maintenance, records, subscribing
from statuspage.maintenance import Plan
from statuspage.models import PublicIncident, Untold
from statuspage.records import Afterwards
from statuspage.vocabulary import Impact, State, Status
from tests.browsing import browser, text
from tests.people import admin, linus
from tests.statuspage.contract import complaints
from tests.statuspage.test_api import send
from tests.statuspage.test_subscribing import confirmed
from tests.statuspage.world import component, document, opened, page, rendered, status_of, tell

pytestmark = pytest.mark.django_db
PAGE = "/api/v1/pages/denomas"


@pytest.fixture(autouse=True)
def world(morning: Any) -> None:
    page()


def test_readers_see_the_impact_that_was_set_until_it_is_taken_back() -> None:
    incident = opened(Status.MAJOR_OUTAGE)
    address = f"{PAGE}/incidents/{incident.public_id}/impact"
    assert document("summary")["incidents"][0]["impact"] == "critical"
    assert send("put", address, {"impact": "minor"}).json()["impact"] == "minor"
    tell(statuses={"API": Status.MAJOR_OUTAGE}, about=incident)
    assert document("summary")["incidents"][0]["impact"] == "minor"
    assert send("put", address, {"impact": None}).json()["impact"] == "critical"
    assert send("put", address, {"impact": "maintenance"}).status_code == 400


def test_a_slip_is_put_right_and_marked_and_nobody_is_told_again() -> None:
    incident = opened(body="We are lookign into it.")
    Untold.objects.all().delete()
    with clock.shifted(timedelta(minutes=5)):
        bulletin = incident.bulletins.get()
        answer = send("put", f"{PAGE}/bulletins/{bulletin.public_id}", {"body": "We are looking into it."})
        assert answer.status_code == 200
        told = document("incidents")["incidents"][0]["incident_updates"][0]
        assert (told["body"], told["updated_at"] > told["created_at"]) == ("We are looking into it.", True)
        assert "Edited" in rendered(f"incidents/{incident.public_id}.html")
    assert not Untold.objects.exists()


@pytest.mark.parametrize(
    ("minutes", "body", "code"),
    [
        (11, "We look into it.", "too_late"),
        (1, "Everything is different from what we said.", "too_much"),
        (1, " ", "no_text"),
    ],
)
def test_what_is_no_slip_is_another_bulletin(minutes: int, body: str, code: str) -> None:
    bulletin = opened(body="We are looking into it.").bulletins.get()
    with clock.shifted(timedelta(minutes=minutes)), pytest.raises(RuleBroken) as refused:
        records.put_right(bulletin, body, actor=admin())
    assert refused.value.code == code


def test_what_was_never_told_is_written_down_afterwards_and_counts() -> None:
    confirmed()
    Untold.objects.all().delete()
    began = clock.now() - timedelta(days=2)
    said = {
        "name": "Letters were late", "began": "Letters were late.", "ended": "They were sent.",
        "began_at": began.isoformat(), "ended_at": (began + timedelta(minutes=90)).isoformat(),
        "statuses": {component("API").public_id: "major_outage"},
    }  # fmt: skip
    assert send("post", f"{PAGE}/afterwards", said).status_code == 201
    told = PublicIncident.objects.get()
    assert (told.started_at, told.resolved_at) == (began, began + timedelta(minutes=90))
    assert status_of("API") == Status.OPERATIONAL
    assert "major outage 1 h 30 min" in rendered("uptime.html")
    assert complaints("incidents", document("incidents")) == []
    assert not [one for one in told.bulletins.all() if subscribing.recipients(one).exists()]
    assert send("post", f"{PAGE}/afterwards", said | {"ended_at": began.isoformat()}).json()["code"] == "bad_times"


def test_only_who_manages_pages_puts_right() -> None:
    incident = opened()
    for command in (
        lambda: records.override_impact(incident, Impact.NONE, actor=linus()),
        lambda: records.put_right(incident.bulletins.get(), "x", actor=linus()),
        lambda: records.tell_afterwards(page(), Afterwards("x", "x", "x", clock.now(), clock.now(), {}), actor=linus()),
    ):
        with pytest.raises(RuleBroken, match="may not"):
            command()


def at_work() -> PublicIncident:
    begins = clock.now() + timedelta(hours=1)
    plan = Plan("New disks", "It is slower.", begins, begins + timedelta(hours=1), [component("Search")])
    work = maintenance.schedule(page(), plan, actor=admin())
    maintenance.start(work, actor=admin())
    return work


def test_a_maintenance_that_broke_something_goes_on_as_the_incident() -> None:
    confirmed()
    work = at_work()
    broken = opened(Status.MAJOR_OUTAGE, "Search")
    answer = browser(admin()).post(
        f"/status-page/denomas/maintenance/{work.public_id}/become/", {"incident": broken.public_id}, follow=True
    )
    assert "the incident goes on in its place" in text(answer)
    over = PublicIncident.objects.get(pk=work.pk)
    assert (over.state, over.is_automatic, status_of("Search")) == (State.COMPLETED, False, Status.MAJOR_OUTAGE)
    assert not subscribing.recipients(over.bulletins.first()).exists()  # type: ignore[arg-type]
    sheet = rendered(f"incidents/{broken.public_id}.html")
    assert "Came of" in sheet
    assert work.public_id in sheet
    tell(State.RESOLVED, about=broken)
    assert status_of("Search") == Status.OPERATIONAL


def test_only_what_has_begun_becomes_an_open_incident_of_its_page() -> None:
    work, over = at_work(), opened()
    tell(State.RESOLVED, about=over)
    one = f"{PAGE}/maintenances/{work.public_id}/become"
    assert send("post", one, {"incident": over.public_id}).status_code == 400
    with pytest.raises(RuleBroken, match="open incident of this page"):
        becoming.become(work, over, actor=admin())
    still_open = opened(name="API")
    assert send("post", one, {"incident": still_open.public_id}).json()["status"] == "completed"
    assert send("post", one, {"incident": still_open.public_id}).json()["code"] == "not_begun"


def told_pages() -> str:
    return "/status-page/denomas/incidents/"


def test_the_page_of_an_incident_sets_the_impact_that_readers_see() -> None:
    incident = opened(Status.MAJOR_OUTAGE)
    one = f"{told_pages()}{incident.public_id}/"
    assert one in browser(linus()).get(told_pages()).content.decode()
    assert "Let readers see it" not in text(browser(linus()).get(one))
    assert browser(linus()).post(one, {"impact": "minor"}).status_code == 403
    chief = browser(admin())
    assert "as reckoned: critical" in text(chief.get(one))
    assert chief.post(one, {"impact": "minor"}).status_code == 302
    assert document("summary")["incidents"][0]["impact"] == "minor"
    assert chief.post(one, {"impact": "maintenance"}).status_code == 422
    chief.post(one, {"impact": "reckoned"})
    assert document("summary")["incidents"][0]["impact"] == "critical"


def test_a_slip_is_put_right_on_the_page_while_it_may_be() -> None:
    incident = opened(body="We are lookign into it.")
    slip = f"/status-page/denomas/bulletins/{incident.bulletins.get().public_id}/"
    chief, one = browser(admin()), f"{told_pages()}{incident.public_id}/"
    assert slip in chief.get(one).content.decode()
    assert browser(linus()).post(slip, {"body": "We are looking into it."}).status_code == 403
    refused = chief.post(slip, {"body": "Everything is different from what we said."})
    assert refused.status_code == 422
    assert "An edit changes at most 20 characters" in text(refused)
    assert "Everything is different" in text(refused)
    assert chief.post(slip, {"body": "We are looking into it."}).status_code == 302
    assert incident.bulletins.get().body == "We are looking into it."
    assert "edited" in text(chief.get(one))
    with clock.shifted(timedelta(minutes=11)):
        assert slip not in chief.get(one).content.decode()


def test_what_was_never_told_is_written_down_on_the_page_and_keeps_what_was_typed() -> None:
    address, chief = f"{told_pages()}afterwards/", browser(admin())
    assert browser(linus()).get(address).status_code == 403
    assert "not affected" in text(chief.get(address))
    said = {
        "name": "Search failed", "began": "Searches failed.", "ended": "They work again.",
        "began_at": "2026-11-20T10:00", "ended_at": "2026-11-20T10:40",
    }  # fmt: skip
    harmed = {f"status-{component('Search').public_id}": "major_outage"}
    nothing = chief.post(address, said)
    assert nothing.status_code == 422
    assert "Name at least one component" in text(nothing)
    backwards = chief.post(address, said | harmed | {"ended_at": "2026-11-20T09:00"})
    assert "It began before it ended, and is over." in text(backwards)
    assert "Searches failed." in text(backwards)
    assert chief.post(address, said | harmed).status_code == 302
    told = PublicIncident.objects.get()
    assert (told.state, told.impact, status_of("Search")) == (State.RESOLVED, Impact.CRITICAL, Status.OPERATIONAL)
    assert [one.tells_subscribers for one in told.bulletins.all()] == [False, False]
