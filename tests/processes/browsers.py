"""A real browser: Debian's Chromium, driven headless."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests import reach
from tests.people import PASSWORD
from tests.processes.waiting import PATIENCE

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    # Where it is small, a page dies for want of it.
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).resolve().parents[2] / "static/vendor/axe.min.js"
GRAVE = ("serious", "critical", "moderate")
MILLISECONDS = PATIENCE * 1000
expect.set_options(timeout=MILLISECONDS)


@contextmanager
def chromium() -> Iterator[Browser]:
    path = reach.chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES, timeout=MILLISECONDS)
        try:
            yield browser
        finally:
            browser.close()
            connections.close_all()


def signed_in(browser: Browser, address: str, email: str, *, wide: bool = True, dark: bool = False) -> Page:
    """A window in which somebody has signed in through the door."""
    size = ViewportSize(width=1280, height=900) if wide else ViewportSize(width=390, height=844)
    context = browser.new_context(viewport=size, color_scheme="dark" if dark else "light")
    context.set_default_timeout(MILLISECONDS)
    page = context.new_page()
    page.goto(f"{address}/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit], main form button:not([type])")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    return page


def complaints(page: Page) -> list[str]:
    """What axe finds on the page that is more than minor: rule, how many, the first place."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{one['id']} ({one['impact']}) × {len(one['nodes'])}: {one['nodes'][0]['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
    ]
