"""The checker says nothing of a good end, and each of its rules speaks where it should."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from proof.checking import files, rules
from proof.checking.evidence import Accepted, Entry, Evidence, Letter

PROMISE = {"stella@x": {"Update": 1}}


def copy(key: str = "k1", by: str = "A", **more: Any) -> Accepted:
    said: dict[str, Any] = {"sink": "mail", "to": "stella@x", "title": "Update", "digest": "d", "mark": "", "at": 0.0}
    return Accepted(id=f"<{key}@host>", by=by, **said | more)


def letter(number: int = 1, key: str = "k1", **more: Any) -> Letter:
    said: dict[str, Any] = {
        "channel": "mail", "recipient": "user:1", "label": "stella@x", "thread": "t", "state": "sent", "attempts": 1,
        "tries": 1, "maybe_doubled": False,
    }  # fmt: skip
    return Letter(number=number, key=key, **said | more)


def evidence(
    accepted: Sequence[Accepted] = (copy(),), letters: Sequence[Letter] = (letter(),), **more: Any
) -> Evidence:
    entries = [Entry("i", 1, "declared", {}, "", "h1"), Entry("i", 2, "updated", {}, "h1", "h2")]
    said: dict[str, Any] = {
        "before": frozenset(), "entries": entries, "left": {}, "positions": {"i": 2}, "twice": {},
        "page_version": 1, "bodies": [], "var": Path("nowhere"),
    }  # fmt: skip
    return Evidence(accepted=accepted, letters=letters, **said | more)


def said(seen: Evidence, killed: Sequence[str] = ()) -> set[str]:
    """The first words of what the rules about letters and the timeline find."""
    found = [*rules.promised(seen, PROMISE), *rules.copies(seen, killed), *rules.ledger(seen), *rules.order(seen)]
    return {one.partition(":")[0] for one in [*found, *rules.left_over(seen), *rules.timeline(seen)]}


def test_of_a_good_end_nothing_is_said() -> None:
    assert said(evidence()) == set()
    twice = [copy(by="A"), copy(by="C")]
    assert said(evidence(twice, [letter(maybe_doubled=True)]), killed=["A"]) == set()


BAD: dict[str, tuple[Evidence, list[str], str]] = {
    "nothing arrived": (evidence([]), [], "lost"),
    "by two ids": (evidence([copy(), copy("k2")], [letter(), letter(2, "k2")]), [], "doubled"),
    "something else": (evidence([copy(), copy("k2", title="Page")], [letter(), letter(2, "k2")]), [], "unexpected"),
    "again though nobody died": (evidence([copy(), copy(by="C")], [letter(maybe_doubled=True)]), [], "copies"),
    "again by the same": (evidence([copy(), copy()], [letter(maybe_doubled=True)]), ["A"], "copies"),
    "again and not flagged": (evidence([copy(), copy(by="C")]), ["A"], "unflagged"),
    "again with other words": (evidence([copy(), copy(by="C", digest="e")]), ["A"], "changed"),
    "two for one kill": (
        evidence(
            [copy(by="A"), copy(by="C"), copy("k2", by="A"), copy("k2", by="C")],
            [letter(maybe_doubled=True), letter(2, "k2", maybe_doubled=True)],
        ),
        ["A"], "copies",
    ),
    "unknown to the ledger": (evidence([copy(), copy("k2")]), [], "unknown"),
    "arrived and parked": (evidence(letters=[letter(state="parked")]), [], "ledger"),
    "sent without an attempt": (evidence(letters=[letter(tries=0)]), [], "ledger"),
    "out of order": (evidence([copy("k2"), copy()], [letter(), letter(2, "k2")]), [], "order"),
    "something is left": (evidence(left={"letters that are due and wait": 1}), [], "left"),
    "declared twice": (evidence(twice={"incidents: once": 2}), [], "twice"),
    "a gap": (evidence(entries=[Entry("i", 2, "declared", {}, "", "h")]), [], "timeline"),
    "a broken chain": (
        evidence(entries=[Entry("i", 1, "a", {}, "", "h1"), Entry("i", 2, "b", {}, "other", "h2")]), [], "timeline",
    ),
    "the row knows less": (evidence(positions={"i": 1}), [], "timeline"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_each_rule_speaks(name: str) -> None:
    seen, killed, word = BAD[name]
    assert word in said(seen, killed)


def test_what_comes_due_may_speak_once() -> None:
    notice = Entry("i", 3, "notice", {"audience": "stakeholders", "due_at": "10:00"}, "h2", "h3")
    assert rules.occurrences(evidence(entries=[notice])) == []
    assert rules.occurrences(evidence(entries=[notice, replace(notice, position=4)])) != []


def test_a_file_that_is_cut_short_is_seen(tmp_path: Path) -> None:
    site = tmp_path / "denomas" / "versions" / "1" / "site"
    site.mkdir(parents=True)
    (tmp_path / "denomas" / "current").symlink_to(Path("versions") / "1")
    assert files.whole(tmp_path) == ["page: denomas is shown and has no index.html"]
    (site / "index.html").write_text("<html></html>")
    (site / "summary.json").write_text('{"cut')
    assert len(files.whole(tmp_path)) == 3
