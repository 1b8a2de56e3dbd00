#!/usr/bin/env python
"""Takes pictures of the demo in a real browser: `tools/pictures.py FOLDER`, or `--papers` for those of the README.

Starts the quick start on a folder of its own, signs in, and takes each page wide and at 390 px, light and dark.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402 - the path comes first

from tests import reach  # noqa: E402
from tests.ports import free_port  # noqa: E402

PAGES = {
    "board": "/",
    "incidents": "/incidents/",
    "declare": "/incidents/declare/",
    "insights": "/insights/",
    "trend": "/insights/trend/?period=all",
    "compare": "/insights/compare/",
    "report": "/insights/report/",
    "business": "/insights/business/",
    "load": "/insights/load/",
    "late": "/late/",
    "actions": "/actions/",
    "services": "/services/",
    "service": "/services/checkout/",
    "people": "/people/",
    "team": "/people/teams/platform/",
    "invite": "/people/invite/",
    "organisation": "/people/organisation/",
    "rotations": "/people/rotations/",
    "roles": "/roles/",
    "role": "/roles/incident_manager/",
    "setup": "/setup/",
    "me": "/me/",
    "contacts": "/me/contacts/",
    "second-factor": "/accounts/2fa/",
    "cadence": "/settings/cadence/",
    "channels": "/settings/channels/",
    "mail": "/settings/channels/mail/",
    "audiences": "/settings/channels/audiences/",
    "ledger": "/letters/",
    "outbox": "/outbox/",
    "status-page": "/status-page/",
    "api": "/api/v1/docs",
    "not-found": "/nowhere/",
}
IN_A_ROOM = (
    *("", "severity", "phase", "impact", "times", "details", "situation", "posture", "bulletin", "ask", "people"),
    *("offer", "monitor", "decline", "merge", "restrict", "review", "told"),
)
# The first of each of the five actors, and somebody who only hears.
OTHERS = ("linus", "sam", "grace", "lea", "ravi", "stella")
LOOKS = [(wide, dark) for wide in (True, False) for dark in (False, True)]


@contextmanager
def demo() -> Iterator[tuple[str, str, str, str]]:
    """The quick start on this machine: its two addresses, and who may sign in with which password."""
    web, public = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        env = kept | {"SITREP_MODE": "quickstart", "SITREP_VAR": folder, "PYTHONUNBUFFERED": "1"}
        env |= {"PORT": str(web), "PUBLIC_PORT": str(public)}
        log = Path(folder, "serve.log")
        with log.open("wb") as out:
            run = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=env,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        try:
            found = None
            while not found and run.poll() is None:
                time.sleep(0.2)
                said = log.read_text()
                found = "Ctrl-C" in said and re.search(r"Sign in +(\S+) +(\S+)", said)
            if not found:
                sys.exit(log.read_text())
            yield f"http://127.0.0.1:{web}", f"http://127.0.0.1:{public}", found[1], found[2]
        finally:
            run.send_signal(signal.SIGINT)
            run.wait(20)


def window(browser: Browser, *, wide: bool, dark: bool, height: int = 900) -> Page:
    size = {"width": 1280 if wide else 390, "height": height}
    return browser.new_context(viewport=size, color_scheme="dark" if dark else "light").new_page()


def sign_in(page: Page, web: str, email: str, password: str) -> None:
    page.goto(f"{web}/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.click("main form button:not([type]), main button[type=submit]")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def room(page: Page, web: str) -> str:
    """The address of the one incident that is open in the demo."""
    page.goto(f"{web}/")
    return str(page.locator("main a[href^='/incidents/']:not([href*=declare])").first.get_attribute("href"))


def take_all(browser: Browser, folder: Path, web: str, public: str, email: str, password: str) -> None:
    for wide, dark in LOOKS:
        look = f"{'wide' if wide else 'phone'}-{'dark' if dark else 'light'}"
        page = window(browser, wide=wide, dark=dark)
        take(page, f"{web}/accounts/login/", folder / f"door-{look}.png")
        sign_in(page, web, email, password)
        open_one = room(page, web)
        places = {name: web + path for name, path in PAGES.items()} | {"public": public}
        for step in IN_A_ROOM:
            places["-".join(["room", step] if step else ["room"])] = f"{web}{open_one}{step + '/' if step else ''}"
        for name, address in places.items():
            take(page, address, folder / f"{name}-{look}.png")
        for person in OTHERS:
            page = window(browser, wide=wide, dark=dark)
            sign_in(page, web, email.replace("ada@", f"{person}@"), password)
            take(page, f"{web}/", folder / f"board-of-{person}-{look}.png")
            take(page, web + open_one, folder / f"room-of-{person}-{look}.png")


def take(page: Page, address: str, file: Path) -> None:
    """One picture; an address that is not there any more is said, so that this list stays true."""
    answer = page.goto(address)
    page.wait_for_load_state("networkidle")
    if answer is None or (answer.status != 200 and "not-found" not in file.name):
        sys.exit(f"{address} answered {answer.status if answer else 'nothing'}")
    page.screenshot(path=file, full_page=True)


def take_for_papers(browser: Browser, folder: Path, web: str, public: str, email: str, password: str) -> None:
    page = window(browser, wide=True, dark=False, height=860)
    sign_in(page, web, email, password)
    for name, address in {"room": web + room(page, web), "public-page": public}.items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}.png")


def main() -> None:
    for_papers = sys.argv[1:] == ["--papers"]
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = ROOT / "docs/pictures" if for_papers else Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with demo() as (web, public, email, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=reach.chromium(), args=["--no-sandbox"])
        pictures = take_for_papers if for_papers else take_all
        pictures(browser, folder, web, public, email, password)
        browser.close()


if __name__ == "__main__":
    main()
