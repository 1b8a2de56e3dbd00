"""The room: what it says now, what it offers, and that its poll says the same."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incidents import communications, engagement, exits, holders, levelling, lifecycle
from incidents.models import Engagement, Incident
from incidents.vocabulary import Phase, Posture, Severity
from kit import clock
from roles.catalogue import Role
from roles.models import User
from tests.browsing import browser, text
from tests.incidents.stories import answered, declared, told_public
from tests.people import ada, ana, everybody_on_call, grace, linus, person, stella, team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()


def nora() -> User:
    """An engineer in Tokyo who is not on call."""
    return person("Nora", "Reliability", zone="Asia/Tokyo")


def page(client: Client, incident: Incident, query: str = "") -> str:
    return client.get(f"{incident.get_absolute_url()}{query}").content.decode()


def pulse(client: Client, incident: Incident, query: str = "") -> str:
    answer = client.get(f"{reverse('pulse', args=[incident.reference])}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def now(user: User, incident: Incident) -> str:
    """What the room says this person should do now."""
    shown = page(browser(user), incident)
    bar = re.search(r'<section class="duty.*?</section>', shown, re.DOTALL)
    assert bar
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bar[0])).strip()


def test_the_poll_says_what_the_page_says_in_the_viewers_zone() -> None:
    incident = levelling.confirm(answered(), actor=grace())
    told_public(incident)
    client = browser(nora())
    shown = page(client, incident)
    assert "JST" in shown
    changing = re.compile(r'value="\w{64}"|<time[^>]*data-since[^<]*</time>|<span data-count>[^<]*</span>|\s+')
    for target, said in re.findall(
        r'hx-target="#([\w-]+)"[^>]*>(.*?)</hx-partial>', pulse(client, incident), re.DOTALL
    ):
        assert changing.sub("", said) in changing.sub("", shown), target


def test_a_poll_for_a_part_of_the_timeline_that_does_not_exist_shows_everything() -> None:
    incident = declared()
    shown = pulse(browser(linus()), incident, "?show=%0d%0aevil")
    assert "Declared: availability" in shown


def test_older_entries_stay_when_the_room_looks_again() -> None:
    incident = declared()
    for number in range(70):
        engagement.ask(incident, person(f"Helper{number}"), "Come.", actor=linus())
    client = browser(linus())
    asked = re.search(r'hx-get="([^"]+pulse[^"]+)"', page(client, incident, "?older=1"))
    assert asked
    again = client.get(asked[1].replace("&amp;", "&")).content.decode()
    assert "Declared: availability" in again
    assert "Declared: availability" not in pulse(client, incident)


def test_whoever_waits_for_an_answer_sees_by_when_it_is_due() -> None:
    incident = declared()
    engagement.acknowledge(incident, actor=grace())
    engagement.acknowledge(incident, actor=linus())
    said = now(stella(), incident)
    assert said.startswith("Waiting for Ada to answer.")
    assert "late" not in said
    with clock.shifted(timedelta(minutes=16)):
        assert "late by 1 min" in now(stella(), incident)


def test_a_closed_incident_waits_for_nobody() -> None:
    incident = declared(Severity.S4)
    exits.fix_and_close(incident, actor=linus())
    assert now(stella(), incident) == "This incident is closed."
    assert "Join the call" not in page(browser(linus()), incident)


def test_where_nobody_leads_whoever_responds_is_offered_the_lead() -> None:
    incident = declared()
    assert "Nobody leads yet. Waiting for Linus, Grace and Ada to answer." in now(nora(), incident)
    assert "Take the lead" not in now(stella(), incident)
    with clock.shifted(timedelta(minutes=16)):
        assert now(nora(), incident) == "Nobody leads this. Take the lead"
    browser(nora()).post(reverse("take", args=[incident.reference]), {"role": "lead"})
    assert "Nobody leads" not in page(browser(nora()), incident)
    assert "Confirm that it is an S2" in now(nora(), incident)


def test_the_step_of_the_lead_is_what_stands_in_the_way() -> None:
    incident = levelling.confirm(answered(Severity.S3), actor=linus())
    assert "Move to mitigation" in now(linus(), incident)
    lifecycle.transition(incident, Phase.MITIGATION, actor=linus())
    said = now(linus(), incident)
    assert "Say when the impact ended" in said
    assert "Say when it ended" in said
    assert "Move to remediation" not in page(browser(linus()), incident)


def test_watching_shows_until_when(morning: datetime) -> None:
    incident = levelling.confirm(answered(Severity.S3), actor=linus())
    lifecycle.transition(incident, Phase.MITIGATION, actor=linus())
    lifecycle.monitor(incident, actor=linus(), minutes=30)
    until = f"{incident.monitoring_until or Incident.unrestricted.get().monitoring_until:%H:%M}"
    assert f"Watching whether it returns until {until} UTC" in now(linus(), Incident.unrestricted.get())
    assert re.search(rf"Mitigation [\d]+ s , watching until {until}", text(browser(linus()).get("/incidents/INC-1/")))


@pytest.mark.parametrize("severity", [Severity.S3, Severity.S4])
def test_a_small_incident_can_be_confirmed_in_the_room(severity: Severity) -> None:
    incident = declared(severity)
    engagement.acknowledge(incident, actor=linus())
    assert f"Confirm {severity}" in text(browser(linus()).get(incident.get_absolute_url()))
    browser(linus()).post(reverse("confirm", args=[incident.reference]))
    assert f"Confirm {severity}" not in text(browser(linus()).get(incident.get_absolute_url()))


def test_where_nobody_leads_anybody_who_steers_confirms_and_else_only_the_lead() -> None:
    incident = declared(Severity.S2)
    assert "Confirm S2" in text(browser(nora()).get(incident.get_absolute_url()))
    engagement.acknowledge(incident, actor=grace())
    shown = text(browser(nora()).get(incident.get_absolute_url()))
    assert "Confirm S2" not in shown
    assert "Grace confirms it" in shown


def test_the_decision_to_tell_the_public_can_be_changed_in_the_room() -> None:
    incident = answered()
    communications.decide_posture(incident, Posture.NOT_REQUIRED, actor=grace(), reason="Only we feel it.")
    shown = page(browser(grace()), incident)
    assert re.search(rf'href="{reverse("posture", args=[incident.reference])}"[^>]*>Change', shown)
    communications.decide_posture(incident, Posture.POST, actor=grace())
    assert re.search(r"nothing is out yet\.\s*<a[^>]*>Change", page(browser(grace()), incident))


def test_the_facts_say_why_the_severity_is_what_it_is_now() -> None:
    incident = answered(Severity.S3)
    levelling.escalate(incident, Severity.S1, actor=linus(), reason="All shops in Europe see empty results")
    facts = pulse(browser(linus()), incident).split('hx-target="#facts"')[1]
    assert "Raised from S3 by Linus: All shops in Europe see empty results" in facts
    assert "Chosen by whoever declared it" not in facts


def test_the_house_pages_and_a_person_asks() -> None:
    incident = declared()
    engagement.ask(incident, nora(), "You know the gateway.", actor=linus())
    shown = text(browser(linus()).get(incident.get_absolute_url()))
    assert "Sitrep · Paged Ada as communications manager" in shown
    assert "you are on call" not in shown
    assert "Linus · Asked Nora to help You know the gateway." in shown


def test_entries_stand_in_the_order_in_which_they_were_written_down() -> None:
    incident = answered()
    ended = (clock.now() - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    browser(linus()).post(
        reverse("impact", args=[incident.reference]), {"started_at": ended.replace("T", "T"), "ended_at": ended}
    )
    stamps = re.findall(r'<span class="at"><time datetime="([^"]+)"', page(browser(linus()), incident))
    assert stamps == sorted(stamps, reverse=True)


def test_what_is_owed_names_what_is_to_be_done() -> None:
    incident = levelling.confirm(answered(), actor=grace())
    owed = pulse(browser(grace()), incident).split('hx-target="#owed"')[1].split("</hx-partial>")[0]
    assert "Agree on a mitigation" in owed
    assert "Identification" not in owed


def test_a_time_in_a_sentence_is_in_the_readers_zone() -> None:
    incident = levelling.confirm(answered(), actor=grace())
    lifecycle.transition(incident, Phase.MITIGATION, actor=grace())
    lifecycle.monitor(incident, actor=grace(), minutes=30)
    until = Incident.unrestricted.get().monitoring_until
    assert until
    local = until.astimezone(nora().zone)
    entry = page(browser(nora()), incident).split('id="entry-')[1]
    assert re.search(rf"Watching until <time[^>]*>[^<]*{local:%H:%M}</time>", entry)


def test_a_missed_promise_is_not_calm() -> None:
    incident = answered()
    told_public(incident, next_update_at=clock.now() + timedelta(minutes=10))
    with clock.shifted(timedelta(minutes=17)):
        public = pulse(browser(ada()), incident).split('hx-target="#public"')[1]
        assert "late by" in public.split("</hx-partial>")[0]
    assert "Checkout: partial outage" in public


def test_nobody_who_answered_is_shown_as_waiting() -> None:
    incident = declared()
    engagement.acknowledge(incident, actor=linus())
    assert "asked" not in re.sub(r"\s+", " ", pulse(browser(ana()), incident)).split("Engineer on call")[1][:300]


def test_a_role_is_taken_over_only_from_somebody_whose_time_is_over() -> None:
    incident = declared()
    assert "Take over" not in page(browser(nora()), incident)
    with clock.shifted(timedelta(minutes=16)):
        assert "Take over" in page(browser(nora()), incident)
        taken = browser(nora()).post(reverse("take", args=[incident.reference]), {"role": "incident_manager"})
    assert taken.status_code == 302


def test_every_role_can_be_taken_offered_and_given_back_on_one_page() -> None:
    incident = answered()
    client = browser(nora())
    roles = text(client.get(reverse("seats", args=[incident.reference])))
    assert "Grace leads as incident manager" in roles
    client.post(reverse("take", args=[incident.reference]), {"role": "scribe"})
    assert "Leave" in text(client.get(reverse("seats", args=[incident.reference])))
    client.post(reverse("release", args=[incident.reference]), {"role": "scribe", "person": str(nora().pk)})
    assert not Engagement.objects.present().filter(role=Role.SCRIBE).exists()


def test_who_steers_offers_somebody_elses_role_and_the_other_may_decline() -> None:
    incident = answered()
    address = reverse("offer", args=[incident.reference])
    form = browser(grace()).get(f"{address}?role=communications")
    assert "It stays with Ada until they accept" in text(form)
    assert "selected" not in re.sub(r'<option value="" selected', "", form.content.decode())
    browser(grace()).post(address, {"role": "communications", "person": str(nora().pk)})
    assert "You are offered the role communications manager." in now(nora(), incident)
    browser(nora()).post(
        reverse("release", args=[incident.reference]), {"role": "communications", "person": str(nora().pk)}
    )
    assert "You are offered" not in now(nora(), incident)
    assert Engagement.objects.active().get(role=Role.COMMUNICATIONS).person == ada()


def test_somebody_who_joins_may_join_as_a_shadow() -> None:
    incident = declared()
    browser(nora()).post(reverse("join", args=[incident.reference]), {"shadow": "1"})
    assert Engagement.objects.get(person=nora()).is_shadow
    assert "shadow" in page(browser(nora()), incident)


def test_help_is_asked_of_one_person_or_one_team() -> None:
    incident = answered()
    address = reverse("ask", args=[incident.reference])
    assert browser(linus()).post(address, {"whom": "", "text": "Come."}).status_code == 422
    browser(linus()).post(address, {"whom": f"person:{nora().pk}", "text": "You know the gateway."})
    assert Engagement.objects.get(person=nora()).reason == "You know the gateway."
    browser(linus()).post(address, {"whom": "team:platform", "text": "Disks are full."})
    assert Engagement.objects.get(reason="Disks are full.").role == Role.EXPERT


def test_a_button_that_the_bar_of_what_now_has_stands_there_once() -> None:
    incident = declared()
    assert page(browser(nora()), incident).count('action="/incidents/INC-1/confirm/"') == 2
    engagement.acknowledge(incident, actor=grace())
    shown = page(browser(grace()), incident)
    assert "Confirm that it is an S2" in now(grace(), incident)
    head = shown.split('id="head"')[1].split("</ol>")[0]
    assert "/confirm/" not in head


def test_whoever_asks_a_team_sees_before_whom_that_calls() -> None:
    incident = declared()
    shown = browser(grace()).get(reverse("ask", args=[incident.reference])).content.decode()
    called = holders.answers_for(team(), clock.now())
    assert called is not None
    assert f'<option value="team:platform">Platform: {called}</option>' in shown
