"""Every page in a real browser: it answers, axe finds nothing, the CSP holds, nothing is wider than a phone."""

from contextlib import suppress

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse
from playwright.sync_api import Browser, Page

from incidents import communications, engagement, exits, levelling
from incidents.models import Incident, Service
from incidents.vocabulary import Posture, Severity, Type
from roles.models import Rotation
from tests.incidents.stories import declared, told_public
from tests.people import ada, admin, grace, linus, team
from tests.processes import browsers
from tests.processes.stack import Stack
from tests.statuspage_world import page as status_page

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.browser,
    pytest.mark.timeout(1200),
]

# Answers of machines, and buttons.
NOT_PAGES = ("api_schema", "readyz", "metrics", "engine", "similar", "suggest", "account_logout", "account_signup")
WITH_NAMES = (
    *("/incidents/?q=nothing+fits", "/incidents/?severity=S9", "/services/checkout/", "/services/checkout/edit/"),
    *("/roles/incident_manager/", "/status-page/denomas/settings/", "/status-page/denomas/components/"),
    *(
        "/status-page/denomas/incidents/",
        "/status-page/denomas/incidents/afterwards/",
        "/status-page/denomas/maintenance/",
        "/status-page/denomas/maintenance/new/",
        "/status-page/denomas/subscribers/",
    ),
    *(
        "/insights/?period=all&by=month",
        "/insights/trend/?period=all",
        "/insights/compare/?a=S1&b=S2",
        "/people/teams/platform/",
        "/nowhere/",
    ),
)
IN_A_ROOM = (
    *("", "severity/", "phase/", "impact/", "times/", "details/", "situation/", "posture/", "bulletin/", "ask/"),
    *("people/", "offer/", "monitor/", "decline/", "merge/", "restrict/", "members/", "review/", "findings/"),
    *("report/", "actions/add/"),
)
METHOD_NOT_ALLOWED = 405
PUBLIC = ("/", "/history", "/uptime")


def operators() -> list[str]:
    """Every address that needs no more words, as the house's list of addresses has them."""
    names = [name for name in get_resolver().reverse_dict if isinstance(name, str) and name not in NOT_PAGES]
    pages = [name for name in names if not name.startswith("api_") or name == "api_docs"]
    found = []
    for name in sorted(pages):
        with suppress(NoReverseMatch):
            found.append(reverse(name))
    return found


def world() -> list[Incident]:
    """One incident in full swing, one that is restricted, one that is closed."""
    service = Service.objects.create(name="Checkout", slug="checkout", owner=team(), description="Takes the money")
    service.components.set(status_page().components.all()[:1])
    busy = declared(Severity.S1, services=(service,), affected="A fifth of the merchants")
    for person in (linus(), grace(), ada()):
        engagement.acknowledge(busy, actor=person)
    levelling.confirm(busy, actor=grace())
    told_public(busy, body="We are looking into it.")
    hidden = declared(Severity.S2, type=Type.SECURITY, by=admin(), title="A token leaked")
    closed = exits.fix_and_close(declared(Severity.S4), actor=admin())
    undecided = declared(Severity.S3, by=admin())
    communications.decide_posture(undecided, Posture.POST, actor=grace())
    return [busy, hidden, closed, undecided]


def visit(window: Page, address: str, faults: list[str]) -> None:
    """Open it and note what is wrong with it."""
    # Asked as a reader asks: a page that answers GET alone refuses HEAD, and is looked at all the same.
    if window.request.get(address).status == METHOD_NOT_ALLOWED:
        return
    heard: list[str] = []
    window.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
    window.on("pageerror", lambda error: heard.append(str(error)))
    answer = window.goto(address)
    window.wait_for_load_state("networkidle")
    if answer is None or answer.status >= 500 or answer.status == 403:
        faults.append(f"{address}: answered {answer.status if answer else 'nothing'}")
    # A status the page is meant to have is told to the console, too.
    faults += [f"{address}: {text}" for text in heard if "Failed to load resource" not in text]
    faults += [f"{address}: {complaint}" for complaint in browsers.complaints(window)]
    width = window.viewport_size["width"] if window.viewport_size else 0
    if window.evaluate("document.documentElement.scrollWidth") > width:
        faults.append(f"{address}: wider than {width} px")


@pytest.mark.parametrize(("wide", "dark"), [(True, False), (False, True)], ids=["wide light", "phone dark"])
def test_every_page_is_whole(stack: Stack, chrome: Browser, wide: bool, dark: bool) -> None:
    incidents = world()
    rooms = [f"/incidents/{one.reference}/{path}" for one in incidents[:1] for path in IN_A_ROOM]
    rooms += [one.get_absolute_url() for one in incidents[1:]]
    rooms += [reverse("rotation", args=[Rotation.objects.all()[0].pk]), reverse("person", args=[grace().pk])]
    window = browsers.signed_in(chrome, stack.web, admin().email, wide=wide, dark=dark)
    faults: list[str] = []
    for path in (*operators(), *WITH_NAMES, *rooms):
        visit(window, stack.web + path, faults)
    for path in PUBLIC:
        visit(window, stack.public + path, faults)
    window.context.close()
    assert faults == []


def test_pages_fit_at_four_hundred_percent(stack: Stack, chrome: Browser) -> None:
    """A window of 1280 by 1024 at 400 % is 320 by 256: nothing is wider, and no bar covers what is read."""
    room = world()[0].get_absolute_url()
    window = browsers.signed_in(chrome, stack.web, admin().email, wide=False)
    window.set_viewport_size({"width": 320, "height": 256})
    faults: list[str] = []
    for path in ("/", "/incidents/declare/", "/settings/cadence/", room, f"{room}severity/", f"{room}times/"):
        visit(window, stack.web + path, faults)
    assert faults == []
    window.goto(stack.web + room)
    assert window.evaluate("getComputedStyle(document.querySelector('.duty')).position") == "static"


def test_whoever_was_refused_stands_where_it_is_wrong(stack: Stack, chrome: Browser) -> None:
    window = browsers.signed_in(chrome, stack.web, admin().email)
    window.goto(f"{stack.web}/people/teams/new/")
    window.fill("[name=name]", "\u00ad")
    window.click("main form button.btn-primary")
    window.wait_for_load_state("networkidle")
    focused = "(() => { const on = document.activeElement; return [on.name, on.getAttribute('aria-describedby')] })()"
    assert window.evaluate(focused) == ["name", "id_name_error"]
    assert "Say what the team is called." in window.inner_text("#id_name_error")


def test_the_pages_at_the_door_are_whole(stack: Stack, chrome: Browser) -> None:
    window = chrome.new_page(viewport={"width": 390, "height": 844})
    faults: list[str] = []
    for path in ("/accounts/login/", "/accounts/password/reset/"):
        visit(window, stack.web + path, faults)
    assert faults == []
