"""The link in the question, the clock while it waits, and what needs nobody (domain §2.6)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from incidents import access, approvals, communications, merging
from incidents.models import Approval, Draft, Event, Incident
from incidents.vocabulary import Kind, Posture, Type
from kit import clock
from statuspage.vocabulary import State
from tests.browsing import browser, text
from tests.incidents.feedback import approval_page, ask, asking, room, say, sheet, shown, the_link, to_be_told, write
from tests.incidents.stories import answered, go_out, told_public
from tests.people import ada, everybody_on_call, grace
from tests.statuspage_world import page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()
    page()


def test_the_link_shows_on_get_answers_on_post_without_sign_in_and_once(mailoutbox: list[EmailMessage]) -> None:
    incident = to_be_told()
    sent = ask(incident)
    link, phone = the_link(asking(mailoutbox)[0]), Client()
    for _ in range(3):
        looked = phone.get(link)
        assert "We look into failing payments." in text(looked)
        assert (looked["Referrer-Policy"], looked["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert approvals.waiting(incident) is not None
    seen = shown(phone, link)
    done = phone.post(link, {"step": "right", "shown": seen})
    assert "Thank you. It may go out." in text(done)
    for again in (phone.get(link), phone.post(link, {"step": "no", "shown": seen})):
        assert again.status_code == 410
        assert "answered already" in text(again)
    approval = Approval.objects.get()
    assert (approval.answer, approval.answered_by) == ("right", grace())
    write(incident, sent | {"step": "publish"})


def test_a_link_that_is_not_ours_too_old_or_about_something_restricted_shows_nothing(
    mailoutbox: list[EmailMessage],
) -> None:
    incident = to_be_told()
    ask(incident)
    link, phone = the_link(asking(mailoutbox)[0]), Client()
    assert phone.get(f"/approve/{uuid4()}/").status_code == 410
    with clock.shifted(timedelta(hours=25)):
        assert "older than a day" in text(phone.get(link))
    Incident.unrestricted.filter(pk=incident.pk).update(visibility="restricted")
    refused = phone.get(link)
    assert refused.status_code == 410
    assert "failing payments" not in text(refused)
    assert "Checkout" not in text(refused)


def test_while_it_waits_the_clock_points_at_the_approver() -> None:
    """§2.6."""
    incident = to_be_told()
    assert "Public update due" in room(incident, browser(ada()))
    ask(incident)
    assert "Public update due" not in room(incident, browser(ada()))
    assert "public update, by Grace" in room(incident, browser(ada()))
    say(browser(grace()), approval_page(incident))
    assert "Public update due" in room(incident, browser(ada()))


def test_asking_anew_calls_off_the_old_question_and_its_letter(mailoutbox: list[EmailMessage]) -> None:
    incident = to_be_told()
    sent = ask(incident)
    write(incident, sent | {"step": "ask"})
    assert Approval.objects.count() == 1
    write(incident, sent | {"step": "ask", "body": "We look into failing refunds."})
    assert [one.answer for one in Approval.objects.order_by("asked_at")] == ["called_off", ""]
    [mail] = asking(mailoutbox)
    assert "refunds" in str(mail.body)


def test_throwing_the_draft_away_calls_off_the_question() -> None:
    incident = to_be_told()
    ask(incident)
    browser(ada()).post(reverse("discard_draft", args=[incident.reference, Draft.objects.get().pk]))
    assert approvals.waiting(incident) is None
    assert "Nothing waits for an answer" in text(browser(grace()).get(approval_page(incident)))


def test_a_first_bulletin_in_the_approved_wording_asks_nobody() -> None:
    incident = to_be_told()
    body = (
        "Card payments fail for some customers. This began at 09:12 UTC. Browsing is not affected. "
        "We are looking into it and do not know the cause yet."
    )
    write(incident, sheet(f"{body} It is the network.", step="publish"), expect=422)
    write(incident, sheet(body, step="publish"))
    go_out()
    assert Event.objects.get(incident=incident, kind=Kind.BULLETIN).data["way"] == "beforehand"


def test_a_holding_text_of_a_restricted_incident_is_refused() -> None:
    incident = to_be_told()
    told_public(incident, State.INVESTIGATING)
    Incident.unrestricted.filter(pk=incident.pk).update(type=Type.SECURITY)
    url = reverse("holding", args=[incident.reference, incident.public_links.get().public_incident.public_id])
    refused = browser(ada()).post(url, {"text": "No change.", "times": "2"})
    assert "Two people look at everything" in text(refused)


def test_what_is_merged_or_restricted_is_asked_anew(mailoutbox: list[EmailMessage]) -> None:
    incident = to_be_told()
    ask(incident)
    link = the_link(asking(mailoutbox)[0])
    survivor = answered(idempotency_key="2", title="Checkout is slow")
    merging.merge(incident, survivor, actor=grace(), reason="the same")
    assert Client().get(link).status_code == 410
    assert approvals.waiting(survivor) is None
    sent = sheet()
    write(survivor, sent | {"step": "keep"})
    communications.decide_posture(survivor, Posture.POST, actor=grace())
    write(survivor, sent | {"step": "ask"})
    access.restrict(survivor, actor=grace(), reason="a customer is named")
    assert approvals.waiting(survivor) is None
