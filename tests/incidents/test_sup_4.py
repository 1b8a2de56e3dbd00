"""SUP-4: engage the incident manager or the engineer for feedback on an update I am about to post, through HTTP."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.urls import reverse

from incidents import approvals, communications, engagement, holders, levelling
from incidents.approvals import OTHERWISE, PATIENCE
from incidents.models import Event, Incident
from incidents.statements import Words
from incidents.vocabulary import Kind, Posture, Severity, Type
from kit import clock
from roles.catalogue import Role
from statuspage.models import Bulletin, Page
from statuspage.vocabulary import State
from tests.browsing import browser, text
from tests.incidents.feedback import approval_page, ask, asking, room, say, sheet, shown, to_be_told, write
from tests.incidents.stories import answered, declared, go_out, told_public
from tests.notifications.world import tick
from tests.people import ada, everybody_on_call, grace, linus, sam, stella
from tests.statuspage_world import component, page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()
    page()


def test_sup4_1_the_incident_manager_is_shown_the_full_text_with_the_buttons(mailoutbox: list[EmailMessage]) -> None:
    incident = to_be_told()
    assert "Ask Grace" in text(browser(ada()).get(reverse("bulletin", args=[incident.reference])))
    ask(incident)
    assert "Ada intends to publish a bulletin. Is it right? " in room(incident, browser(grace()))
    assert "Grace was asked" in room(incident, browser(ada()))
    [mail] = asking(mailoutbox)
    assert "We look into failing payments." in str(mail.body)
    page_of_it = text(browser(grace()).get(approval_page(incident)))
    assert "Ada intends to publish it, and asks Grace. It is the first bulletin." in page_of_it
    for words in ("We look into failing payments.", "Checkout: partial outage", "It is right", "With other words"):
        assert words in page_of_it
    assert asking(mailoutbox, "linus") == []


def test_sup4_1_without_a_manager_the_engineer_is_asked(mailoutbox: list[EmailMessage]) -> None:
    incident = to_be_told()
    engagement.release(incident, Role.INCIDENT_MANAGER, grace(), actor=linus())
    ask(incident)
    assert len(asking(mailoutbox, "linus")) == 1
    assert asking(mailoutbox) == []


def test_sup4_1_without_either_the_lead_is_asked_and_the_manager_on_call_is_paged(
    mailoutbox: list[EmailMessage],
) -> None:
    incident = to_be_told()
    engagement.take(incident, Role.LEAD, actor=sam())
    for role, person in ((Role.INCIDENT_MANAGER, grace()), (Role.ENGINEER, linus())):
        engagement.release(incident, role, person, actor=sam())
    ask(incident)
    assert len(asking(mailoutbox, "sam")) == 1
    paged = Event.objects.filter(incident=incident, kind=Kind.PAGED).latest("position")
    assert (paged.data["role"], paged.data["name"]) == (Role.INCIDENT_MANAGER, "Grace")


def test_sup4_1_where_nobody_else_is_there_the_author_decides_and_it_is_marked() -> None:
    """§2.6: asked is only where a second person who may say so has answered."""
    incident = communications.decide_posture(declared(), Posture.POST, actor=grace())
    assert "your own word counts" in text(browser(ada()).get(reverse("bulletin", args=[incident.reference])))
    write(incident, sheet(step="publish"))
    go_out()
    said = Event.objects.get(incident=incident, kind=Kind.BULLETIN)
    assert said.data["way"] == "own"
    assert "on the author’s own word" in room(incident, browser(ada()))


def test_sup4_1_the_manager_who_writes_asks_nobody() -> None:
    incident = to_be_told()
    answer = browser(grace()).post(reverse("bulletin", args=[incident.reference]), sheet(step="publish"))
    assert answer.status_code == 302


def test_a_change_of_components_is_looked_at_first_also_where_the_state_stays() -> None:
    incident = to_be_told()
    first = told_public(incident)

    def going_on(**statuses: str) -> dict[str, Any]:
        said = sheet("Nothing has changed for you.", step="publish", based_on=first.public_id)
        named = {f"status_{component(name).public_id}": status for name, status in statuses.items()}
        return said | {"name": ""} | named

    assert "looks at it first" in write(incident, going_on(Checkout="major_outage"), expect=422)
    assert "looks at it first" in write(incident, going_on(API="partial_outage"), expect=422)
    write(incident, going_on(Checkout="partial_outage"))
    go_out()
    assert Bulletin.objects.count() == 2


def test_sup4_2_what_is_found_right_goes_out_and_an_edit_after_it_voids_that() -> None:
    incident = to_be_told()
    assert "Grace (incident manager) looks at it first" in write(incident, sheet(step="publish"), expect=422)
    sent = ask(incident)
    say(browser(grace()), approval_page(incident))
    assert "Grace found it right" in room(incident, browser(ada()))
    edited = sent | {"step": "publish", "body": "We look into failing card payments."}
    assert "looks at it first" in write(incident, edited, expect=422)
    edited = sent | {"step": "publish", f"status_{component().public_id}": "major_outage"}
    assert "looks at it first" in write(incident, edited, expect=422)
    write(incident, sent | {"step": "publish"})
    go_out()
    assert Bulletin.objects.get().body == "We look into failing payments."
    assert "Bulletin: investigating, approved by Grace" in room(incident, browser(ada()))


def test_a_promise_beyond_the_hour_is_the_one_that_was_found_right() -> None:
    """E45."""
    incident = to_be_told()
    with clock.shifted(timedelta(hours=2, minutes=1)):
        seen, later = (f"{clock.shown() + timedelta(minutes=minutes):%Y-%m-%dT%H:%M}" for minutes in (90, 150))
        sent = ask(incident, next_update_at=seen)
        say(browser(grace()), approval_page(incident))
        refused = write(incident, sent | {"step": "publish", "next_update_at": later}, expect=422)
        assert "looks at it first" in refused
        write(incident, sent | {"step": "publish"})


def test_sup4_2_the_approver_edits_and_the_author_sees_both_side_by_side() -> None:
    incident = to_be_told()
    sent = ask(incident)
    say(browser(grace()), approval_page(incident), text="We look into failing card payments in Europe.")
    composer = browser(ada()).get(f"{reverse('bulletin', args=[incident.reference])}?draft={sent['draft']}")
    html = composer.content.decode()
    assert "Grace found it right with other words" in text(composer)
    assert "We look into failing card payments in Europe.</textarea>" in html
    assert re.findall(r"<(ins|del)>(.*?)</", html) == [("ins", "card "), ("ins", " in Europe")]
    write(incident, sent | {"step": "publish", "body": "We look into failing card payments in Europe."})
    go_out()
    assert "in Europe" in Bulletin.objects.get().body


def test_the_page_of_a_first_bulletin_is_among_the_words_that_are_found_right() -> None:
    here = Words(State.INVESTIGATING, "We look into it.", name="Payments fail", page=page())
    elsewhere = replace(here, page=Page(slug="another", name="Another"))
    assert approvals.digest(here) != approvals.digest(elsewhere)
    assert approvals.digest(here) != approvals.digest(replace(here, state=State.IDENTIFIED))


@pytest.mark.parametrize(
    ("kind", "engineer"), [(Type.SECURITY, Role.SECURITY_ENGINEER), (Type.AVAILABILITY, Role.ENGINEER)]
)
def test_sup4_1_of_a_security_incident_its_own_engineer_decides_after_the_manager(kind: Type, engineer: Role) -> None:
    assert approvals.deciding(Incident(type=kind)) == (Role.INCIDENT_MANAGER, engineer)


def test_sup4_2_a_text_that_changed_meanwhile_must_be_read_again() -> None:
    incident = to_be_told()
    sent = ask(incident)
    seen = shown(browser(grace()), approval_page(incident))
    write(incident, sent | {"step": "keep", "body": "We look into failing refunds."})
    refused = text(say(browser(grace()), approval_page(incident), expect=422, shown=seen))
    assert "The text was changed since it was shown to you" in refused
    assert "Changed since you were asked" in refused
    say(browser(grace()), approval_page(incident))
    assert "looks at it first" in write(incident, sent | {"step": "publish"}, expect=422)
    write(incident, sent | {"step": "publish", "body": "We look into failing refunds."})


def test_sup4_2_not_yet_says_why_and_nothing_goes_out() -> None:
    incident = to_be_told()
    sent = ask(incident)
    say(browser(grace()), approval_page(incident), step="no", why="Say that browsing works.")
    assert "Grace: not yet, “Say that browsing works.”" in room(incident, browser(ada()))
    composer = f"{reverse('bulletin', args=[incident.reference])}?draft={sent['draft']}"
    assert "Grace would not publish it yet" in text(browser(ada()).get(composer))
    assert "looks at it first" in write(incident, sent | {"step": "publish"}, expect=422)


def test_sup4_2_what_the_approver_writes_is_held_to_the_lint() -> None:
    incident = to_be_told()
    ask(incident)
    refused = say(browser(grace()), approval_page(incident), expect=422, text="Ask grace@denomas.example")
    assert "An e-mail address" in text(refused)


def test_sup4_2_nobody_approves_their_own_words_and_strangers_approve_nothing() -> None:
    incident = to_be_told()
    ask(incident)
    waiting = approvals.waiting(incident)
    assert waiting is not None
    for person in (ada(), stella()):
        client = browser(person)
        assert "It is right" not in text(client.get(approval_page(incident)))
        assert say(client, approval_page(incident), expect=422, shown=waiting.digest)
    assert approvals.waiting(incident) is not None


@pytest.mark.parametrize(("severity", "minutes"), [(Severity.S1, 5), (Severity.S2, 10)])
def test_sup4_3_without_an_answer_in_time_it_is_posted_with_a_reason(
    severity: Severity, minutes: int, mailoutbox: list[EmailMessage]
) -> None:
    incident = to_be_told(severity)
    assert PATIENCE.get(severity, OTHERWISE) == timedelta(minutes=minutes)
    sent = ask(incident) | {"step": "publish", "unasked": "Customers are waiting."}
    with clock.shifted(timedelta(minutes=minutes - 0.5)):
        assert f"Without an answer within {minutes} minutes" in write(incident, sent, expect=422)
    with clock.shifted(timedelta(minutes=minutes + 0.1)):
        assert "and say why" in write(incident, sent | {"unasked": ""}, expect=422)
        write(incident, sent)
        go_out()
        tick()
    said = Event.objects.get(incident=incident, kind=Kind.BULLETIN)
    assert (said.data["way"], said.data["because"]) == ("unanswered", "Customers are waiting.")
    told = [str(mail.subject) for mail in mailoutbox if mail.to == ["grace@denomas.example"]]
    assert any(subject.startswith("Published without your answer") for subject in told)
    assert "without feedback from Grace: Customers are waiting." in room(incident, browser(ada()))


def test_sup4_3_not_before_the_severity_is_confirmed() -> None:
    incident = communications.decide_posture(answered(), Posture.POST, actor=grace())
    sent = ask(incident) | {"step": "publish", "unasked": "Customers are waiting."}
    with clock.shifted(timedelta(minutes=30)):
        assert "it waits for the answer" in write(incident, sent, expect=422)


@pytest.mark.parametrize("said", [{"type": Type.SECURITY}, {"is_restricted": True}])
def test_sup4_3_of_a_restricted_or_security_incident_always_two_people_know(
    said: dict[str, Any], mailoutbox: list[EmailMessage]
) -> None:
    incident = declared(Severity.S1, by=ada(), **said)
    for engaged in list(incident.engagements.select_related("person")):
        engagement.acknowledge(incident, actor=engaged.person)
    lead = holders.lead(incident)
    assert lead is not None
    levelling.confirm(incident, actor=lead.person)
    incident = communications.decide_posture(incident, Posture.POST, actor=lead.person)
    sent = sheet(step="publish", unasked="Customers are waiting.")
    write(incident, sent | {"step": "ask"})
    with clock.shifted(timedelta(minutes=30)):
        assert "Two people look at everything" in write(incident, sent, expect=422)
    tick()
    assert not [mail for mail in mailoutbox if "failing payments" in str(mail.body) or "/approve/" in str(mail.body)]
    asked = approvals.waiting(incident)
    assert asked is not None
    assert asked.approver is not None
    say(browser(asked.approver), approval_page(incident))
    write(incident, sent)
    # Neither does what changes nothing go out on one person's word.
    go_out()
    public = Bulletin.objects.get()
    again = {"step": "publish", "state": "investigating", "body": "Nothing new.", "based_on": public.public_id}
    assert write(incident, again, expect=422)


def test_of_a_security_incident_an_approvers_own_words_wait_for_somebody_else() -> None:
    incident = declared(Severity.S1, by=ada(), type=Type.SECURITY)
    for engaged in list(incident.engagements.select_related("person")):
        engagement.acknowledge(incident, actor=engaged.person)
    lead = holders.lead(incident)
    assert lead is not None
    levelling.confirm(incident, actor=lead.person)
    incident = communications.decide_posture(incident, Posture.POST, actor=lead.person)
    ask(incident)
    say(browser(grace()), approval_page(incident), text="We look into a fault of ours.")
    own = sheet("We look into a fault of ours.", step="publish")
    answer = browser(grace()).post(reverse("bulletin", args=[incident.reference]), own)
    assert answer.status_code == 422
    assert "looks at it first" in text(answer) or "Two people look at everything" in text(answer)
    # For whoever asked, they are somebody else's word.
    write(incident, own)


def test_sup4_4_of_two_who_post_the_second_is_told_and_rebases() -> None:
    incident = to_be_told()
    first = told_public(incident)
    mine = sheet(state="investigating", based_on=first.public_id, step="publish", body="Nothing has changed so far.")
    told_public(incident, body="Half of it works again.")
    refused = write(incident, mine, expect=422)
    assert "The page changed since you began" in refused
    assert "Half of it works again." in refused
    write(incident, mine | {"based_on": Bulletin.objects.latest("pk").public_id})


def test_sup4_4_who_was_found_right_is_overtaken_all_the_same() -> None:
    incident = to_be_told()
    first = told_public(incident)
    sent = ask(incident, state="identified", based_on=first.public_id, body="A release broke payments.")
    say(browser(grace()), approval_page(incident))
    told_public(incident, body="Half of it works again.")
    assert "The page changed" in write(incident, sent | {"step": "publish"}, expect=422)
