"""Subscribing, through HTTP as readers do it, and who hears which bulletin."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from kit import clock
from kit.rules import RuleBroken
from statuspage import subscribing
from statuspage.models import Subscriber, Untold
from statuspage.subscribing import Choice
from statuspage.vocabulary import State, Status
from tests.browsing import text
from tests.conftest import MORNING
from tests.people import admin, linus
from tests.statuspage.world import component, opened, page, tell

pytestmark = pytest.mark.django_db
ADDRESS = "reader@example.com"


@pytest.fixture(autouse=True)
def world(morning: Any) -> None:
    cache.clear()
    page()


@pytest.fixture
def reader() -> Client:
    """A stranger, with the checks for forged forms that a real server makes."""
    return Client(enforce_csrf_checks=True)


def path(url: str) -> str:
    return url.split("8000", 1)[1]


def asked(reader: Client, address: str = ADDRESS, **said: Any) -> Any:
    return reader.post("/subscribe/denomas/", {"address": address} | said)


def confirmed(address: str = ADDRESS, *components: str, wants_all: bool = False) -> Subscriber:
    subscribing.ask(page(), address, Choice(wants_all, [component(name) for name in components]))
    one = Subscriber.objects.get(address=address)
    return subscribing.confirm(subscribing.confirm_url(one).rstrip("/").rpartition("/")[2])


def test_an_address_is_asked_to_confirm_and_gets_nothing_before(reader: Client) -> None:
    reply = asked(reader, " Reader@Example.COM ", wants_all="on", components=component("API").public_id)
    assert reply.status_code == 200
    one = Subscriber.objects.get()
    assert (one.address, one.wants_all, one.confirmed_at) == (ADDRESS, True, None)
    assert list(one.components.all()) == [component("API")]
    assert (Untold.objects.get().kind, Untold.objects.get().subscriber) == (Untold.Kind.CONFIRMATION, one)
    assert not Subscriber.objects.confirmed().exists()


def test_following_the_link_changes_nothing_and_pressing_the_button_confirms(reader: Client) -> None:
    asked(reader)
    link = path(subscribing.confirm_url(Subscriber.objects.get()))
    assert "Yes, send me updates" in text(reader.get(link))
    assert not Subscriber.objects.confirmed().exists()
    for _ in range(2):
        assert "You are subscribed" in text(reader.post(link))
    assert Subscriber.objects.confirmed().count() == 1


def test_one_click_in_the_mail_program_ends_it_and_a_scanner_does_not(reader: Client) -> None:
    """RFC 8058: the post has no cookie and no token."""
    link = path(subscribing.unsubscribe_url(confirmed().pk))
    assert reader.get(link).status_code == 200
    assert Subscriber.objects.confirmed().exists()
    for _ in range(2):
        assert reader.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Subscriber.objects.confirmed().exists()


def test_the_link_that_ends_it_is_the_same_in_every_copy_of_a_letter() -> None:
    """A letter that goes again because its sender died says what the first copy said."""
    one = confirmed()
    with time_machine.travel(MORNING):
        first = subscribing.unsubscribe_url(one.pk)
    with time_machine.travel(MORNING + timedelta(hours=1)):
        assert subscribing.unsubscribe_url(one.pk) == first


def test_the_answer_is_the_same_whether_one_is_known_or_not(reader: Client) -> None:
    confirmed("known@example.com")
    Untold.objects.all().delete()
    with clock.shifted(timedelta(hours=1)):
        known = asked(reader, "known@example.com", wants_all="on")
        unknown = asked(reader, "unknown@example.com", wants_all="on")
    assert known.content == unknown.content
    assert dict(known.headers) == dict(unknown.headers)
    assert known.status_code == unknown.status_code == 200
    assert not Subscriber.objects.get(address="known@example.com").wants_all
    assert [one.subscriber.address for one in Untold.objects.all() if one.subscriber] == ["unknown@example.com"]


def test_an_impatient_reader_is_written_to_once_and_again_after_a_while(reader: Client) -> None:
    for _ in range(3):
        asked(reader)
    assert Untold.objects.count() == 1
    with clock.shifted(timedelta(minutes=11)):
        asked(reader)
    assert Untold.objects.count() == 2
    assert Subscriber.objects.count() == 1


def test_whoever_ended_it_can_begin_again(reader: Client) -> None:
    first = confirmed()
    reader.post(path(subscribing.unsubscribe_url(first.pk)))
    asked(reader)
    assert Subscriber.objects.pending().count() == 1
    assert "ended" in text(reader.post(path(subscribing.confirm_url(first))))


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c.example", "x" * 250 + "@example.com", "a\nb@example.com"])
def test_what_is_no_address_is_refused_by_name(reader: Client, address: str) -> None:
    reply = asked(reader, address)
    assert reply.status_code == 422
    assert not Subscriber.objects.exists()


def test_a_component_of_nowhere_is_refused(reader: Client) -> None:
    assert asked(reader, components="nonsense").status_code == 422
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("kind", ["confirm", "end"])
def test_a_link_that_is_not_ours_opens_nothing(reader: Client, kind: str) -> None:
    asked(reader)
    one = Subscriber.objects.get()
    other = subscribing.unsubscribe_url(one.pk) if kind == "confirm" else subscribing.confirm_url(one)
    swapped = other.rstrip("/").rpartition("/")[2]
    for token in ("nonsense", swapped, swapped[:-1]):
        for reply in (reader.get(f"/subscriptions/{kind}/{token}/"), reader.post(f"/subscriptions/{kind}/{token}/")):
            assert reply.status_code == 410
            assert "does not work" in text(reply)
    assert Subscriber.objects.get().ended_at is None


def test_a_link_to_confirm_works_for_seven_days(reader: Client) -> None:
    asked(reader)
    link = path(subscribing.confirm_url(Subscriber.objects.get()))
    with clock.shifted(timedelta(days=7, minutes=1)):
        assert reader.post(link).status_code == 410
    assert reader.post(link).status_code == 200


def test_one_caller_asks_twenty_times_an_hour_at_most(reader: Client) -> None:
    statuses = [asked(reader, f"reader{number}@example.com").status_code for number in range(21)]
    assert statuses == [200] * 20 + [429]


def test_a_flood_from_everywhere_ends_too() -> None:
    now = clock.now()
    Subscriber.objects.bulk_create(
        Subscriber(page=page(), address=f"{number}@example.com", created_at=now, asked_at=now)
        for number in range(subscribing.MOST_ASKED_AN_HOUR)
    )
    with pytest.raises(RuleBroken, match="Try again in an hour"):
        subscribing.ask(page(), ADDRESS)


def test_the_form_stands_in_the_house_too_and_an_unknown_page_is_not_found(reader: Client) -> None:
    assert "Subscribe to Denomas SaaS" in text(reader.get("/subscribe/denomas/"))
    assert reader.get("/subscribe/nowhere/").status_code == 404
    assert reader.post("/subscribe/nowhere/").status_code == 404


def hearing(bulletin: Any) -> set[str]:
    return {one.address for one in subscribing.recipients(bulletin)}


def test_who_hears_what() -> None:
    """Domain §2.6: the first, the last, changes of state or scope; what is no news only for who wants all."""
    confirmed("some@example.com")
    confirmed("all@example.com", wants_all=True)
    confirmed("api@example.com", "API")
    subscribing.ask(page(), "pending@example.com")
    everybody = {"some@example.com", "all@example.com"}
    first = tell(statuses={"Checkout": Status.PARTIAL_OUTAGE})
    about = first.public_incident
    assert hearing(first) == everybody
    assert hearing(tell(about=about)) == {"all@example.com"}
    assert hearing(tell(State.IDENTIFIED, about=about)) == everybody
    assert hearing(tell(State.IDENTIFIED, {"Checkout": Status.PARTIAL_OUTAGE}, about=about)) == {"all@example.com"}
    wider = tell(State.IDENTIFIED, {"API": Status.DEGRADED_PERFORMANCE}, about=about)
    assert hearing(wider) == everybody | {"api@example.com"}
    named = tell(State.IDENTIFIED, {"Search": Status.OPERATIONAL}, about=about)
    assert hearing(named) == everybody | {"api@example.com"}
    assert hearing(tell(State.RESOLVED, about=about)) == everybody | {"api@example.com"}
    # What is said of it when it is over is news in whatever state.
    assert hearing(tell(State.RESOLVED, about=about)) == everybody | {"api@example.com"}
    assert hearing(tell(State.RESOLVED, about=about, tells_subscribers=False)) == set()


def test_before_the_click_one_sees_how_many_will_hear() -> None:
    confirmed("some@example.com")
    confirmed("api@example.com", "API")
    assert subscribing.would_hear(page(), [component("API").public_id]) == 2
    assert subscribing.would_hear(page(), [component("Search").public_id]) == 1
    assert subscribing.would_hear(page(), [component("API").public_id], is_news=False) == 0


def test_an_operator_ends_a_subscription_and_others_may_not() -> None:
    one = confirmed()
    with pytest.raises(RuleBroken, match="may not"):
        subscribing.remove(one, actor=linus())
    assert subscribing.remove(one, actor=admin()).ended_at
    assert hearing(tell(about=opened())) == set()
