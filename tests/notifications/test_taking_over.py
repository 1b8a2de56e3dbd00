"""A process was killed: what its journal tells is written down, what it never began goes again, one is in doubt."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from incidents.models import Incident
from kit import clock
from notifications import claims, delivery, journal, takeover
from notifications.claims import Claim
from notifications.journal import Ended, Journal
from notifications.models import Attempt, Delivery
from notifications.vocabulary import Lane, State
from tests.notifications.conftest import Wire
from tests.notifications.world import letters, tick
from tests.people import everybody_on_call

Told = Callable[..., Incident]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime, settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    everybody_on_call()


def ended(state: State = State.SENT) -> Ended:
    now = clock.now().isoformat()
    return Ended(state.value, "Taken.", None, False, now, now)


def killed(book: Journal) -> None:
    """The process is gone: its lock with it, its journal not."""
    os.close(book._file)


def claimed(book: Journal) -> list[Claim]:
    return claims.claim(clock.now(), holder=book.name)


def states() -> list[tuple[str, int, bool]]:
    return [(letter.state, letter.attempts, letter.maybe_doubled) for letter in letters(lane=Lane.NOTICE)]


def test_what_went_out_what_was_on_its_way_and_what_was_never_begun_are_told_apart(wire: Wire, told: Told) -> None:
    told("Stella", "Eve", "Elon")
    book = Journal()
    gone, doubtful, _ = claimed(book)
    book.begin(gone.held)
    book.end(gone.held, ended())
    book.begin(doubtful.held)
    killed(book)
    assert takeover.take_over(clock.now()) == 3
    assert states() == [(State.SENT, 1, False), (State.WAITING, 1, True), (State.WAITING, 0, False)]
    assert [one.detail for one in Attempt.objects.filter(delivery=gone.letter.pk)] == ["Taken."]
    assert [one.detail for one in Attempt.objects.filter(delivery=doubtful.letter.pk)] == [takeover.VANISHED]
    assert journal.orphans() == []


def test_nobody_waits_for_the_lease_of_a_process_that_is_known_to_be_dead(wire: Wire, told: Told) -> None:
    told("Stella")
    book = Journal()
    claimed(book)
    assert delivery.work() == 0
    killed(book)
    assert delivery.work() == 1
    assert [parcel.to for parcel in wire.taken] == ["stella@denomas.example"]


def test_what_a_lost_database_kept_from_the_ledger_is_taken_from_the_journal_by_the_next(
    wire: Wire, told: Told
) -> None:
    told("Stella", "Eve", "Elon")

    def lost(execute: Callable[..., Any], sql: str, *how: Any) -> Any:
        if "INTO notifications_attempt" in sql:
            raise OperationalError("the connection is closed")
        return execute(sql, *how)

    with connection.execute_wrapper(lost), pytest.raises(OperationalError):
        delivery.work()
    assert [state for state, *_ in states()] == [State.SENDING] * 3
    delivery.work()
    assert states() == [(State.SENT, 1, False)] * 3
    assert len(wire.taken) == 3
    assert journal.orphans() == []


def test_a_process_that_lives_keeps_what_it_holds_until_its_lease_ends(wire: Wire, told: Told) -> None:
    told("Stella", "Eve")
    book, before = Journal(), clock.now()
    first, _ = claimed(book)
    held_at = clock.now()
    book.begin(first.held)
    book.end(first.held, ended())
    assert takeover.take_over(before + timedelta(seconds=59)) == 0
    assert takeover.take_over(held_at + timedelta(seconds=61)) == 2
    assert states() == [(State.SENT, 1, False), (State.WAITING, 0, False)]
    book.close()


def test_where_the_journal_is_not_on_this_host_everything_held_is_in_doubt(wire: Wire, told: Told) -> None:
    told("Stella", "Eve")
    book = Journal()
    claimed(book)
    book.close()
    takeover.take_over(clock.now() + timedelta(seconds=61))
    assert states() == [(State.WAITING, 1, True)] * 2


@pytest.mark.parametrize("torn", [b"[1, 2, {", b"\0" * 6, b"\xff\xfe", b"7"])
def test_a_torn_last_line_says_nothing(wire: Wire, told: Told, torn: bytes) -> None:
    told("Stella")
    book = Journal()
    (held,) = claimed(book)
    book.begin(held.held)
    os.write(book._file, torn)
    killed(book)
    takeover.take_over(clock.now())
    assert states() == [(State.WAITING, 1, True)]


def test_a_shift_that_ends_well_leaves_no_journal(wire: Wire, told: Told) -> None:
    told("Stella")
    tick()
    assert list(journal.folder().iterdir()) == []


def test_the_lock_ends_with_the_process_however_it_ends(tmp_path: Path) -> None:
    script = (
        "import os, sys, time; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'; import django; django.setup();"
        "from notifications.journal import Journal; Journal().begin((7, 1)); print('ready', flush=True); time.sleep(60)"
    )
    env = {**os.environ, "SITREP_VAR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=env) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert journal.orphans() == []
        process.send_signal(signal.SIGKILL)
        process.wait()
    (name,) = journal.orphans()
    past = journal.read(name)
    assert past is not None
    assert past.begun == {(7, 1)}
    assert Delivery.objects.count() == 0
