"""Delivering: claimed once, tried again on schedule, never lost, and what came of it is a row."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from incidents import engagement, levelling, lifecycle, times
from incidents.models import Incident
from incidents.vocabulary import Phase, Severity
from kit import clock
from notifications import claims, crew, delivery, recording, relay, sending, takeover
from notifications.answers import Refused, Temporary
from notifications.claims import Claim
from notifications.crew import Lines
from notifications.journal import Journal
from notifications.models import Attempt, Delivery
from notifications.packing import Packer
from notifications.parcels import Parcel
from notifications.recording import Outcome, Result
from notifications.schedules import MOST_ATTEMPTS
from notifications.sending import Job, Watch
from notifications.vocabulary import Lane, State
from tests.incidents.stories import declared
from tests.notifications.conftest import Wire
from tests.notifications.world import audiences, letters, quiet_incident, relay_only, the_letter, update
from tests.people import everybody_on_call, grace, linus, person

Told = Callable[..., Incident]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


def test_a_claim_holds_a_letter_until_its_lease_ends(wire: Wire, told: Told) -> None:
    told()
    now = clock.now()
    assert len(claims.claim(now)) == 1
    takeover.take_over(now + timedelta(seconds=59))
    assert claims.claim(now + timedelta(seconds=59)) == []
    takeover.take_over(now + timedelta(seconds=61))
    again = claims.claim(now + timedelta(seconds=61))
    assert [(held.letter.attempts, held.letter.fence) for held in again] == [(2, 2)]


def outcome(state: State, detail: str = "") -> Outcome:
    return Outcome(state, detail, clock.now(), clock.now())


def result(held: Claim, state: State, detail: str = "") -> Result:
    return Result(*held.held, held.letter.attempts, outcome(state, detail))


def test_whoever_slept_through_its_lease_changes_nothing_and_still_leaves_a_row(wire: Wire, told: Told) -> None:
    told()
    asleep = claims.claim(clock.now())[0]
    with clock.shifted(timedelta(seconds=61)):
        delivery.work()
    assert the_letter().state == State.SENT
    assert recording.record([result(asleep, State.PARKED, "Too late")]) == set()
    assert the_letter().state == State.SENT
    details = list(the_letter().tries.order_by("pk").values_list("detail", flat=True))
    assert details == ["Whoever sent it ended before it could say how it went.", "Taken.", "Too late"]


def test_whoever_slept_does_not_settle_what_another_is_just_sending(wire: Wire, told: Told) -> None:
    told()
    now = clock.now()
    asleep = claims.claim(now)[0]
    takeover.take_over(now + timedelta(seconds=61))
    awake = claims.claim(now + timedelta(seconds=61))[0]
    assert recording.record([result(asleep, State.SENT)]) == set()
    assert the_letter().state == State.SENDING
    assert recording.record([result(awake, State.SENT)]) == {awake.letter.pk}


def test_what_a_vanished_sender_held_is_marked_as_perhaps_doubled(wire: Wire, told: Told) -> None:
    told()
    claims.claim(clock.now())
    with clock.shifted(timedelta(seconds=61)):
        delivery.work()
    assert the_letter().maybe_doubled


def test_the_key_stays_the_same_through_every_attempt(wire: Wire, told: Told) -> None:
    told()
    seen: list[str] = []
    wire.meanwhile = lambda parcel: seen.append(parcel.key)
    wire.answers = [Temporary("later"), Temporary("later"), None]
    for minutes in (0, 2, 8):
        with clock.shifted(timedelta(minutes=minutes)):
            delivery.work()
    assert seen == [str(the_letter().key)] * 3


def test_mail_is_tried_again_on_its_schedule_and_parked_after_eight_attempts(wire: Wire, told: Told) -> None:
    told()
    wire.answers = [Temporary("450 try later")]
    due_after = []
    for _ in range(MOST_ATTEMPTS):
        due = the_letter().due_at
        with clock.at(due):
            delivery.work()
            due_after.append(round((the_letter().due_at - due).total_seconds() / 60))
    assert due_after == [1, 5, 15, 30, 60, 120, 1200, 0]
    assert the_letter().state == State.PARKED
    assert the_letter().error == "Given up after 8 attempts. 450 try later"
    assert the_letter().tries.count() == MOST_ATTEMPTS


def test_a_letter_that_ends_whoever_sends_it_is_parked_after_eight_attempts(wire: Wire, told: Told) -> None:
    told()
    for round_ in range(MOST_ATTEMPTS + 1):
        now = clock.now() + timedelta(seconds=61 * round_)
        takeover.take_over(now)
        claims.claim(now)
    assert the_letter().state == State.PARKED
    assert the_letter().error == takeover.VANISHED
    assert the_letter().tries.count() == MOST_ATTEMPTS


def test_refused_is_parked_at_once_with_the_answer(wire: Wire, told: Told) -> None:
    told()
    wire.answers = [Refused("550 no such user")]
    delivery.work()
    assert (the_letter().state, the_letter().error) == (State.PARKED, "550 no such user")


def test_retry_after_holds_exactly(wire: Wire, told: Told) -> None:
    told()
    wire.answers = [Temporary("429", after=timedelta(seconds=1234))]
    before = clock.now()
    delivery.work()
    assert abs((the_letter().due_at - before).total_seconds() - 1234) < 2


def test_a_fault_of_ours_parks_one_letter_and_the_others_go(wire: Wire, told: Told) -> None:
    told("Stella", "Eve", "Elon")
    broken = Delivery.objects.get(label="eve@denomas.example")
    Delivery.objects.filter(pk=broken.pk).update(payload={})
    delivery.work()
    assert {letter.label: letter.state for letter in letters(lane=Lane.NOTICE)} == {
        "stella@denomas.example": State.SENT,
        "eve@denomas.example": State.PARKED,
        "elon@denomas.example": State.SENT,
    }
    assert "KeyError" in Delivery.objects.get(pk=broken.pk).error


def test_one_bad_recipient_among_many_delays_nobody(wire: Wire, told: Told) -> None:
    told(*(f"Reader{number}" for number in range(30)))
    bad = Refused("550 bad")

    def script(parcel: Parcel) -> None:
        wire.answers = [bad if parcel.to.startswith("reader7@") else None]

    wire.meanwhile = script
    delivery.work()
    states = [letter.state for letter in letters(lane=Lane.NOTICE)]
    assert (states.count(State.SENT), states.count(State.PARKED)) == (29, 1)


def test_a_page_goes_before_news_that_waits_longer(wire: Wire, told: Told) -> None:
    told("Stella", "Eve")
    declared(Severity.S2)
    relay_only()
    delivery.work()
    kinds = ["page" in parcel.subject for parcel in wire.taken]
    assert kinds == [True] * 3 + [False] * 2


def test_nothing_overtakes_an_older_letter_on_the_way_to_the_same_reader(wire: Wire, told: Told) -> None:
    incident = told("Stella", "Eve")
    wire.answers = [Temporary("later"), None]
    delivery.work()
    update(incident, "Second")
    relay_only()
    delivery.work()
    late = next(letter.label for letter in letters(lane=Lane.NOTICE) if letter.attempts and letter.state == "waiting")
    texts: dict[str, list[str]] = {letter.label: [] for letter in letters(lane=Lane.NOTICE)}
    for parcel in wire.taken:
        texts[parcel.to].append("First" if "First" in parcel.text else "Second")
    assert texts.pop(late) == []
    assert list(texts.values()) == [["First", "Second"]]
    with clock.shifted(timedelta(minutes=2)):
        delivery.work()
    assert ["First" in parcel.text for parcel in wire.taken if parcel.to == late] == [True, False]


def test_a_page_does_not_wait_for_news_to_the_same_person_that_is_being_tried_again(wire: Wire, told: Told) -> None:
    incident = told("Tim")
    wire.answers = [Temporary("later"), None]
    delivery.work()
    engagement.ask(incident, person("Tim"), "Which index is that?", actor=linus())
    relay_only()
    delivery.work()
    assert [parcel.subject.split(":")[0] for parcel in wire.taken] == ["S3 page"]


def test_a_letter_of_another_incident_does_not_wait_for_it(wire: Wire, told: Told) -> None:
    told()
    wire.answers = [Temporary("later"), None]
    delivery.work()
    other = quiet_incident(title="Search is slow")
    update(other, "Other")
    relay_only()
    delivery.work()
    assert any("Other" in parcel.text for parcel in wire.taken)


def test_what_cannot_be_begun_in_time_is_not_begun(wire: Wire, told: Told) -> None:
    told()
    held = claims.claim(clock.now())[0]
    job = Job(held, Packer([held.letter]).pack(held.letter, at=clock.now()), None)
    late = Watch(held.until - timedelta(seconds=10))
    assert sending.send(job, Lines(), late, Journal()) is None
    assert wire.taken == []


def test_what_is_handed_back_counts_as_no_attempt(wire: Wire, told: Told) -> None:
    told("Stella", "Eve")
    claims.hand_back(claims.claim(clock.now()))
    assert [(letter.state, letter.attempts) for letter in letters(lane=Lane.NOTICE)] == [(State.WAITING, 0)] * 2


def test_a_stopping_sender_gives_back_what_it_has_not_begun(
    wire: Wire, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "PATIENCE_SECONDS", 3.0)
    told("Stella", "Eve", "Elon")
    is_told_to_stop = threading.Event()
    on_its_way = threading.Event()

    def wait(_: Parcel) -> None:
        on_its_way.set()
        is_told_to_stop.wait(5)

    wire.meanwhile = wait
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(True)
        if len(asked) > 1:
            on_its_way.wait(5)
        # By its second question the first letter is on its way; by its third the others are back.
        if len(asked) == 2:
            threading.Timer(0.1, is_told_to_stop.set).start()
        return len(asked) > 1

    delivery.work(stop=stop)
    assert len(wire.taken) == 1
    assert sorted(letter.state for letter in letters(lane=Lane.NOTICE)) == [State.SENT, State.WAITING, State.WAITING]


def test_a_room_looks_again_when_its_letters_went(wire: Wire, told: Told) -> None:
    incident = told()
    before = Incident.unrestricted.get(pk=incident.pk).version
    delivery.work()
    assert Incident.unrestricted.get(pk=incident.pk).version == before + 1


def test_every_attempt_is_a_row_whatever_came_of_it(wire: Wire, told: Told) -> None:
    told()
    wire.answers = [Temporary("down"), None]
    delivery.work()
    with clock.shifted(timedelta(minutes=2)):
        delivery.work()
    attempts = Attempt.objects.filter(delivery=the_letter()).order_by("pk")
    assert [(one.number, one.succeeded, one.detail) for one in attempts] == [(1, False, "down"), (2, True, "Taken.")]


def test_the_letters_of_one_incident_are_numbered_in_the_order_of_its_timeline(wire: Wire) -> None:
    audiences()
    incident = declared(Severity.S2)
    for engaged in list(incident.engagements.select_related("person")):
        engagement.acknowledge(incident, actor=engaged.person)
    levelling.confirm(incident, actor=grace())
    times.end_impact(incident, clock.now(), actor=linus())
    lifecycle.transition(incident, Phase.REMEDIATION, actor=grace(), note="Quick fix")
    relay.relay(clock.now())
    delivery.work()
    to_stella = [parcel.subject.split(":")[0] for parcel in wire.taken if parcel.to.startswith("stella")]
    assert to_stella == ["S2 confirmed", "Mitigated"]
