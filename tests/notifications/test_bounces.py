"""A subscriber whose letters come back is quarantined; one whose mail server, or ours, is away is not."""

from datetime import datetime, timedelta

import pytest

from kit import clock
from notifications.bounces import Bounces
from notifications.models import Attempt, Delivery, Notice
from notifications.vocabulary import Channel, State, To
from statuspage.models import Subscriber
from tests.notifications.world import subscriber

pytestmark = pytest.mark.django_db
FULL = "The mail server answered 452 4.2.2 mailbox full"
NOBODY = "The mail server answered 550 5.1.1 no such user"


def tried(one: Subscriber, detail: str, *, state: str = State.WAITING, days_ago: int = 0, attempts: int = 1) -> None:
    """A letter that was tried once, and what was said."""
    at = clock.now() - timedelta(days=days_ago)
    notice = Notice.objects.create(audience=To.SUBSCRIBERS, subject="x", text="x", html="x", created_at=at)
    letter = Delivery.objects.create(
        notice=notice, channel=Channel.MAIL, recipient=f"subscriber:{one.pk}", label=one.address, state=state,
        due_at=at, created_at=at, attempts=attempts,
    )  # fmt: skip
    Attempt.objects.create(
        delivery=letter, number=1, started_at=at, ended_at=at, succeeded=not detail, detail=detail or "taken"
    )


def test_one_refused_for_good_is_enough() -> None:
    gone, other = subscriber("gone@example.com"), subscriber("other@example.com")
    tried(gone, NOBODY, state=State.PARKED)
    tried(other, FULL)
    assert Bounces().look(clock.now()) == 1
    assert list(Subscriber.objects.quarantined()) == [gone]
    assert "550 5.1.1 no such user" in Subscriber.objects.get(pk=gone.pk).quarantined_because


def test_five_refused_for_now_within_seven_days_are_enough(still: datetime) -> None:
    full, once = subscriber("full@example.com"), subscriber("once@example.com")
    for _ in range(4):
        tried(full, FULL)
    tried(once, FULL, days_ago=8)
    for _ in range(4):
        tried(once, FULL)
    look = Bounces()
    assert look.look(clock.now()) == 0
    tried(full, FULL)
    # It looks every few seconds, and only at what is new.
    assert look.look(clock.now()) == 0
    assert look.look(clock.now() + timedelta(seconds=6)) == 1
    assert list(Subscriber.objects.quarantined()) == [full]
    assert look.look(clock.now() + timedelta(seconds=12)) == 0


def test_a_mail_server_that_is_away_or_refuses_us_says_nothing_of_the_reader() -> None:
    one = subscriber("fine@example.com")
    for detail in ("The mail server cannot be reached: refused", "The mail server refuses us: 550 5.7.1 spam") * 5:
        tried(one, detail, state=State.PARKED)
    tried(one, "")
    assert Bounces().look(clock.now()) == 0
