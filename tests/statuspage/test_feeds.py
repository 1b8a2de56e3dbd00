"""The feeds as feed readers see them, and the calendar as calendars do."""

import re
from datetime import timedelta
from typing import Any

import feedparser
import pytest

from kit import clock
from statuspage import maintenance
from statuspage.maintenance import Plan
from statuspage.models import Bulletin, PublicIncident
from statuspage.vocabulary import State
from tests.people import admin
from tests.statuspage.world import component, opened, page, rendered, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: Any) -> None:
    page()


def atom() -> Any:
    return feedparser.parse(rendered("history.atom"))


def test_atom_has_the_ids_that_clients_know() -> None:
    incident = opened()
    feed = atom()
    assert not feed.bozo
    assert feed.feed.id == "tag:status.denomas.example,2005:/history"
    assert feed.entries[0].id == f"tag:status.denomas.example,2005:Incident/{incident.public_id}"
    assert feed.entries[0].link == f"http://status.denomas.example/incidents/{incident.public_id}"
    assert feed.entries[0].title == "Payments fail"


def test_an_entry_tells_each_update_newest_first_and_says_update_where_the_state_stayed() -> None:
    incident = opened()
    tell(about=incident, body="Still **looking** into it.", at=clock.now() + timedelta(minutes=5))
    tell(State.RESOLVED, about=incident, body="Fixed & done.", at=clock.now() + timedelta(minutes=9))
    content = atom().entries[0].content[0].value
    assert re.findall(r"<strong>(\w+)</strong> -", content) == ["Resolved", "Update", "Investigating"]
    assert "Still <strong>looking</strong> into it." in content
    assert "Fixed &amp; done." in content


def test_published_is_the_last_change_of_state_and_updated_moves_with_an_edit() -> None:
    incident = opened()
    tell(about=incident, at=clock.now() + timedelta(minutes=5))
    before = atom().entries[0]
    assert before.published < before.updated
    edited = clock.now() + timedelta(hours=1)
    Bulletin.objects.filter(public_incident=incident).update(updated_at=edited)
    PublicIncident.objects.filter(pk=incident.pk).update(revision=9)
    _say_something_else()
    after = atom().entries[-1]
    assert (after.id, after.published) == (before.id, before.published)
    assert after.updated > before.updated


def _say_something_else() -> None:
    tell(name="Another", at=clock.now() + timedelta(minutes=1))


def test_rss_tells_the_same_and_its_guid_is_no_address() -> None:
    incident = opened(body="We look <b>into</b> it.")
    feed = feedparser.parse(rendered("history.rss"))
    assert not feed.bozo
    assert feed.entries[0].id == f"tag:status.denomas.example,2005:Incident/{incident.public_id}"
    assert "&lt;b&gt;into" in rendered("history.rss").replace("&amp;", "&")
    assert "<b>" not in feed.entries[0].description


def test_the_feeds_hold_twenty_five_entries_with_maintenance_among_them() -> None:
    for number in range(26):
        tell(name=f"Incident {number}", at=clock.now() - timedelta(seconds=number + 1))
    maintenance.schedule(page(), _plan(), actor=admin())
    entries = atom().entries
    assert len(entries) == 25
    assert "New disks" in [entry.title for entry in entries]


def test_a_control_character_does_not_break_the_feeds() -> None:
    opened(body="A bell \x07 rings.")
    assert not atom().bozo
    assert not feedparser.parse(rendered("history.rss")).bozo


def _plan(name: str = "New disks", body: str = "It is slower.") -> Plan:
    begins = clock.now() + timedelta(days=1)
    return Plan(name, body, begins, begins + timedelta(hours=2), [component("Search")])


def calendar() -> tuple[str, list[str]]:
    raw = rendered("calendar.ics")
    return raw, raw.replace("\n ", "").splitlines()


def test_the_calendar_holds_maintenance_with_its_window() -> None:
    work = maintenance.schedule(page(), _plan(body="Slower; up to 2, 3 times.\nSorry."), actor=admin())
    _, lines = calendar()
    assert f"UID:{work.public_id}@status.denomas.example" in lines
    assert f"DTSTART:{work.scheduled_for:%Y%m%dT%H%M%SZ}" in lines
    assert f"DTEND:{work.scheduled_until:%Y%m%dT%H%M%SZ}" in lines
    assert r"DESCRIPTION:Slower\; up to 2\, 3 times.\nSorry." in lines
    assert "STATUS:CONFIRMED" in lines


def test_a_moved_or_cancelled_maintenance_is_taken_anew_by_calendars() -> None:
    work = maintenance.schedule(page(), _plan(), actor=admin())
    first = next(line for line in calendar()[1] if line.startswith("SEQUENCE"))
    maintenance.cancel(work, "Not needed any more.", actor=admin())
    _, lines = calendar()
    assert "STATUS:CANCELLED" in lines
    assert first not in lines


def test_no_line_of_the_calendar_is_longer_than_75_octets() -> None:
    maintenance.schedule(page(), _plan(name="Größere Änderungen an den Servern 日本語 " * 4), actor=admin())
    raw = rendered("calendar.ics").encode()
    assert max(len(line) for line in raw.splitlines()) <= 75
    assert "Größere Änderungen an den Servern 日本語 Größere" in "".join(calendar()[1])
