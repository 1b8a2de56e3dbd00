"""What came of it: lost, doubled, late, by the sinks' file and the tables, with the rules of the crash trials."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from proof.checking import rules
from proof.checking.evidence import Accepted, Ask, Evidence

PEOPLE = ("stella@denomas.example", "sour-stan@denomas.example", "elon@denomas.example")
READERS = tuple(f"{name}@outside.example" for name in ("reader-1", "reader-2", "reader-3", "sour-reader", "reader-5"))
# By kind of what was said: everybody who is to get it, once.
HEARS = {"update": (*PEOPLE, "/hook", "/sour-hook"), "bulletin": (*READERS, "/reader-hook")}
SINCE = (
    "SELECT d.key, COALESCE(e.recorded_at, b.created_at), e.kind, e.data ->> 'due_at' FROM notifications_delivery d "
    "JOIN notifications_notice n ON n.id = d.notice_id LEFT JOIN incidents_event e ON e.id = n.event_id "
    "LEFT JOIN statuspage_bulletin b ON b.id = n.bulletin_id WHERE d.state = 'sent' AND d.lane > 1"
)
SILENT = (
    "SELECT i.reference FROM incidents_incident i WHERE i.reference <> 'INC-1' AND "
    "(SELECT COUNT(*) FROM incidents_event e WHERE e.incident_id = i.id AND e.kind = 'notice') < 2 "
    "AND i.severity_confirmed_at < '{due}'"
)


@dataclass
class Verdict:
    """Sentences about what should not be, and the figures."""

    found: list[str] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    # Second copies of a letter, with the same id.
    copies: int = 0
    unflagged: int = 0
    letters: int = 0
    clocks: int = 0
    lateness: list[float] = field(default_factory=list)

    def late(self, share: float) -> float:
        """So late was the slowest of this share of the letters, in seconds."""
        if not self.lateness:
            return math.inf
        return sorted(self.lateness)[min(len(self.lateness) - 1, int(share * len(self.lateness)))]


def of(seen: Evidence, ask: Ask, said: Mapping[str, str], offset: float, due_before: datetime) -> Verdict:
    """`said` is what somebody was told was done, by mark; the clock of the product was `offset` seconds ahead."""
    verdict = Verdict(letters=len({one.key for one in seen.accepted}))
    _promised(verdict, seen.accepted, said)
    _copied(verdict, seen)
    _late(verdict, seen, ask, offset)
    silent = [reference for (reference,) in ask(SILENT.format(due=due_before.isoformat()))]
    verdict.lost += len(silent)
    verdict.found += [f"lost: the clock of {reference} did not speak" for reference in silent]
    verdict.clocks = sum(entry.kind == "notice" for entry in seen.entries)
    found = (
        rules.ledger(seen),
        rules.order(seen),
        rules.left_over(seen),
        rules.timeline(seen),
        rules.occurrences(seen),
    )
    verdict.found += [one for some in found for one in some] + rules.of_readers(seen.var / "public")
    return verdict


def _promised(verdict: Verdict, accepted: Sequence[Accepted], said: Mapping[str, str]) -> None:
    """Whoever is to hear of a mark does, by one id."""
    ids: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in accepted:
        ids[one.mark, one.to].add(one.key)
    lost = [(mark, to) for mark, kind in said.items() for to in HEARS[kind] if not ids[mark, to]]
    doubled = [(mark, to) for (mark, to), keys in ids.items() if mark and len(keys) > 1]
    verdict.lost, verdict.doubled = len(lost), len(doubled)
    verdict.found += [f"lost: {to} was not told of {mark}" for mark, to in lost]
    verdict.found += [f"doubled: {to} was told of {mark} by several letters" for mark, to in doubled]


def _copied(verdict: Verdict, seen: Evidence) -> None:
    flagged = {letter.key for letter in seen.letters if letter.maybe_doubled}
    for key, those in rules.doubled(seen).items():
        verdict.copies += len(those) - 1
        if key not in flagged:
            verdict.unflagged += 1
            verdict.found.append(f"unflagged: “{those[0].title}” to {those[0].to} came {len(those)} times")


def _late(verdict: Verdict, seen: Evidence, ask: Ask, offset: float) -> None:
    """From when it was written down, or due, to its first copy in the sink."""
    since: dict[str, float] = {}
    for key, recorded_at, kind, due_at in ask(SINCE):
        instant = datetime.fromisoformat(due_at) if kind == "notice" else recorded_at
        since[str(key).replace("-", "")] = instant.timestamp()
    for one in {one.key: one for one in reversed(seen.accepted)}.values():
        if one.key in since:
            verdict.lateness.append(one.at + offset - since[one.key])


def counted(deeds: Counter[str]) -> str:
    return "\n".join(f"  {count:4} {deed}" for deed, count in sorted(deeds.items()))
