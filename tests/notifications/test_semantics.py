"""What mail servers and webhook receivers may answer, at every step; and nobody else waits for the bad one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from config.environment import mail as mail_settings
from incidents.models import Incident
from kit import clock, egress
from notifications import crew, delivery
from notifications.models import Delivery, Endpoint
from notifications.parcels import Parcel, Route
from notifications.transports import mail
from notifications.vocabulary import Channel, Lane, State
from tests.kit.sink import Sink, http_sink
from tests.notifications.scripted_smtp import SILENCE, Script, Scripted, as_usual, scripted
from tests.notifications.world import endpoint, letters, member, quiet_incident, relay_only, tick, update
from tests.people import everybody_on_call, linus

pytestmark = pytest.mark.django_db
BAD = "bad@denomas.example"
# Seconds after which a slow endpoint answers.
PAUSE = 3.0


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


@contextmanager
def server(settings: Any, script: Script = as_usual) -> Iterator[Scripted]:
    with scripted(script) as sink:
        settings.EMAIL_BACKEND = "notifications.mailing.Backend"
        settings.MAIL_URL = f"smtp://127.0.0.1:{sink.port}"
        for name, value in mail_settings(settings.MAIL_URL).items():
            setattr(settings, name, value)
        yield sink


def told(*names: str) -> Incident:
    """Letters to these stakeholders wait; nothing else does."""
    incident = quiet_incident()
    for name in names:
        member(name, "stakeholders")
    update(incident, "First")
    relay_only()
    return incident


def at(verb: str, answer: str, to: str = BAD) -> Script:
    """Answer so at one verb of letters to the bad one."""
    return lambda said, recipient: answer if said == verb and recipient == to else None


def states() -> dict[str, str]:
    found = letters(lane=Lane.NOTICE)
    return {letter.label.partition("@")[0]: letter.state for letter in found}


def the_bad_one() -> Delivery:
    return Delivery.objects.get(label=BAD, lane=Lane.NOTICE)


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "."])
@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("450 4.2.1 try later", State.WAITING),
        ("451 4.7.1 greylisted", State.WAITING),
        ("421 closing", State.WAITING),
        ("550 5.1.1 no such user", State.PARKED),
        ("554 5.6.0 not this text", State.PARKED),
        ("550 5.7.1 we do not relay for you", State.WAITING),
    ],
)
def test_4xx_comes_back_5xx_is_parked_and_what_is_about_us_parks_nobody(
    settings: Any, verb: str, answer: str, state: State
) -> None:
    with server(settings) as sink:
        told("Ada", "Bad", "Zoe")
        sink.script = at(verb, answer)
        delivery.work()
        assert states() == {"ada": State.SENT, "bad": state, "zoe": State.SENT}
        assert answer[:3] in the_bad_one().error
        assert not the_bad_one().maybe_doubled


@pytest.mark.parametrize("verb", ["connect", "EHLO", "MAIL"])
@pytest.mark.parametrize("answer", ["421 too busy", "554 we do not talk to you", "530 authenticate first", ""])
def test_before_the_recipient_is_named_no_answer_parks_anybody(settings: Any, verb: str, answer: str) -> None:
    with server(settings) as sink:
        told("Ada", "Zoe")
        sink.taken.clear()
        # A client that is refused by EHLO tries HELO.
        verbs = (verb, "HELO") if verb == "EHLO" else (verb,)
        sink.script = lambda said, _: answer if said in verbs else None
        delivery.work()
        assert states() == {"ada": State.WAITING, "zoe": State.WAITING}
        assert sink.taken == []
        sink.script = as_usual
        with clock.shifted(timedelta(minutes=3)):
            delivery.work()
        assert states() == {"ada": State.SENT, "zoe": State.SENT}


def test_silence_after_the_final_dot_is_a_doubt_and_delays_nobody_else(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "AT_A_TIME", 4.0)
    with server(settings) as sink:
        told("Ada", "Bad", *(f"Reader{number}" for number in range(40)))
        sink.script = at(".", SILENCE)
        sink.taken.clear()
        done: list[str] = []
        monkeypatch.setattr(crew.Lines, "send", _noting(done))
        delivery.work()
        assert states()["bad"] == State.WAITING
        assert the_bad_one().maybe_doubled
        assert list(states().values()).count(State.SENT) == 41
        assert (len(done), done[-1]) == (42, BAD)


def _noting(done: list[str]) -> Callable[..., str]:
    """The hands' own way to send, noting whose letter is done when it is."""
    send = crew.Lines.send

    def noted(self: crew.Lines, channel: Channel, route: Route, parcel: Parcel) -> str:
        try:
            return send(self, channel, route, parcel)
        finally:
            done.append(parcel.to)

    return noted


def test_a_line_that_the_server_closed_meanwhile_is_opened_again_without_an_attempt_lost(settings: Any) -> None:
    with server(settings) as sink:
        told("Ada", "Zoe")
        closed: list[str] = []

        def close_once(verb: str, to: str) -> str | None:
            if verb == "MAIL" and len(sink.taken) % 2 and not closed:
                closed.append(verb)
                return ""
            return None

        sink.script = close_once
        delivery.work()
        assert closed
        assert set(states().values()) == {State.SENT}
        assert {letter.attempts for letter in letters(lane=Lane.NOTICE)} == {1}


def test_one_bad_among_five_hundred_costs_the_others_nothing(settings: Any) -> None:
    with server(settings) as sink:
        incident = quiet_incident()
        for number in range(499):
            member(f"Reader{number}", "stakeholders")
        member("Bad", "stakeholders")
        sink.taken.clear()
        update(incident, "First")
        relay_only()
        sink.script = at("RCPT", "550 5.1.1 no such user")
        delivery.work()
        found = list(states().values())
        assert (found.count(State.SENT), found.count(State.PARKED)) == (499, 1)
        assert len({to for to, _ in sink.taken}) == 499


def test_a_line_of_the_text_that_begins_with_a_dot_arrives_whole(settings: Any) -> None:
    with server(settings) as sink:
        incident = quiet_incident()
        member("Ada", "stakeholders")
        update(incident, "Look:\n.hidden\n..\n.")
        relay_only()
        delivery.work()
        text = sink.taken[-1][1]
        assert b"\r\n..hidden\r\n" in text
        assert b"\r\n.\r\n" not in text


@pytest.fixture
def hook(settings: Any) -> Iterator[Sink]:
    settings.EGRESS_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with http_sink() as sink:
        yield sink


def told_machines(*urls: str) -> list[Endpoint]:
    incident = quiet_incident()
    found = [endpoint(url) for url in urls]
    update(incident, "First")
    relay_only()
    return found


def the_letter_to(machine: Endpoint) -> Delivery:
    return Delivery.objects.get(recipient=f"endpoint:{machine.pk}")


def test_429_waits_exactly_as_long_as_it_was_asked(hook: Sink) -> None:
    hook.answers = [(429, {"Retry-After": "1234"}, b"slow down")]
    (machine,) = told_machines(hook.url)
    before = clock.now()
    delivery.work()
    asked = timedelta(seconds=1234)
    assert before + asked <= the_letter_to(machine).due_at <= clock.now() + asked


def test_503_with_a_date_waits_until_then(hook: Sink) -> None:
    until = (clock.now() + timedelta(hours=1)).replace(microsecond=0)
    hook.answers = [(503, {"Retry-After": format_datetime(until, usegmt=True)}, b"")]
    (machine,) = told_machines(hook.url)
    before = clock.now()
    delivery.work()
    # The date is turned into seconds, and those into an instant.
    took = clock.now() - before + timedelta(seconds=1)
    assert until - took <= the_letter_to(machine).due_at <= until + took


def test_410_ends_the_endpoint_and_tells_whoever_added_it(hook: Sink, mailoutbox: list[Any]) -> None:
    hook.answers = [(410, {}, b"gone")]
    (machine,) = told_machines(hook.url)
    Endpoint.objects.update(created_by=linus())
    tick()
    tick()
    machine.refresh_from_db()
    assert machine.disabled_at is not None
    assert "Switched off" in str(mailoutbox[-1].subject)


def test_a_redirect_is_a_failure_and_is_not_followed(hook: Sink) -> None:
    hook.answers = [(301, {"Location": hook.url + "/elsewhere"}, b"")]
    (machine,) = told_machines(hook.url)
    delivery.work()
    assert len(hook.arrived) == 1
    assert the_letter_to(machine).state == State.WAITING


def test_of_a_reply_of_a_megabyte_a_beginning_is_read(hook: Sink) -> None:
    hook.answers = [(200, {}, b"x" * 2**20)]
    (machine,) = told_machines(hook.url)
    delivery.work()
    assert the_letter_to(machine).state == State.SENT
    assert egress.MOST_BYTES < 2**20


def test_an_endpoint_that_takes_long_to_answer_delays_no_other(hook: Sink) -> None:
    with http_sink(pause=PAUSE) as slow:
        incident = quiet_incident()
        slowly = endpoint(slow.url)
        others = [endpoint(f"{hook.url}/{number}") for number in range(30)]
        update(incident, "First")
        relay_only()
        hook.arrived_at.clear()
        delivery.work()
        assert the_letter_to(slowly).state == State.SENT
        assert {the_letter_to(one).state for one in others} == {State.SENT}
        assert max(hook.arrived_at) < slow.arrived_at[0] + PAUSE
