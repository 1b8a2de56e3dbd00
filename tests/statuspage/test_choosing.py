"""Choosing what one gets by a link alone; following one incident; the roll; and those whose letters come back."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kit import clock
from kit.rules import RuleBroken
from statuspage import rolls, subscribing
from statuspage.models import Subscriber, Untold
from statuspage.subscribing import Choice
from statuspage.vocabulary import Impact, State, Status
from tests.browsing import browser, text
from tests.people import admin, linus
from tests.statuspage.test_subscribing import confirmed, hearing, path
from tests.statuspage.world import component, opened, page, rendered, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: Any) -> None:
    cache.clear()
    page()


def reader() -> Client:
    return Client(enforce_csrf_checks=True)


def link(one: Subscriber) -> str:
    return path(subscribing.unsubscribe_url(one.pk)).replace("/end/", "/manage/")


def test_whoever_has_the_link_chooses_anew_and_nobody_else_does() -> None:
    one = confirmed()
    assert "choose what you get" in text(reader().get(path(subscribing.unsubscribe_url(one.pk))))
    assert "What reader@example.com gets" in text(reader().get(link(one)))
    said = {"wants_all": "on", "least_impact": "major", "components": [component("API").public_id]}
    assert "Saved." in text(reader().post(link(one), said))
    one = Subscriber.objects.get(pk=one.pk)
    assert (one.wants_all, one.least_impact, list(one.components.all())) == (True, "major", [component("API")])
    assert reader().post(link(one), {"components": "nonsense"}).status_code == 422
    confirmation = subscribing.confirm_url(one).rstrip("/").rpartition("/")[2]
    for token in ("nonsense", confirmation):
        assert reader().get(f"/subscriptions/manage/{token}/").status_code == 410
        assert reader().post(f"/subscriptions/manage/{token}/", {}).status_code == 410


def test_a_scanner_that_follows_every_link_three_times_changes_nothing() -> None:
    subscribing.ask(page(), "new@example.com")
    asked, there = Subscriber.objects.get(), confirmed()
    before = list(Subscriber.objects.order_by("pk").values())
    for _ in range(3):
        for one in (asked, there):
            for address in (path(subscribing.confirm_url(one)), path(subscribing.unsubscribe_url(one.pk)), link(one)):
                reply = reader().get(address)
                assert reply.status_code == 200
                assert "no-store" in reply.headers["Cache-Control"]
                assert not reply.cookies
                assert reader().head(address).status_code == 200
    assert list(Subscriber.objects.order_by("pk").values()) == before


def test_who_asked_for_great_harm_alone_hears_of_it_and_of_maintenance() -> None:
    for name, impact in (("all", Impact.NONE), ("some", Impact.MINOR), ("worst", Impact.CRITICAL)):
        one = confirmed(f"{name}@example.com")
        Subscriber.objects.filter(pk=one.pk).update(least_impact=impact)
    first = tell(statuses={"Checkout": Status.OPERATIONAL})
    assert hearing(first) == {"all@example.com"}
    worse = tell(statuses={"Checkout": Status.DEGRADED_PERFORMANCE}, about=first.public_incident)
    assert hearing(worse) == {"all@example.com", "some@example.com"}
    worst = tell(statuses={"Checkout": Status.MAJOR_OUTAGE}, about=first.public_incident)
    assert len(hearing(worst)) == 3
    assert len(hearing(tell(State.RESOLVED, about=first.public_incident))) == 3


def test_one_incident_can_be_followed_alone() -> None:
    followed, other = opened(), opened(name="API")
    assert f'name="incident" value="{followed.public_id}"' in rendered(f"incidents/{followed.public_id}.html")
    said = {"address": "fan@example.com", "incident": followed.public_id}
    assert reader().post("/subscribe/denomas/", said).status_code == 200
    one = Subscriber.objects.get()
    subscribing.confirm(subscribing.confirm_url(one).rstrip("/").rpartition("/")[2])
    assert hearing(tell(State.IDENTIFIED, about=followed)) == {"fan@example.com"}
    assert hearing(tell(State.IDENTIFIED, about=other)) == set()
    assert hearing(tell(name="Third", statuses={"Search": Status.MAJOR_OUTAGE})) == set()


def test_who_follows_an_incident_and_the_page_gets_one_letter_and_misses_none() -> None:
    followed = opened()
    for address, name in (("both@example.com", "Checkout"), ("other@example.com", "API")):
        one = confirmed(address, name)
        Subscriber.objects.create(
            page=page(), address=address, only=followed, created_at=one.created_at, confirmed_at=one.confirmed_at
        )
    told = tell(State.IDENTIFIED, about=followed)
    by = {one.address: one.only for one in subscribing.recipients(told)}
    assert subscribing.recipients(told).count() == 2
    # Whoever subscribed to the page for other components hears of it as a follower.
    assert by == {"both@example.com": None, "other@example.com": followed}


def test_the_roll_is_written_out_and_taken_in_again() -> None:
    one = confirmed("some@example.com", "API", wants_all=True)
    subscribing.ask(page(), "asked@example.com", Choice(least_impact=Impact.MAJOR))
    roll = b"".join(browser(admin()).get("/status-page/denomas/subscribers/roll.csv")).decode()
    assert roll.splitlines()[0] == "address,wants_all,least_impact,components,state,since"
    assert f"some@example.com,yes,none,{component('API').public_id},confirmed," in roll
    assert "asked@example.com,no,major,,asked," in roll
    Subscriber.objects.all().delete()
    assert rolls.take_in(page(), roll, have_agreed=True, actor=admin()) == 2
    again = Subscriber.objects.get(address="some@example.com")
    assert (again.wants_all, list(again.components.all()), again.pk != one.pk) == (True, [component("API")], True)
    assert Subscriber.objects.reachable().count() == 2
    assert rolls.take_in(page(), roll, have_agreed=True, actor=admin()) == 0


def test_who_has_not_agreed_is_asked_first() -> None:
    file = SimpleUploadedFile("roll.csv", b"address\nNew@Example.com\nnew@example.com\n")
    reply = browser(admin()).post("/status-page/denomas/subscribers/roll/", {"file": file}, follow=True)
    assert "1 added and asked to confirm." in text(reply)
    assert not Subscriber.objects.reachable().exists()
    assert Untold.objects.get().kind == Untold.Kind.CONFIRMATION


@pytest.mark.parametrize(
    ("csv", "said"),
    [
        ("mail\na@example.com", "“address” is needed"),
        ("", "“address” is needed"),
        ("address\na@example.com\nnobody", "Line 3: “nobody” is no e-mail address."),
        ("address,components\na@example.com,nonsense", "Line 2: “nonsense” is not on this page."),
    ],
)
def test_a_roll_that_is_wrong_is_refused_as_a_whole(csv: str, said: str) -> None:
    with pytest.raises(RuleBroken, match=said):
        rolls.take_in(page(), csv, have_agreed=True, actor=admin())
    assert not Subscriber.objects.exists()


def test_a_spreadsheet_runs_nothing_of_an_address() -> None:
    confirmed("+1@example.com")
    assert "'+1@example.com" in "".join(rolls.written(page(), actor=admin()))


def test_whose_letters_come_back_gets_none_until_they_arrive_again() -> None:
    one, now = confirmed(), clock.now()
    assert rolls.quarantine(one.pk, "Refused for good: 550 no such user", now)
    assert not rolls.quarantine(one.pk, "again", now)
    assert hearing(tell(about=opened())) == set()
    shown = text(browser(admin()).get("/status-page/denomas/subscribers/?back"))
    assert "550 no such user" in shown
    # The reader asks anew, and the link that comes through is the proof.
    with clock.shifted(timedelta(hours=1)):
        reader().post("/subscribe/denomas/", {"address": "reader@example.com"})
        assert Untold.objects.filter(kind=Untold.Kind.CONFIRMATION, subscriber=one).exists()
        reader().post(path(subscribing.confirm_url(Subscriber.objects.get())))
        assert hearing(tell(name="Next", statuses={"API": Status.MAJOR_OUTAGE})) == {"reader@example.com"}
    rolls.quarantine(one.pk, "Refused", now)
    browser(admin()).post(f"/status-page/denomas/subscribers/{one.pk}/release/")
    assert Subscriber.objects.reachable().count() == 1


def test_only_who_looks_after_subscribers_sees_and_changes_them() -> None:
    for address in ("", "roll.csv", "roll/"):
        assert browser(linus()).get(f"/status-page/denomas/subscribers/{address}").status_code == 403
    with pytest.raises(RuleBroken):
        rolls.release(confirmed(), actor=linus())


def test_a_stranger_changes_nothing_of_what_was_chosen_by_one_whose_letters_come_back() -> None:
    one, now = confirmed(), clock.now()
    rolls.quarantine(one.pk, "Refused", now)
    subscribing.ask(page(), one.address, Choice(wants_all=True, components=[component("API")]))
    again = Subscriber.objects.get(pk=one.pk)
    assert (again.wants_all, list(again.components.all())) == (False, [])
