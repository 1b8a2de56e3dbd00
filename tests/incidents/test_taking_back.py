"""Five seconds to take back what goes outside, and what becomes of the words then (design, principle 7)."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError
from django.urls import reverse

from incidents import communications, levelling, outgoing
from incidents.cadence import LETTERS_WAIT, TAKE_BACK
from incidents.models import Draft, Event, Incident
from incidents.vocabulary import Kind, Posture, Severity
from kit import clock
from kit.rules import RuleBroken
from statuspage.models import Bulletin
from tests.browsing import browser, text
from tests.incidents.stories import ada_alone, go_out, kinds
from tests.notifications.world import member, subjects, tick
from tests.people import ada, everybody_on_call, grace, linus
from tests.statuspage_world import component, page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(still: datetime) -> None:
    everybody_on_call()
    member("Stella", "stakeholders")


def told() -> Incident:
    """An S2 that is confirmed and of which the public is to be told."""
    incident = levelling.confirm(ada_alone(), actor=grace())
    tick()
    return communications.decide_posture(incident, Posture.POST, actor=grace())


def sheet(**said: Any) -> dict[str, Any]:
    return {
        "step": "publish",
        "page": page().pk,
        "name": "Payments fail",
        "state": "investigating",
        "body": "We look.",
        f"status_{component().public_id}": "partial_outage",
        "draft": str(uuid4()),
        "based_on": "",
    } | said


def write(incident: Incident, said: dict[str, Any], status: int = 302) -> Any:
    answer = browser(ada()).post(reverse("bulletin", args=[incident.reference]), said)
    assert answer.status_code == status, text(answer)
    return answer


def say(incident: Incident, words: str, *audiences: str) -> Event:
    sent = {"text": words, "audiences": audiences}
    assert browser(linus()).post(reverse("update", args=[incident.reference]), sent).status_code == 302
    return Event.objects.filter(incident=incident, kind=Kind.UPDATED).latest("position")


def room(incident: Incident) -> str:
    return text(browser(ada()).get(incident.get_absolute_url()))


def test_one_that_is_broken_is_a_draft_again_and_those_behind_it_go(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = told(), told()
    write(first, sheet(body="We look here."))
    write(second, sheet(body="We look there.", name="Search is slow"))
    say_it = communications.say

    def breaks(incident: Incident, *what: Any, **how: Any) -> Bulletin:
        if incident.pk == first.pk:
            raise IntegrityError("a link that somebody else has")
        return say_it(incident, *what, **how)

    monkeypatch.setattr(communications, "say", breaks)
    go_out()
    assert Bulletin.objects.get().body == "We look there."
    kept = Draft.objects.get(incident=first)
    assert (kept.publish_at, kept.published_at) == (None, None)
    assert "It could not be published" in room(first)


def test_a_bulletin_goes_out_after_five_seconds_whoever_closed_their_window() -> None:
    incident = told()
    write(incident, sheet())
    assert "Your bulletin goes out in 5 s" in room(incident)
    outgoing.publish_due(clock.now())
    assert not Bulletin.objects.exists()
    go_out()
    assert Bulletin.objects.get().body == "We look."
    assert "goes out in" not in room(incident)


def test_a_bulletin_taken_back_is_a_draft_with_every_word() -> None:
    incident = told()
    write(incident, sheet(body="We look into it."))
    kept = Draft.objects.get()
    back = browser(ada()).post(reverse("take_back_bulletin", args=[incident.reference, kept.pk]))
    assert "We look into it." in text(browser(ada()).get(back["Location"]))
    go_out()
    assert not Bulletin.objects.exists()
    assert kinds(incident)[-1] == Kind.TAKEN_BACK


def test_what_is_out_is_not_taken_back() -> None:
    incident = told()
    write(incident, sheet())
    go_out()
    with pytest.raises(RuleBroken, match="It is out already"):
        outgoing.take_back(Draft.objects.get(), actor=ada())


def test_a_finger_that_publishes_twice_publishes_once() -> None:
    incident, said = told(), sheet()
    write(incident, said)
    write(incident, said)
    go_out()
    write(incident, said)
    go_out()
    assert Bulletin.objects.count() == 1


def test_somebody_in_a_hurry_publishes_at_once() -> None:
    incident = told()
    write(incident, sheet())
    now = reverse("publish_now", args=[incident.reference, Draft.objects.get().pk])
    assert browser(ada()).post(now).status_code == 302
    assert browser(ada()).post(now).status_code == 302
    assert Bulletin.objects.count() == 1


def test_what_is_refused_at_the_last_moment_stays_a_draft_and_says_why() -> None:
    incident = told()
    write(incident, sheet(body="The first."))
    write(incident, sheet(body="The second.", draft=str(uuid4())))
    go_out()
    assert Bulletin.objects.get().body == "The first."
    left = Draft.objects.get(published_at=None)
    assert "A public incident was opened meanwhile" in left.refused
    assert "The bulletin did not go out" in room(incident)
    form = text(browser(ada()).get(f"{reverse('bulletin', args=[incident.reference])}?draft={left.pk}"))
    assert "It did not go out: A public incident was opened meanwhile" in form
    assert "The second." in form


def test_who_may_not_speak_any_more_after_five_seconds_does_not() -> None:
    incident = told()
    write(incident, sheet())
    ada().groups.clear()
    go_out()
    assert not Bulletin.objects.exists()
    assert "You may not do this" in Draft.objects.get().refused


def test_an_update_reaches_nobody_before_it_cannot_be_taken_back(mailoutbox: list[EmailMessage]) -> None:
    incident = told()
    mailoutbox.clear()
    say(incident, "Rolled back in eu-1.", "stakeholders")
    with clock.shifted(TAKE_BACK):
        tick()
    assert subjects(mailoutbox) == []
    with clock.shifted(LETTERS_WAIT):
        tick()
    assert len(subjects(mailoutbox, "stella")) == 1


def test_an_update_taken_back_reaches_nobody_and_its_text_is_back_in_the_composer(
    mailoutbox: list[EmailMessage],
) -> None:
    incident = told()
    mailoutbox.clear()
    sent = say(incident, "Rolled back in eu-1.", "stakeholders", "responders")
    tick()
    client = browser(linus())
    assert "Your update goes to 3 people" in text(client.get(incident.get_absolute_url()))
    back = client.post(reverse("take_back_update", args=[incident.reference, sent.position]), follow=True)
    composer = re.search(r"<textarea[^>]*>(.*?)</textarea>", back.content.decode())
    assert composer
    assert composer[1] == "Rolled back in eu-1."
    assert "taken back" in text(back)
    with clock.shifted(LETTERS_WAIT):
        tick()
    assert subjects(mailoutbox) == []


def test_what_was_taken_back_can_be_sent_again_at_once() -> None:
    incident = told()
    sent = say(incident, "Rolled back in eu-1.", "responders")
    outgoing.take_back_update(incident, sent.position, actor=linus())
    again = say(incident, "Rolled back in eu-1.", "responders")
    assert again.position > sent.position


def test_an_update_is_taken_back_by_its_author_within_five_seconds_and_once() -> None:
    incident = told()
    sent = say(incident, "Rolled back.", "responders")
    with pytest.raises(Event.DoesNotExist):
        outgoing.take_back_update(incident, sent.position, actor=grace())
    with clock.shifted(TAKE_BACK + timedelta(seconds=1)), pytest.raises(RuleBroken, match="out already"):
        outgoing.take_back_update(incident, sent.position, actor=linus())
    outgoing.take_back_update(incident, sent.position, actor=linus())
    with pytest.raises(RuleBroken, match="taken back already"):
        outgoing.take_back_update(incident, sent.position, actor=linus())


def test_a_later_notice_does_not_tell_what_was_taken_back(mailoutbox: list[EmailMessage]) -> None:
    incident = told()
    sent = say(incident, "Wrong words.", "stakeholders")
    outgoing.take_back_update(incident, sent.position, actor=linus())
    levelling.correct(incident, Severity.S3, actor=grace(), reason="Only a few.")
    tick()
    assert subjects(mailoutbox, "stella")
    assert not [mail for mail in mailoutbox if "Wrong words." in str(mail.body)]


def test_the_room_confirms_that_an_update_went_and_to_how_many() -> None:
    incident = told()
    say(incident, "Rolled back.", "stakeholders", "responders")
    with clock.shifted(LETTERS_WAIT):
        assert "Your update went to 3 people" in text(browser(linus()).get(incident.get_absolute_url()))
    with clock.shifted(timedelta(minutes=2)):
        assert "Your update went" not in text(browser(linus()).get(incident.get_absolute_url()))
