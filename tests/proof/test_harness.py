"""What the trials stand on does not fail them by itself."""

import os
import threading
from datetime import timedelta
from pathlib import Path

from proof.children import Place
from proof.sinks import Ledger

SOUR = "sour-stan@denomas.example"


def test_a_sour_receiver_refuses_once(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "taken", is_sour=True)
    assert ledger.refuses(SOUR, "<1>", "A")
    assert not ledger.refuses(SOUR, "<1>", "A")
    assert ledger.refuses(SOUR, "<2>", "P")
    assert not ledger.refuses("stella@denomas.example", "<1>", "A")


def test_whoever_goes_on_after_a_kill_is_not_refused(tmp_path: Path) -> None:
    """Two killed before they said whose letter it is would leave the third try to be refused, for half an hour."""
    ledger = Ledger(tmp_path / "taken", is_sour=True)
    assert not any(ledger.refuses("/sour-hook", letter, letter) for letter in ("B", "C", "D", "Z", f"G{os.getpid()}"))


def test_nobody_moves_the_clock_within_a_turn(tmp_path: Path) -> None:
    """Minutes that pass at once would end the lease of whoever is sending, who is then called a double."""
    place = Place(tmp_path)
    place.set_clock(timedelta())
    mover = threading.Thread(target=place.set_clock, args=(timedelta(minutes=4),))
    with place.turn():
        before = place.offset.read_text()
        mover.start()
        mover.join(0.2)
        assert mover.is_alive()
        assert place.offset.read_text() == before
    mover.join(60)
    assert not mover.is_alive()
    assert place.offset.read_text() != before


def test_two_may_take_their_turns_at_once(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with place.turn(), place.turn():
        pass
