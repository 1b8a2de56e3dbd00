"""The room in a real browser, over a ticker that lives: what the finger and the eye meet, and what survives them."""

import pytest
from playwright.sync_api import Browser, Page, expect

from incidents import communications, engagement, levelling
from incidents.models import Incident
from incidents.vocabulary import Posture, Severity
from roles.models import User
from statuspage.models import Bulletin
from tests.incidents.stories import ada_alone, answered, declared
from tests.people import ada, grace, linus, person, stella
from tests.processes import browsers
from tests.processes.stack import Stack
from tests.processes.waiting import read, until

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.browser,
    pytest.mark.timeout(900),
]
# A finger's width, and the height of a phone.
TARGET, PHONE = 44, 844


def enter(chrome: Browser, stack: Stack, user: User, incident: Incident, *, wide: bool = True, path: str = "") -> Page:
    window = browsers.signed_in(chrome, stack.web, user.email, wide=wide)
    window.goto(f"{stack.web}{incident.get_absolute_url()}{path}")
    return window


def to_be_told() -> Incident:
    """Nobody else has answered yet, so who writes publishes on their own word."""
    incident = levelling.confirm(ada_alone(), actor=grace())
    return communications.decide_posture(incident, Posture.POST, actor=grace())


def write(window: Page, body: str) -> None:
    window.fill("#id_name", "Card payments fail")
    window.fill("#id_body", body)
    window.get_by_label("Checkout").select_option("partial_outage")
    window.get_by_role("button", name="Publish to the page and 1 subscriber").click()
    window.wait_for_url("**/incidents/INC-1/", wait_until="commit")


def test_a_bulletin_is_taken_back_by_one_click_and_goes_out_though_the_window_is_closed(
    stack: Stack, chrome: Browser
) -> None:
    window = enter(chrome, stack, ada(), to_be_told(), path="bulletin/")
    write(window, "Wrong words.")
    # However long the machine takes, the finger is there within the five seconds.
    stack.advance_clock(-60)
    expect(window.locator("#outgoing")).to_contain_text("Your bulletin goes out in")
    window.get_by_role("button", name="Take it back").click()
    expect(window.locator("#id_body")).to_have_value("Wrong words.")
    write(window, "We are looking into failing card payments.")
    stack.advance_clock(-120)
    expect(window.locator("#outgoing")).to_contain_text("Your bulletin goes out in")
    window.context.close()
    stack.advance_clock(0)
    until(lambda: "We are looking into failing card payments." in read(stack.public))
    assert "Wrong words." not in read(stack.public)


def test_an_open_room_publishes_though_the_ticker_is_dead(stack: Stack, chrome: Browser) -> None:
    window = enter(chrome, stack, ada(), to_be_told(), path="bulletin/")
    stack.processes.pop("ticker").kill()
    write(window, "We are looking into it.")
    until(Bulletin.objects.exists)
    expect(window.locator("#outgoing")).to_contain_text("Your bulletin is on the public page")


def test_the_composers_button_counts_people_and_its_success_is_confirmed(stack: Stack, chrome: Browser) -> None:
    incident = levelling.confirm(answered(), actor=grace())
    window = enter(chrome, stack, ada(), incident)
    button = window.locator("[data-send]")
    expect(button).to_have_text("Send to 2")
    window.locator(".who-gets label", has_text="Stakeholders").click()
    expect(button).to_have_text("Send to 3")
    window.locator(".who-gets label", has_text="Responders").click()
    window.locator(".who-gets label", has_text="Public draft").click()
    expect(button).to_have_text("Send to 1, and draft")
    window.locator(".who-gets label", has_text="Public draft").click()
    window.fill("#id_text", "Rolled back in eu-1.")
    button.click()
    expect(window.locator("#outgoing .going")).to_contain_text("Your update goes to 1 person in")
    expect(window.locator("#outgoing .gone")).to_be_visible()
    expect(window.locator("#outgoing")).not_to_contain_text("Take it back", use_inner_text=True)


def test_the_tab_is_called_after_what_is_owed_and_gets_its_name_back(stack: Stack, chrome: Browser) -> None:
    incident = declared()
    engagement.acknowledge(incident, actor=grace())
    window = enter(chrome, stack, ada(), incident)
    until(lambda: window.title().endswith("· INC-1"))
    window.locator("#now").get_by_role("button", name="Acknowledge").click()
    expect(window.locator("#now")).to_contain_text("Waiting for Linus")
    until(lambda: window.title().startswith("INC-1 Checkout fails"))


def test_what_was_folded_out_stays_so_when_the_room_looks_again(stack: Stack, chrome: Browser) -> None:
    incident = levelling.confirm(answered(), actor=grace())
    window = enter(chrome, stack, ada(), incident)
    window.locator("#letters summary").click()
    engagement.join(incident, actor=person("Nora", "Reliability"))
    expect(window.locator("#people")).to_contain_text("Nora")
    assert window.evaluate("document.querySelector('#letters details').open")


def test_a_refused_click_says_why_above_the_room(stack: Stack, chrome: Browser) -> None:
    incident = declared()
    window = enter(chrome, stack, linus(), incident)
    engagement.acknowledge(incident, actor=linus())
    window.evaluate("document.querySelector('[hx-get*=pulse]').remove()")
    window.locator("#now").get_by_role("button", name="Acknowledge").click()
    expect(window.locator("#refusal")).to_contain_text("There is no page of yours to acknowledge here")


def test_declaring_fits_a_phone_and_nothing_moves_under_the_finger(stack: Stack, chrome: Browser) -> None:
    phone = browsers.signed_in(chrome, stack.web, stella().email, wide=False)
    phone.goto(f"{stack.web}/incidents/declare/")
    assert phone.evaluate("document.documentElement.scrollHeight") <= PHONE
    box = phone.get_by_role("button", name="Declare").last.bounding_box()
    assert box
    assert box["y"] + box["height"] <= PHONE
    wide = browsers.signed_in(chrome, stack.web, stella().email)
    wide.goto(f"{stack.web}/incidents/declare/")
    height = wide.evaluate("document.documentElement.scrollHeight")
    wide.locator("label", has_text="S1 Critical").hover()
    assert wide.evaluate("document.documentElement.scrollHeight") == height
    expect(wide.locator("label", has_text="S1 Critical")).to_contain_text("Customers' own business suffers")


def test_on_a_phone_the_room_begins_high_and_every_target_is_a_finger_wide(stack: Stack, chrome: Browser) -> None:
    incident = to_be_told()
    phone = enter(chrome, stack, grace(), incident, wide=False)
    first = phone.locator("#situation").bounding_box()
    assert first
    assert first["y"] < 280
    small = f"""() => [...document.querySelectorAll("main a, main button, main summary, main label.tick")]
        .filter((one) => one.getClientRects().length && getComputedStyle(one).display !== "inline")
        .filter((one) => one.getBoundingClientRect().height < {TARGET})
        .map((one) => one.textContent.trim())"""
    for tab in ("now", "timeline", "people", "public"):
        phone.locator(f".tabs [data-tab={tab}]").click()
        assert phone.evaluate(small) == [], tab
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_severitys_questions_follow_the_direction(stack: Stack, chrome: Browser) -> None:
    window = enter(chrome, stack, grace(), answered(Severity.S2), path="severity/")
    expect(window.get_by_text("Why is it graver?")).to_be_hidden()
    window.locator("label", has_text="S1 Critical").click()
    expect(window.get_by_text("Why is it graver?")).to_be_visible()
    window.locator("label", has_text="S3 Medium").click()
    expect(window.get_by_text("Why is it graver?")).to_be_hidden()
    expect(window.get_by_text("Why is it lower?")).to_be_visible()


def test_the_promise_follows_the_state_and_what_is_over_promises_nothing(stack: Stack, chrome: Browser) -> None:
    window = enter(chrome, stack, ada(), to_be_told(), path="bulletin/")
    expect(window.locator("[data-promise-words]")).to_contain_text("in 15 min ·")
    window.locator("label", has_text="Identified").click()
    expect(window.locator("[data-promise-words]")).to_contain_text("in 30 min ·")
    window.locator("label", has_text="Resolved").click()
    expect(window.locator("#id_next_update_at")).to_be_hidden()
