"""Whatever the other side answers and whoever writes: one bad letter, host or journal stops none of the others."""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from incidents.models import Incident
from incidents.vocabulary import Severity
from kit import clock
from notifications import asking, breakers, claims, contacts, crew, delivery, journal, sending, takeover
from notifications.answers import Refused, Temporary
from notifications.breakers import Heard
from notifications.contacts import Reach
from notifications.crew import Crew, Errand, Lines
from notifications.journal import Ended, Journal
from notifications.mailing import MailRoute
from notifications.models import Attempt, Breaker, Delivery
from notifications.moulds import Mould
from notifications.parcels import Parcel
from notifications.schedules import MOST_ATTEMPTS
from notifications.sending import Watch
from notifications.transports.mail import mail
from notifications.vocabulary import Channel, Lane, State
from tests.incidents.stories import declared
from tests.notifications.conftest import Wire
from tests.notifications.world import letters, relay_only, tick
from tests.people import everybody_on_call, grace, linus

Told = Callable[..., Incident]
ODD = "It said \0 and half of \udc80."


@pytest.fixture
def world(morning: datetime, settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    everybody_on_call()


def ended(state: str, detail: str) -> Ended:
    now = clock.now().isoformat()
    return Ended(state, detail, None, False, now, now)


def left_behind(book: Journal, *said: Ended) -> list[claims.Claim]:
    """What a process held that was killed, of which these ended."""
    held = claims.claim(clock.now(), holder=book.name)
    for one, came_of_it in zip(held, said, strict=False):
        book.begin(one.held)
        book.end(one.held, came_of_it)
    book.leave()
    return held


def states(lane: Lane = Lane.NOTICE) -> list[tuple[str, bool]]:
    return [(letter.state, letter.maybe_doubled) for letter in letters(lane=lane)]


@pytest.mark.django_db
def test_what_no_database_keeps_is_kept_as_a_mark_and_the_others_go(world: None, wire: Wire, told: Told) -> None:
    told("Stella", "Eve")
    wire.answers = [Refused(ODD), None]
    delivery.work()
    tried = Attempt.objects.filter(delivery__in=letters(lane=Lane.NOTICE)).order_by("pk")
    assert [one.detail for one in tried] == ["It said � and half of ?.", "Taken."]
    assert states() == [(State.PARKED, False), (State.SENT, False)]


@pytest.mark.django_db
def test_a_journal_that_says_so_is_taken_over_too(world: None, wire: Wire, told: Told) -> None:
    told("Stella")
    left_behind(Journal(), ended(State.SENT, ODD))
    assert takeover.take_over(clock.now()) == 1
    assert states() == [(State.SENT, False)]


@pytest.mark.django_db
def test_what_a_journal_says_that_nobody_understands_is_a_doubt_and_stops_nothing(
    world: None, wire: Wire, told: Told
) -> None:
    told("Stella", "Eve")
    left_behind(Journal(), ended("vanished", "By a later version."))
    assert takeover.take_over(clock.now()) == 2
    assert states() == [(State.WAITING, True)] * 2
    assert journal.orphans() == []


@pytest.mark.django_db
def test_of_a_journal_from_before_the_machine_started_anew_only_what_it_says_is_believed(
    world: None, wire: Wire, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    told("Stella", "Eve")
    left_behind(Journal(), ended(State.SENT, "Taken."))
    monkeypatch.setattr(journal, "boot", lambda: "anotherone")
    takeover.take_over(clock.now())
    assert states() == [(State.SENT, False), (State.WAITING, True)]


@pytest.mark.django_db
def test_a_page_that_was_refused_rings_elsewhere_although_its_sender_died(world: None, wire: Wire) -> None:
    contacts.add(Reach("mail", "gone@home.example"), actor=linus())
    contacts.add(Reach("mail", "second@home.example", 30), actor=linus())
    declared(Severity.S2, by=grace())
    relay_only()
    Delivery.objects.exclude(recipient__startswith=f"user:{linus().pk}").delete()
    left_behind(Journal(), ended(State.PARKED, "No such user"))
    takeover.take_over(clock.now())
    delivery.work()
    assert [parcel.to for parcel in wire.taken] == ["second@home.example"]


@pytest.mark.django_db
@pytest.mark.parametrize("has_another", [True, False])
def test_a_page_by_a_contact_that_was_taken_back_rings_by_those_of_now(
    world: None, wire: Wire, has_another: bool
) -> None:
    old = contacts.add(Reach("mail", "old@home.example"), actor=linus())
    declared(Severity.S2, by=grace())
    relay_only()
    contacts.remove(old.pk, actor=linus())
    if has_another:
        contacts.add(Reach("mail", "new@home.example"), actor=linus())
    tick()
    expected = "new@home.example" if has_another else "linus@denomas.example"
    theirs = [parcel.to for parcel in wire.taken if parcel.to.endswith(("home.example", expected))]
    assert theirs == [expected]


@pytest.mark.django_db
def test_a_letter_that_always_breaks_its_hand_is_parked_in_the_end(world: None, told: Told) -> None:
    told("Stella")
    letter = claims.claim(clock.now())[0].letter
    assert sending.broken(letter, Watch(clock.now())).state == State.WAITING
    letter.attempts = MOST_ATTEMPTS
    assert sending.broken(letter, Watch(clock.now())).state == State.PARKED


@pytest.mark.django_db
def test_where_the_database_is_lost_while_letters_wait_for_a_hand_nobody_waits_for_them(
    world: None, wire: Wire, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    told("Stella", "Eve", "Elon")
    monkeypatch.setattr(crew, "PATIENCE_SECONDS", 3.0)
    monkeypatch.setattr(delivery, "ASK_AGAIN_SECONDS", 0.0)
    wire.meanwhile = lambda _: time.sleep(0.5)

    def lost(letters: Any) -> Any:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(asking, "look_again", lost)
    began = time.monotonic()
    with pytest.raises(OperationalError):
        delivery.work()
    assert time.monotonic() - began < delivery.FINISH_SECONDS / 2
    monkeypatch.undo()
    delivery.work()
    assert states() == [(State.SENT, False)] * 3


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer; two cannot meet")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_who_hear_of_a_host_for_the_first_time_count_both() -> None:
    is_there, may_go_on = threading.Event(), threading.Event()

    def other() -> None:
        try:
            with transaction.atomic():
                Breaker.objects.create(channel=Channel.MAIL, failures=1)
                is_there.set()
                may_go_on.wait(10)
        finally:
            connections.close_all()

    thread = threading.Thread(target=other)
    thread.start()
    assert is_there.wait(10)
    threading.Timer(0.3, may_go_on.set).start()
    breakers.hear([Heard((Channel.MAIL, ""), is_well=False, reason="down")], clock.now())
    thread.join()
    assert Breaker.objects.get().failures == 2


def test_however_many_hands_are_kept_waiting_one_is_there_for_what_is_urgent(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without the idle hands of other tests.
    monkeypatch.setattr(crew, "_turn", crew._Turn())
    crowd, release, rang = Crew(), threading.Event(), threading.Event()
    waiting: list[bool] = []

    def wait(_: Lines) -> None:
        waiting.append(True)
        release.wait(30)

    try:
        crowd.add([Errand(wait) for _ in range(40)])
        until = time.monotonic() + 3
        while time.monotonic() < until:
            crowd.look()
            time.sleep(0.02)
        assert len(waiting) == crew.MOST_HANDS - crew.KEPT_FREE
        crowd.add([Errand(lambda _: rang.set(), is_urgent=True)])
        crowd.look()
        assert rang.wait(2)
    finally:
        crowd.take_back()
        release.set()


@pytest.mark.parametrize(
    "subject",
    [
        "DB =?utf-8?q?down=0D=0AReply-To:_evil@x.example=0D=0A=0D=0AHi?=",
        "=?utf-7?q?+2AA-?=",
        "X-Sitrep-Own: 1",
    ],
)
def test_a_subject_is_text_whatever_it_claims_to_be(subject: str) -> None:
    mould = Mould(sender="a@b.example", subject=subject, text="What is.", html="", at=datetime(2026, 1, 1))
    head, _, body = mould.cast("you@c.example", {}).partition(b"\r\n\r\n")
    assert [line.split(b":")[0] for line in head.split(b"\r\n")][:4] == [b"Subject", b"From", b"Date", b"To"]
    assert body.startswith(b"What is.")


def test_what_is_wrong_with_our_own_settings_parks_no_letter(smtp: Any) -> None:
    by = MailRoute("Sitrep <a@b.example>", host="smtp..example.com", port=1)
    parcel = Parcel("key", "you@c.example", "Subject", "Text", datetime(2026, 1, 1))
    with mail(by) as send, pytest.raises(Temporary, match="cannot be reached") as caught:
        send(parcel)
    assert caught.value.is_ours
