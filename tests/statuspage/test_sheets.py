"""What readers of the page are told, in words."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from kit import clock
from statuspage import maintenance, reading, rendering
from statuspage.maintenance import Plan
from statuspage.models import Component, Page, PublicIncident
from statuspage.vocabulary import State, Status
from tests.people import admin
from tests.statuspage.world import another, component, opened, page, rendered, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: Any) -> None:
    page()


def read(path: str = "index.html") -> str:
    """A sheet as one reads it: without tags, white space folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", rendered(path))).replace("&#x27;", "'")


def test_all_is_well_in_one_sentence_and_empty_parts_say_so() -> None:
    text = read()
    assert "All Systems Operational" in text
    assert "None is planned." in text
    assert text.count("No incidents.") == 14
    assert "Data as of 23 Nov 2026, 10:00 UTC" in text


def test_an_open_incident_leads_with_its_latest_words_and_the_promise() -> None:
    incident = opened(body="We **look** into it.")
    tell(State.IDENTIFIED, about=incident, body="We found it.", next_update_at=clock.now() + timedelta(minutes=12))
    html, text = rendered(), read()
    assert html.index("Payments fail") < html.index('id="components"')
    assert "Identified" in text
    assert "We found it." in text
    assert "Next update by 10:12 UTC" in text
    assert 'datetime="2026-11-23T10:12:00Z"' in html
    assert "1 incident is open." in text


def test_readers_are_never_shown_that_something_is_overdue() -> None:
    """SUP3-4."""
    opened(next_update_at=clock.now() + timedelta(minutes=12))
    with clock.shifted(timedelta(minutes=20)):
        text = read()
    assert "Next update by" not in text
    assert "late" not in text.lower().replace("latest", "").replace("translate", "")
    assert "overdue" not in text


def test_the_end_is_told_in_the_last_days_with_how_long_it_lasted() -> None:
    incident = opened(at=clock.now() - timedelta(hours=2))
    tell(State.RESOLVED, about=incident, body="Fixed.", at=clock.now() - timedelta(minutes=25))
    text = read()
    assert "Open now" not in text
    assert "lasted 1 h 35 min" in text
    assert "All Systems Operational" in text


def test_an_incident_has_a_page_with_its_updates_in_order() -> None:
    incident = opened(at=clock.now() - timedelta(hours=2), body="First words.")
    tell(State.IDENTIFIED, about=incident, body="Second words.", at=clock.now() - timedelta(hours=1))
    tell(State.RESOLVED, about=incident, body="Last words.", at=clock.now())
    text = read(f"incidents/{incident.public_id}.html")
    assert text.index("First words.") < text.index("Second words.") < text.index("Last words.")
    assert "Total duration 2 h 00 min" in text
    assert "Affected Checkout" in text
    assert "Operational → then Partial outage" in text
    assert "23 Nov 2026, 08:00 UTC" in text


def test_an_update_that_was_posted_later_says_so() -> None:
    """E11."""
    incident = opened(display_at=clock.now() - timedelta(minutes=40))
    assert "Posted later, 23 Nov 2026, 10:00 UTC" in read(f"incidents/{incident.public_id}.html")


def test_the_history_goes_back_three_months_a_page() -> None:
    for days in (1, 40, 100, 200):
        tell(name=f"{days} days ago", at=clock.now() - timedelta(days=days))
    first, second = read("history.html"), read("history/2.html")
    assert [month in first for month in ("November 2026", "October 2026", "September 2026")] == [True] * 3
    assert "1 days ago" in first
    assert "40 days ago" in first
    assert "100 days ago" not in first
    assert [month in second for month in ("August 2026", "July 2026", "June 2026")] == [True] * 3
    assert "100 days ago" in second
    assert "Older months" in second
    assert "200 days ago" in read("history/3.html")


def test_days_begin_at_midnight_of_the_page() -> None:
    Page.objects.update(time_zone="Asia/Tokyo")
    incident = opened(at=clock.now() - timedelta(hours=18))
    tell(State.RESOLVED, about=incident)
    html = rendered()
    day = html.index('<time datetime="2026-11-23">23 Nov 2026</time>')
    assert html.index("Payments fail", day) < html.index('<time datetime="2026-11-22">')
    assert "days begin at midnight in Asia/Tokyo" in read()


def test_uptime_stands_with_its_formula_and_a_table() -> None:
    incident = opened(Status.MAJOR_OUTAGE, at=clock.now() - timedelta(days=3))
    tell(State.RESOLVED, about=incident, at=clock.now() - timedelta(days=3) + timedelta(minutes=95))
    text = read("uptime.html")
    assert "Checkout 99.92 %" in text
    assert "20 Nov 2026 major outage 1 h 35 min" in text
    assert "major outage 100 %, partial outage 30 %" in text
    assert "99.92 % uptime" in read()


def test_the_pages_own_weights_stand_in_the_formula() -> None:
    Page.objects.update(partial_weight=50, degraded_weight=10)
    assert "partial outage 50 %, degraded performance 10 %" in read("uptime.html")


def test_each_component_has_ninety_bars_with_words() -> None:
    Component.objects.filter(name="Search").update(start_date=date(2026, 11, 20))
    html = rendered()
    assert html.count('<svg class="bars"') == 3
    assert html.count("<title>") - html.count("<title>All") == 3 * 90
    assert "20 Nov 2026: no outage" in html
    assert "19 Nov 2026: not measured yet" in html


def test_a_component_may_hide_its_uptime_or_itself() -> None:
    Component.objects.filter(name="API").update(showcase=False)
    Component.objects.filter(name="Search").update(only_show_if_degraded=True)
    html = rendered()
    assert html.count('<svg class="bars"') == 1
    assert f'id="component-{component("Search").public_id}"' not in html
    opened(name="Search")
    assert f'id="component-{component("Search").public_id}"' in rendered()


def test_a_group_shows_its_worst_component() -> None:
    group = another("Core", is_group=True)
    Component.objects.filter(name__in=("API", "Checkout")).update(group=group)
    opened(Status.DEGRADED_PERFORMANCE, "API")
    html = rendered()
    assert re.search(r"<h3>Core</h3><span class=\"sign\" data-status=\"degraded_performance\">", html)


def test_what_was_imported_without_its_end_is_history_and_never_current() -> None:
    incident = opened(at=clock.now() - timedelta(days=2))
    PublicIncident.objects.filter(pk=incident.pk).update(is_imported=True)
    Component.objects.update(status=Status.OPERATIONAL)
    text = read()
    assert "All Systems Operational" in text
    assert "Open now" not in text
    assert "Closing update not recorded" in text
    assert "Not recorded" in read(f"incidents/{incident.public_id}.html")


def test_maintenance_stands_ahead_then_under_way_then_in_the_last_days() -> None:
    begins = clock.now() + timedelta(minutes=30)
    plan = Plan("New disks", "Slower.", begins, begins + timedelta(hours=2), [component()])
    work = maintenance.schedule(page(), plan, actor=admin())
    assert "None is planned." not in read()
    maintenance.start(work, actor=admin())
    text = read()
    assert "1 maintenance is under way." in text
    assert "Some systems are under maintenance" in text
    maintenance.complete(work, actor=admin())
    assert "Completed" in read()


def test_words_from_outside_are_not_run() -> None:
    opened(body="<script>alert(1)</script> [link](javascript:alert(1))", name="API")
    PublicIncident.objects.update(name="<img src=x onerror=alert(1)>", revision=9)
    Component.objects.update(description="<b>bold</b>")
    Page.objects.update(version=9)
    html = rendered()
    for bad in ("<script>alert", "<img src=x", 'href="javascript', "<b>bold"):
        assert bad not in html


def test_nothing_inline_and_nothing_from_elsewhere() -> None:
    opened()
    for sheet in ("index.html", "uptime.html", "history.html", "404.html"):
        html = rendered(sheet)
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=\"/assets/)", html)
        # Whoever subscribes a webhook follows a link to the house, where the form for mail is sent as well.
        html = re.sub(r'<a href="http://127\.0\.0\.1:8000/subscribe/denomas/\?channel=webhook">', "", html)
        assert set(re.findall(r"(?:src|href)=\"(https?://[^/\"]+)", html)) <= {"http://status.denomas.example"}


def test_the_form_posts_to_the_house_and_nowhere_else(settings: Any) -> None:
    html = rendered()
    assert f'action="{settings.SITE_URL}/subscribe/denomas/"' in html
    assert f'content="form-action {settings.SITE_URL}"' in html


def test_the_badge_says_what_the_headline_says() -> None:
    opened(Status.DEGRADED_PERFORMANCE)
    assert "Partially Degraded Service" in rendered("badge.svg")


def test_a_month_in_which_nothing_changed_is_not_read_again() -> None:
    """Its bulletins are not, either; a month that was kept and did change is drawn anew."""
    old = tell(name="Of long ago", at=clock.now() - timedelta(days=40)).public_incident
    opened()
    assert "Of long ago" in read("history.html")
    tell(name="Of today", at=clock.now())
    assert old.pk not in needed_by_the_history()
    tell(State.RESOLVED, about=old, body="It is over.", at=clock.now())
    assert old.pk in needed_by_the_history()
    assert re.search("Of long ago .* lasted 40 d", read("history.html"))
    assert "Of today" in read("history.html")


def needed_by_the_history() -> set[int]:
    content = reading.read(page(), clock.now())
    return {one.pk for file in rendering.files(content) if file.path == "history.html" for one in file.needs}
