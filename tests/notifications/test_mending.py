"""What people do when letters did not arrive: see who was told, let letters go again, close a breaker."""

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import StreamingHttpResponse

from incidents import access, chasing, levelling
from incidents.models import Incident
from incidents.vocabulary import Severity
from kit import clock
from kit.rules import Forbidden, RuleBroken
from notifications import breakers, delivery, replay, told
from notifications.answers import Refused, Temporary
from notifications.breakers import FAILURES
from notifications.models import AudienceMember, Breaker, Delivery
from notifications.vocabulary import State
from tests.incidents.stories import declared
from tests.kit.sink import Sink
from tests.notifications.conftest import Wire
from tests.notifications.world import (
    answered,
    audiences,
    browser,
    confirmed,
    endpoint,
    letters,
    member,
    relay_only,
    text,
)
from tests.people import admin, everybody_on_call, grace, linus, stella

Told = Callable[..., Incident]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


def names(incident: Incident) -> dict[str, str]:
    return {one.name: one.reason for one in told.not_told(incident)}


def test_the_page_says_who_was_told_what_and_who_was_not(wire: Wire) -> None:
    audiences()
    incident = answered(Severity.S1)
    assert names(incident) == dict.fromkeys(("Elon", "Eve", "Stella"), "Nothing was written to this audience yet.")
    levelling.confirm(incident, actor=grace())
    relay_only()
    assert set(names(incident).values()) == {"A letter is on its way."}
    wire.answers = [None, Refused("550 no such user"), None]
    delivery.work()
    assert list(names(incident).values()) == ["550 no such user"]
    page = text(browser(grace()), f"/incidents/{incident.reference}/told/")
    assert "S1 confirmed" in page
    assert "550 no such user" in page


def test_whoever_may_not_see_it_is_not_told_and_the_page_says_so(wire: Wire) -> None:
    incident = confirmed(Severity.S2)
    incident = access.restrict(incident, actor=admin(), reason="it is security")
    member("Stella", "stakeholders")
    assert names(incident) == {"Stella": "They may not see it."}


def test_the_export_has_a_row_for_each_reader_and_no_formula(wire: Wire) -> None:
    audiences()
    incident = confirmed(Severity.S2, title="=1+1 fails")
    answer: Any = browser(linus()).get(f"/incidents/{incident.reference}/told.csv")
    assert isinstance(answer, StreamingHttpResponse)
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert {row["recipient"] for row in rows if row["state"] == "sent"} >= {"stella@denomas.example"}
    assert all(not row["subject"].startswith("=") for row in rows)
    as_json = json.loads(browser(linus()).get(f"/incidents/{incident.reference}/told.json").content)
    assert len(as_json["rows"]) == len(rows)


def test_stakeholders_and_outsiders_do_not_read_it(wire: Wire) -> None:
    incident = confirmed(Severity.S2)
    text(browser(stella()), f"/incidents/{incident.reference}/told/", status=403)
    access.restrict(incident, actor=admin(), reason="it is security")
    text(browser(stella()), f"/incidents/{incident.reference}/told/", status=404)


def test_all_that_were_parked_and_fit_the_filters_go_again(wire: Wire, told: Told) -> None:
    incident = told("Stella", "Eve", "Elon")
    wire.answers = [Refused("550 no")]
    delivery.work()
    wire.answers = [None]
    browser(admin()).post("/letters/again/", {"state": "parked", "reader": "stella"})
    delivery.work()
    assert [parcel.to for parcel in wire.taken] == ["stella@denomas.example"]
    assert replay.send_all_again(Delivery.objects.filter(notice__incident=incident), actor=admin()) == 2
    delivery.work()
    assert len(wire.taken) == 3
    with pytest.raises(Forbidden):
        replay.send_all_again(Delivery.objects.all(), actor=stella())


def test_an_endpoint_is_sent_a_span_once_more_under_the_same_ids(sink: Sink) -> None:
    confirmed(Severity.S2)
    machine = endpoint(sink.url)
    incident = confirmed(Severity.S2)
    first = [headers["webhook-id"] for headers, _ in sink.arrived]
    assert first
    now = clock.now()
    client = browser(admin())
    span = {
        "since": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "until": f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M}",
    }
    assert client.post(f"/settings/channels/endpoints/{machine.pk}/again/", span).status_code == 302
    delivery.work()
    assert [headers["webhook-id"] for headers, _ in sink.arrived] == first * 2
    with pytest.raises(RuleBroken, match="after the beginning"):
        replay.repeat(machine, now, now, actor=admin())
    assert incident.events.exists()


def a_dead_server(wire: Wire) -> None:
    wire.answers = [Temporary("The mail server cannot be reached", is_ours=True)]


def test_a_server_that_fails_again_and_again_is_left_alone_and_its_letters_lose_no_attempt(
    wire: Wire, told: Told
) -> None:
    told(*(f"Reader{number}" for number in range(30)))
    a_dead_server(wire)
    delivery.work()
    later = told_again(wire)
    assert later == []
    assert Breaker.objects.get().open_until is not None
    assert "left alone" in text(browser(admin()), "/settings/channels/")


def told_again(wire: Wire) -> list[str]:
    """What goes out a second later, of letters that are due."""
    Delivery.objects.filter(state=State.WAITING).update(due_at=clock.now())
    before = list(Delivery.objects.filter(state=State.WAITING).values_list("attempts", flat=True))
    wire.answers = [None]
    delivery.work()
    assert list(Delivery.objects.filter(state=State.WAITING).values_list("attempts", flat=True)) == before
    return [parcel.to for parcel in wire.taken]


def test_after_its_rest_one_letter_tries_and_if_it_arrives_all_go(wire: Wire, told: Told) -> None:
    told(*(f"Reader{number}" for number in range(10)))
    a_dead_server(wire)
    delivery.work()
    tried = []
    wire.meanwhile = lambda parcel: tried.append(parcel.to)
    with clock.shifted(timedelta(minutes=2)):
        delivery.work()
        assert len(tried) == 1
    wire.answers = [None]
    with clock.shifted(timedelta(minutes=10)):
        delivery.work()
    assert len(wire.taken) == 10
    assert not Breaker.objects.filter(open_until__isnull=False).exists()


def test_each_rest_is_longer_than_the_one_before() -> None:
    down, now, rests = breakers.Heard(("mail", ""), is_well=False, reason="down"), clock.now(), []
    breakers.hear([down] * FAILURES, now)
    for _ in range(4):
        until = Breaker.objects.get().open_until
        assert until is not None
        rests.append((until - now).total_seconds())
        now = until
        assert breakers.let_try(down.host, now)
        assert not breakers.let_try(down.host, now)
        breakers.hear([down], now)
    assert rests == [30, 60, 120, 240]


def test_a_page_is_worth_the_try_although_the_server_rests(wire: Wire, told: Told) -> None:
    told("Stella")
    breakers.hear([breakers.Heard(("mail", ""), is_well=False, reason="down")] * FAILURES, clock.now())
    declared(Severity.S2)
    relay_only()
    wire.answers = [Temporary("still down", is_ours=True)]
    tried: list[str] = []
    wire.meanwhile = lambda parcel: tried.append(parcel.subject[:7])
    delivery.work()
    assert tried == ["S2 page"] * 3


def test_an_administrator_who_knows_that_it_works_again_closes_the_breaker(wire: Wire, told: Told) -> None:
    told("Stella")
    breakers.hear([breakers.Heard(("mail", ""), is_well=False, reason="down")] * FAILURES, clock.now())
    delivery.work()
    assert wire.taken == []
    client = browser(admin())
    client.post(f"/settings/channels/breakers/{Breaker.objects.get().pk}/close/")
    delivery.work()
    assert [parcel.to for parcel in wire.taken] == ["stella@denomas.example"]


def test_mail_that_lay_for_long_gives_way_to_what_says_how_things_stand(wire: Wire) -> None:
    member("Elon", "executives")
    incident = confirmed(Severity.S1)
    wire.taken.clear()
    for minutes in (31, 62):
        with clock.shifted(timedelta(minutes=minutes)):
            chasing.chase(clock.now())
            relay_only()
    with clock.shifted(timedelta(minutes=63)):
        delivery.work()
    to_elon = letters(recipient__startswith=f"user:{AudienceMember.objects.get().person_id}", notice__incident=incident)
    assert [letter.state for letter in to_elon][-2:] == [State.CANCELLED, State.SENT]
    assert to_elon[-2].error == "A later letter says how things stand now."
