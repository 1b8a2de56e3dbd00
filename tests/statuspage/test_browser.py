"""The public page in a real browser: accessible, steady, without errors, and whole without scripts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from kit import clock
from statuspage import maintenance, snapshot
from statuspage.maintenance import Plan
from statuspage.models import Component
from statuspage.vocabulary import State, Status
from tests.people import admin
from tests.processes import browsers
from tests.processes.browsers import complaints
from tests.statuspage.reading import served
from tests.statuspage.world import another, component, opened, page, tell

pytestmark = [pytest.mark.django_db, pytest.mark.browser]
SHEETS = ("/", "/uptime", "/history", "/incidents/{id}", "/nothing")


@pytest.fixture(scope="module")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    """One browser for all; the database first, for the browser's loop has connections of its own."""
    with browsers.chromium() as browser:
        yield browser


@pytest.fixture
def address(settings: Any) -> Iterator[str]:
    """Everything that a page can show, served as `make run` does."""
    group = another("Core", is_group=True)
    Component.objects.filter(name__in=("API", "Checkout")).update(group=group)
    # Within one day, whatever the hour is now.
    noon = (clock.now() - timedelta(days=3)).replace(hour=12)
    over = opened(Status.MAJOR_OUTAGE, at=noon)
    tell(State.RESOLVED, about=over, at=noon + timedelta(minutes=50))
    opened(Status.DEGRADED_PERFORMANCE, "API", next_update_at=clock.now() + timedelta(minutes=12))
    for hours in (1, 2):
        begins = clock.now() + timedelta(hours=hours)
        plan = Plan("New disks", "It is slower.", begins, begins + timedelta(hours=1), [component("Search")])
        work = maintenance.schedule(page(), plan, actor=admin())
    maintenance.start(work, actor=admin())
    snapshot.render(page().pk)
    with served(Path(settings.PUBLIC_ROOT)) as at:
        yield at


def window(chromium: Browser, errors: list[str], **how: Any) -> Page:
    opened_page = chromium.new_context(timezone_id="Europe/Berlin", locale="en-GB", **how).new_page()
    opened_page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    opened_page.on("pageerror", lambda error: errors.append(str(error)))
    return opened_page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_and_nothing_overflows(chromium: Browser, address: str, scheme: str, width: int) -> None:
    errors: list[str] = []
    size = {"width": width, "height": 800}
    sheet = window(chromium, errors, color_scheme=scheme, viewport=size, bypass_csp=True)
    first = next(line for line in (page().public_incidents.values_list("public_id", flat=True)))
    for path in SHEETS:
        sheet.goto(address + path.format(id=first))
        assert complaints(sheet) == [], path
        assert sheet.evaluate("document.documentElement.scrollWidth") <= width, path
    assert [error for error in errors if "404" not in error] == []


def test_the_strict_policy_is_kept(chromium: Browser, address: str) -> None:
    errors: list[str] = []
    sheet = window(chromium, errors)
    sheet.goto(address)
    sheet.wait_for_timeout(200)
    assert errors == []


def test_the_promise_counts_down_in_the_readers_zone(chromium: Browser, address: str) -> None:
    sheet = window(chromium, [])
    sheet.goto(address)
    promise = sheet.text_content("[data-promise]") or ""
    assert "(in 12 min, " in promise or "(in 11 min, " in promise
    assert "where you are)" in promise


def test_the_bars_answer_to_keys_and_speak_each_day(chromium: Browser, address: str) -> None:
    sheet = window(chromium, [])
    sheet.goto(address)
    bars = sheet.locator("svg.bars[role=slider]").first
    bars.focus()
    for _ in range(3):
        sheet.keyboard.press("ArrowLeft")
    assert "major outage 50 min" in (bars.get_attribute("aria-valuetext") or "")
    assert "major outage 50 min" in (sheet.locator(".pick:visible").text_content() or "")
    sheet.keyboard.press("Home")
    assert bars.get_attribute("aria-valuenow") == "0"


def test_an_old_copy_says_so_by_the_readers_clock(chromium: Browser, address: str) -> None:
    sheet = window(chromium, [])
    sheet.goto(address)
    assert sheet.locator("[data-stale]").is_hidden()
    sheet.clock.install(time=clock.now() + timedelta(minutes=16))
    sheet.reload()
    assert sheet.locator("[data-stale]").is_visible()


def test_the_page_is_whole_without_scripts(chromium: Browser, address: str) -> None:
    sheet = window(chromium, [], java_script_enabled=False)
    sheet.goto(address)
    assert "Next update by" in sheet.inner_text("[data-promise]")
    assert sheet.locator("svg.bars[role=img]").count() == 3
    assert sheet.locator("[data-stale]").is_hidden()
    assert sheet.locator("form button").is_visible()


def test_a_widget_on_another_site_reads_the_summary(chromium: Browser, address: str) -> None:
    """As `@statuspage/status-widget` does it: its own path on the address it is given, and any answer but 2xx fails."""
    elsewhere = chromium.new_context().new_page()
    read = """async (base) => {
      const url = new URL(base);
      url.pathname = "/api/v2/summary.json";
      const response = await fetch(url.toString());
      if (!response.ok) throw new Error(response.statusText);
      const { page, status, incidents } = await response.json();
      return [page.name, status.indicator, status.description, incidents[0].name, response.headers.get("etag")];
    }"""
    name, indicator, description, incident, tag = elsewhere.evaluate(read, address)
    assert (name, indicator, description) == ("Denomas SaaS", "minor", "Partially Degraded Service")
    assert incident == "Payments fail"
    assert tag.startswith('"')
