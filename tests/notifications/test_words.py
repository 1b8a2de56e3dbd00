"""What letters say: the state and the effect first, then since when, what is done, what comes next, one link."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives

from incidents import chasing, engagement, exits, levelling, situation, times
from incidents.models import Incident
from incidents.vocabulary import Audience, Duty, Severity
from kit import clock
from notifications import spelling
from notifications.schedules import MOST_ATTEMPTS, wait_after
from notifications.words import shortened
from roles.organisation import current
from statuspage.models import Untold
from statuspage.vocabulary import State
from tests.conftest import MORNING
from tests.incidents.stories import declared, told_public
from tests.notifications.world import audiences, letters, relay_only, subscriber, tick
from tests.people import everybody_on_call, grace, linus, organisation, person

Outbox = list[EmailMessage]


@pytest.fixture
def world(morning: datetime) -> None:
    everybody_on_call()
    audiences()


def on_it(severity: Severity = Severity.S2) -> Incident:
    incident = declared(severity)
    for engaged in list(incident.engagements.select_related("person")):
        engagement.acknowledge(incident, actor=engaged.person)
    times.start_impact(incident, clock.now() - timedelta(minutes=48), actor=linus())
    new = {
        "what": "Card payments time out in eu-1.",
        "affected": "About one in five customers.",
        "doing": "Rolling back 4.2.",
    }
    situation.edit(incident, new, was={"what": incident.what}, actor=linus())
    return incident


def to(outbox: Outbox, name: str) -> EmailMessage:
    """The newest letter to somebody."""
    return [mail for mail in outbox if mail.to[0].startswith(name.lower())][-1]


def parsed(mail: EmailMessage) -> Parsed:
    made = message_from_bytes(mail.message().as_bytes(), policy=policy.default)
    assert isinstance(made, Parsed)
    return made


@pytest.mark.django_db
def test_an_executive_brief_has_its_shape(world: None, mailoutbox: Outbox) -> None:
    levelling.confirm(on_it(Severity.S1), actor=grace())
    tick()
    body = to(mailoutbox, "Elon").body
    asked = [
        "Problem: Card payments time out in eu-1.",
        "Who is affected and how many: About one in five customers.",
        "Since: 09:12 UTC (48 min)",
        "What we believe is the cause: Not known yet.",
        "What we are doing: Rolling back 4.2.",
        "Next milestone: The cause is believed known and a mitigation is chosen and agreed.",
        "Risk if it continues: Customers' own business suffers; certain or severe damage.",
        "Decision or help needed: Whether the public is told is still to be decided.",
        "Next brief: 10:30 UTC, or when something changes",
        "Open INC-1: http://127.0.0.1:8000/incidents/INC-1/",
    ]
    assert [line for line in asked if line not in body] == []
    assert body.index("Problem") < body.index("Since") < body.index("Risk") < body.index("Open INC-1")


@pytest.mark.django_db
def test_a_stakeholder_reads_first_what_it_means_and_what_customers_may_be_told(
    world: None, mailoutbox: Outbox
) -> None:
    incident = on_it()
    told_public(incident, body="Some card payments fail. We are looking into it.")
    levelling.confirm(incident, actor=grace())
    tick()
    body = to(mailoutbox, "Stella").body
    assert body.startswith("Customers' work is disrupted. About one in five customers.\n")
    assert "To customers you can say: “Some card payments fail. We are looking into it.”" in body
    assert "Status page: http://status.denomas.example/incidents/" in body
    assert "Please: Do not estimate a finish time." in body


@pytest.mark.django_db
def test_a_notice_says_what_changed_since_the_last_one_and_keeps_the_updates_of_others(
    world: None, mailoutbox: Outbox
) -> None:
    incident = on_it()
    levelling.confirm(incident, actor=grace())
    tick()
    with clock.shifted(timedelta(minutes=20)):
        situation.post(incident, "For responders alone", actor=linus(), audiences=[Audience.RESPONDERS])
        situation.post(incident, "Half the regions are back", actor=linus(), audiences=[Audience.EXECUTIVES])
        tick()
    with clock.shifted(timedelta(minutes=61)):
        chasing.chase(clock.now())
        tick()
    assert "Changed since 10:00 UTC: Nothing that concerns you." in to(mailoutbox, "Stella").body
    assert "For responders alone" not in to(mailoutbox, "Elon").body


@pytest.mark.django_db
def test_what_was_told_in_one_breath_is_not_told_again(world: None, mailoutbox: Outbox) -> None:
    incident = on_it()
    levelling.confirm(incident, actor=grace())
    tick()
    with clock.shifted(timedelta(minutes=20)):
        for number in range(5):
            situation.post(incident, f"Region {number} is back", actor=linus(), audiences=[Audience.EXECUTIVES])
        tick()
    mailoutbox.clear()
    with clock.shifted(timedelta(minutes=121)):
        chasing.chase(clock.now())
        tick()
    assert "Changed since 10:20 UTC: Nothing that concerns you." in to(mailoutbox, "Elon").body


@pytest.mark.django_db
def test_a_late_letter_says_when_it_was_due_and_how_much_was_missed(world: None, mailoutbox: Outbox) -> None:
    on_it()
    with clock.shifted(timedelta(minutes=50)):
        chasing.chase(clock.now())
        tick()
    late = next(mail for mail in mailoutbox if f"{Duty.POSTURE.label} late" in mail.subject)
    assert late.subject.startswith(f"{Duty.POSTURE.label} late by 35 min: ")
    assert "It was due 10:15 UTC, 1 missed." in late.body


@pytest.mark.django_db
def test_a_page_names_the_role_the_reason_and_leads_to_the_room(world: None, mailoutbox: Outbox) -> None:
    declared(Severity.S2)
    tick()
    mail = to(mailoutbox, "Grace")
    assert mail.body.startswith("You are called as incident manager. Follow the link and say that you are on it.")
    assert "Answer by: 10:15 UTC" in mail.body
    assert "I am on it: http://127.0.0.1:8000/answer/" in mail.body
    assert "The room: http://127.0.0.1:8000/incidents/INC-1/" in mail.body
    assert "http://127.0.0.1:8000/roles/incident_manager/" in mail.body
    assert parsed(mail)["X-Priority"] == "1"


@pytest.mark.django_db
def test_the_reporter_of_what_was_declined_is_thanked(world: None, mailoutbox: Outbox) -> None:
    incident = declared(Severity.S4, by=person("Rita", "Support"))
    exits.decline(incident, actor=linus(), reason="A test of the monitor")
    tick()
    assert "Thank you for reporting this." in to(mailoutbox, "Rita").body
    assert "Reason: A test of the monitor" in to(mailoutbox, "Rita").body


@pytest.mark.django_db
def test_all_letters_about_one_incident_are_one_thread_and_each_has_its_own_id(world: None, mailoutbox: Outbox) -> None:
    levelling.confirm(on_it(), actor=grace())
    declared(Severity.S4, title="Other")
    tick()
    about = [parsed(mail) for mail in mailoutbox]
    threads = {str(mail["References"]) for mail in about if "INC-1" in str(mail["Subject"])}
    assert len(threads) == 1
    assert len({str(mail["References"]) for mail in about}) == 2
    ids = [str(mail["Message-ID"]) for mail in about]
    assert len(set(ids)) == len(ids)
    keys = {f"<{letter.key}@127.0.0.1>" for letter in letters(state="sent")}
    assert set(ids) == keys
    assert {str(mail["Auto-Submitted"]) for mail in about} == {"auto-generated"}


@pytest.mark.django_db
def test_subscribers_get_the_bulletin_and_a_way_out_in_one_click(world: None, mailoutbox: Outbox) -> None:
    subscriber("reader@example.com")
    incident = declared(Severity.S3)
    told_public(incident, body="Some **card** payments fail.", next_update_at=MORNING + timedelta(minutes=30))
    told_public(incident, State.IDENTIFIED, body="We found the cause.")
    tick()
    tick()
    mails = [parsed(mail) for mail in mailoutbox if mail.to == ["reader@example.com"]]
    assert [str(mail["Subject"]) for mail in mails] == [
        "[Denomas SaaS] Investigating: Payments fail",
        "[Denomas SaaS] Identified: Payments fail",
    ]
    first = mails[0]
    assert str(first["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    assert str(first["List-Unsubscribe"]).strip().startswith("<http")
    assert str(first["List-Id"]) == "Denomas SaaS <denomas.status.denomas.example>"
    assert mails[0]["References"] == mails[1]["References"]
    assert mails[0]["Message-ID"] != mails[1]["Message-ID"]
    plain = first.get_body(("plain",))
    assert plain
    content = plain.get_content()
    assert content.startswith("Some **card** payments fail.")
    assert "Next update by: 10:30 UTC" in content
    assert "INC-1" not in str(first)


@pytest.mark.django_db
def test_whoever_ends_the_subscription_before_it_is_sent_gets_nothing(world: None, mailoutbox: Outbox) -> None:
    leaving = subscriber("leaving@example.com")
    subscriber("staying@example.com")
    told_public(declared(Severity.S3))
    relay_only()
    leaving.ended_at = clock.now()
    leaving.save()
    tick()
    outside = [mail.to[0] for mail in mailoutbox if mail.to[0].endswith("@example.com")]
    assert outside == ["staying@example.com"]
    assert letters(label="leaving@example.com")[0].error == "The subscription ended before it was sent."


@pytest.mark.django_db
def test_a_new_subscriber_is_asked_once_and_not_after_they_confirmed(world: None, mailoutbox: Outbox) -> None:
    for address in ("new@example.com", "quick@example.com"):
        asked = subscriber(address)
        asked.confirmed_at = None if address.startswith("new") else asked.confirmed_at
        asked.save()
        Untold.objects.create(kind=Untold.Kind.CONFIRMATION, subscriber=asked, created_at=clock.now())
    tick()
    tick()
    assert [mail.to for mail in mailoutbox] == [["new@example.com"]]
    assert mailoutbox[0].subject == "Please confirm: updates from Denomas SaaS"
    assert "List-Unsubscribe" not in mailoutbox[0].message()


@pytest.mark.django_db
def test_what_people_write_is_shown_and_does_nothing(world: None, mailoutbox: Outbox) -> None:
    incident = on_it()
    levelling.confirm(incident, actor=grace())
    text = "<script>alert(1)</script> **bold** [x](javascript:alert(1))"
    situation.post(incident, text, actor=linus(), audiences=[Audience.STAKEHOLDERS])
    tick()
    mail = to(mailoutbox, "Stella")
    assert isinstance(mail, EmailMultiAlternatives)
    html = str(mail.alternatives[0].content)  # type: ignore[attr-defined]
    assert "<script" not in html
    assert "javascript:" not in html.replace("(javascript:", "")
    assert "<strong>bold</strong>" in html


@pytest.mark.django_db
def test_times_are_spelled_in_utc_and_in_the_organisations_zone(world: None, mailoutbox: Outbox) -> None:
    ours = organisation()
    ours.time_zone = "Europe/Berlin"
    ours.save()
    assert current().time_zone == "Europe/Berlin"
    declared(Severity.S2)
    tick()
    assert "Answer by: 10:15 UTC (11:15 CET)" in to(mailoutbox, "Grace").body


def test_another_day_is_named() -> None:
    now = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    zone = ZoneInfo("Pacific/Auckland")
    assert spelling.instant(now - timedelta(days=1), now, ZoneInfo("UTC")) == "22 Nov 10:00 UTC"
    assert spelling.instant(now + timedelta(hours=2), now, zone) == "12:00 UTC (24 Nov 01:00 NZDT)"
    assert spelling.instant(now.replace(year=2025), now, ZoneInfo("UTC")) == "23 Nov 2025 10:00 UTC"


def test_a_subject_is_one_line_of_bounded_length() -> None:
    assert shortened("One\r\nBcc: all@example.com") == "One Bcc: all@example.com"
    assert len(shortened("x" * 500)) == 240


@pytest.mark.parametrize(
    ("channel", "minutes"),
    [("mail", [1, 5, 15, 30, 60, 120, 1200]), ("webhook", [1 / 12, 5, 30, 120, 300, 600, 840])],
)
def test_the_schedule_of_each_channel(channel: str, minutes: list[float]) -> None:
    waits = [wait_after(channel, attempts) for attempts in range(1, MOST_ATTEMPTS)]
    assert [wait.total_seconds() / 60 for wait in waits if wait] == pytest.approx(minutes)
    assert wait_after(channel, MOST_ATTEMPTS) is None


def test_webhooks_are_spread_by_a_tenth_and_a_wait_that_was_asked_holds_up_to_a_day() -> None:
    assert wait_after("webhook", 2, chance=1.0) == timedelta(minutes=5.5)
    assert wait_after("mail", 2, chance=1.0) == timedelta(minutes=5)
    assert wait_after("webhook", 2, asked=timedelta(seconds=17), chance=1.0) == timedelta(seconds=17)
    assert wait_after("webhook", 2, asked=timedelta(days=400)) == timedelta(days=1)
    assert wait_after("webhook", 2, asked=timedelta(seconds=-5)) == timedelta()
