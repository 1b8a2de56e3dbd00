"""The rules: each looks at the evidence and says in sentences what should not be. No sentence is the good news."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from proof.checking import files
from proof.checking.evidence import Accepted, Evidence

# By address, and by words of the title: how many different letters are to arrive.
Promise = Mapping[str, Mapping[str, int]]


def of_all(seen: Evidence, promise: Promise, killed: Sequence[str]) -> list[str]:
    """Everything that is wrong at the end of a trial in which these processes were killed or stopped."""
    return [
        *promised(seen, promise),
        *copies(seen, killed),
        *ledger(seen),
        *order(seen),
        *left_over(seen),
        *timeline(seen),
        *occurrences(seen),
        *of_readers(seen.var / "public"),
        *files.of_the_end(seen),
    ]


def of_readers(public: Path) -> list[str]:
    """What readers of the public page see at any moment, that of a kill, too, is whole."""
    return files.whole(public)


def promised(seen: Evidence, promise: Promise) -> list[str]:
    """By different ids: what arrives is what was promised, no more and no less."""
    found = []
    arrived: dict[str, dict[str, str]] = defaultdict(dict)
    for one in seen.accepted:
        arrived[one.to][one.key] = one.title
    for to in sorted({*arrived, *promise}):
        titles, words = list(arrived[to].values()), promise.get(to, {})
        for word, count in words.items():
            those = [title for title in titles if word in title]
            if len(those) != count:
                kind = "lost" if len(those) < count else "doubled"
                found.append(f"{kind}: {to} was to get {count} of “{word}” and got {len(those)}: {titles}")
        strangers = [title for title in titles if not any(word in title for word in words)]
        if strangers:
            found.append(f"unexpected: {to} got {strangers}")
    return found


def doubled(seen: Evidence) -> dict[str, list[Accepted]]:
    """Letters of which a sink took more than one copy, by key."""
    by_key: dict[str, list[Accepted]] = defaultdict(list)
    for one in seen.accepted:
        by_key[one.key].append(one)
    return {key: copies for key, copies in by_key.items() if len(copies) > 1}


def copies(seen: Evidence, killed: Sequence[str]) -> list[str]:
    """A second copy only of what a killed process had in its hand, one a kill, the same in all, and flagged."""
    found, flagged = [], {letter.key for letter in seen.letters if letter.maybe_doubled}
    blamed: Counter[str] = Counter()
    for key, those in doubled(seen).items():
        by = Counter(one.by for one in those)
        title = f"“{those[0].title}” to {those[0].to}"
        guilty = [name for name in by if name in killed or name[:1] in killed]
        if max(by.values()) > 1 or len(guilty) < len(those) - 1:
            found.append(f"copies: {title} came {len(those)} times, outside of any gap: {dict(by)}, killed {killed}")
        if len({one.digest for one in those}) > 1:
            found.append(f"changed: the copies of {title} differ")
        if key not in flagged:
            found.append(f"unflagged: {title} came {len(those)} times and the ledger does not know that it may have")
        blamed.update(guilty[: len(those) - 1])
    found += [
        f"copies: {count} letters came again for one kill of {name}" for name, count in blamed.items() if count > 1
    ]
    return found


def ledger(seen: Evidence) -> list[str]:
    """The ledger and the sinks say the same: sent is what arrived."""
    arrived = {one.key for one in seen.accepted}
    known = {letter.key: letter for letter in seen.letters}
    found = [f"unknown: a letter arrived that the ledger has not: {key}" for key in arrived - set(known)]
    for letter in seen.letters:
        name = f"letter {letter.number} to {letter.label}"
        if letter.key in arrived and letter.state != "sent":
            found.append(f"ledger: {name} arrived and is “{letter.state}”")
        if letter.state == "sent" and letter.key not in arrived and letter.key not in seen.before:
            found.append(f"lost: {name} is “sent” and never arrived")
        if letter.state == "sent" and not letter.tries:
            found.append(f"ledger: {name} was sent without an attempt that is written down")
    return found


def order(seen: Evidence) -> list[str]:
    """Letters of one thread reach a recipient in the order they were written; second copies do not count."""
    known = {letter.key: letter for letter in seen.letters if letter.thread}
    newest: dict[tuple[str, str], int] = {}
    found = []
    for key in dict.fromkeys(one.key for one in seen.accepted):
        letter = known.get(key)
        if letter is None:
            continue
        road = (letter.recipient, letter.thread)
        if newest.get(road, 0) > letter.number:
            found.append(f"order: {letter.label} got letter {letter.number} after a newer one")
        newest[road] = letter.number
    return found


def left_over(seen: Evidence) -> list[str]:
    """Nothing that should be none is there, and nothing is there twice."""
    found = [f"left: {count} {name}" for name, count in seen.left.items() if count]
    return found + [f"twice: {what}, {count} times" for what, count in seen.twice.items()]


def timeline(seen: Evidence) -> list[str]:
    """Positions without gaps, each entry chained to the one before it, and the incident knows the last."""
    found, by_incident = [], defaultdict(list)
    for entry in seen.entries:
        by_incident[entry.incident].append(entry)
    for incident, entries in by_incident.items():
        if [entry.position for entry in entries] != list(range(1, len(entries) + 1)):
            found.append("timeline: its positions have gaps")
        if any(later.before != entry.hash for entry, later in pairwise(entries)):
            found.append("timeline: its chain is broken")
        if seen.positions.get(incident) != len(entries):
            found.append("timeline: the incident's row and its timeline say different things")
    return found


def occurrences(seen: Evidence) -> list[str]:
    """What comes due speaks once, and says how many times it stands for."""
    spoken: Counter[tuple[object, ...]] = Counter()
    for entry in seen.entries:
        facts = entry.facts
        if entry.kind == "notice":
            spoken[entry.incident, "notice", facts["audience"], facts["due_at"]] += 1
        elif entry.kind in ("overdue", "nudged"):
            spoken[entry.incident, facts["duty"], facts["subject"], facts["due_at"], facts["rung"]] += 1
    return [f"twice: {what[1:]} spoke {count} times" for what, count in spoken.items() if count > 1]
