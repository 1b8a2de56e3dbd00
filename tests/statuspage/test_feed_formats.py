"""Every feed as a validator of its format sees it, and all of them alike; the calendar as a calendar program does."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import feedparser
import icalendar
import pytest
from lxml import etree

from kit import clock
from statuspage import maintenance, publishing
from statuspage.maintenance import Plan
from statuspage.models import Bulletin, Page, PublicIncident
from statuspage.vocabulary import State, Status
from tests import reach
from tests.people import admin
from tests.statuspage.world import component, opened, page, rendered, tell

pytestmark = pytest.mark.django_db
GRAMMAR = Path(__file__).with_name("atom.rng")


@pytest.fixture(autouse=True)
def world(morning: Any) -> None:
    over = opened(Status.MAJOR_OUTAGE, at=clock.now() - timedelta(hours=3), body="A & B <fail> — “all” of it.\n\n- one")
    tell(State.RESOLVED, about=over, at=clock.now() - timedelta(hours=2))
    opened(name="Checkout", next_update_at=clock.now() + timedelta(minutes=10))
    begins = clock.now() + timedelta(days=1)
    plan = Plan(
        "New disks; old, gone", "Slower,\nfor an hour.", begins, begins + timedelta(hours=1), [component("API")]
    )
    maintenance.schedule(page(), plan, actor=admin())


def parsed(name: str) -> Any:
    return etree.fromstring(rendered(name).encode(), etree.XMLParser(resolve_entities=False, recover=False))


def ids() -> list[list[str]]:
    """What each feed calls its entries."""
    feeds = [feedparser.parse(rendered(name)) for name in ("history.atom", "history.rss")]
    of_json = [one["id"] for one in json.loads(rendered("feed.json"))["items"]]
    return [*([one.id for one in feed.entries] for feed in feeds), of_json]


def test_atom_is_valid_by_its_grammar_and_so_is_a_genuine_feed() -> None:
    grammar = etree.RelaxNG(etree.parse(GRAMMAR))
    assert grammar.validate(parsed("history.atom")), grammar.error_log
    genuine = etree.parse(reach.shared("samples", "statuspage", "github.history.atom"))
    assert grammar.validate(genuine), grammar.error_log


def test_rss_has_what_its_specification_asks_for() -> None:
    rss = parsed("history.rss")
    assert (rss.tag, rss.get("version")) == ("rss", "2.0")
    channel = rss.find("channel")
    assert [channel.findtext(name) is not None for name in ("title", "link", "description")] == [True] * 3
    for item in channel.findall("item"):
        assert item.find("guid").get("isPermaLink") == "false"
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", item.findtext("pubDate"))


def test_a_paragraph_is_made_as_in_the_genuine_feed() -> None:
    shape = re.compile(
        r"<p>\s*<small>\w{3} <var data-var='date'>[ \d]\d</var>, <var data-var='time'>\d\d:\d\d</var> UTC</small>"
        r"<br>\s*<strong>[\w ]+</strong> - "
    )
    genuine = etree.parse(reach.shared("samples", "statuspage", "github.history.atom")).getroot()
    for feed in (genuine, parsed("history.atom")):
        contents = [one.text for one in feed.iter("{*}content")]
        assert contents
        assert all(shape.search(content) for content in contents)


def test_json_feed_says_what_the_others_say() -> None:
    feed = json.loads(rendered("feed.json"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "http://status.denomas.example/feed.json"
    assert {"id", "url", "title", "content_html", "date_published", "date_modified", "tags"} == set(feed["items"][0])
    assert feed["items"][0]["tags"] == ["scheduled", "maintenance"]
    assert "<li>one</li>" in feed["items"][-1]["content_html"]


def test_ids_are_the_same_in_every_feed_and_after_every_edit() -> None:
    before = ids()
    assert before[0] == before[1] == before[2]
    now = clock.now()
    Bulletin.objects.update(body="Corrected.", updated_at=now + timedelta(minutes=1))
    PublicIncident.objects.update(name="Another name", revision=9)
    Page.objects.update(name="Another page", description="Moved")
    publishing.touch(page(), now)
    assert ids() == before
    assert "Corrected." in rendered("feed.json")


def test_a_calendar_program_reads_each_maintenance_with_its_window() -> None:
    read: Any = icalendar.Calendar.from_ical(rendered("calendar.ics"))
    assert read.get("version") == "2.0"
    (event,) = read.walk("VEVENT")
    assert not event.errors
    assert str(event["SUMMARY"]) == "New disks; old, gone"
    assert str(event["DESCRIPTION"]) == "Slower,\nfor an hour."
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=1)
    assert event["DTSTART"].to_ical() == b"20261124T100000Z"
    assert {name for name in ("UID", "DTSTAMP", "SEQUENCE", "STATUS", "URL") if name in event} == {
        "UID", "DTSTAMP", "SEQUENCE", "STATUS", "URL",
    }  # fmt: skip


def test_the_markdown_twin_says_what_the_front_page_says() -> None:
    text = rendered("index.md")
    assert text.startswith("# Denomas SaaS: Minor Service Outage\n")
    assert "- Checkout: Partial outage" in text
    assert "**Investigating** (2026-11-23 10:00 UTC):\n\nWe are looking into it." in text
    assert "Next update by 2026-11-23 10:10 UTC." in text
    assert "### New disks; old, gone" in text
    assert "Resolved" not in text


def test_the_badge_is_well_formed_and_says_the_headline() -> None:
    badge = parsed("badge.svg")
    assert badge.tag == "{http://www.w3.org/2000/svg}svg"
    assert badge.get("aria-label") == "Status: Minor Service Outage"
