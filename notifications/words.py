"""A letter before it is drawn, and the drawing: one plain text and one HTML that work in every scheme."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string

MOST_SUBJECT = 240
# Where the part that is a recipient's own is patched into the HTML when it is sent.
OWN_PART = "<!--own part-->"


@dataclass(frozen=True)
class Words:
    """What a letter says: subject, what it means for the reader, somebody's own text, facts, one link."""

    subject: str
    first: str
    body: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    url: str = ""
    link: str = "Open it"
    # Stands small above everything: “S2 High · INC-12”.
    mark: str = ""
    # What webhooks carry as `data`.
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """A letter ready for every channel."""

    subject: str
    text: str
    html: str


def draw(words: Words) -> Drawn:
    """Draw it. The recipient's own part (why, procedures, unsubscribe) comes at sending."""
    html = render_to_string("notifications/mail/letter.html", {"words": words, "own_part": OWN_PART})
    return Drawn(shortened(words.subject), _plain(words), html)


def _plain(words: Words) -> str:
    facts = "\n".join(_fact(label, value.splitlines()) for label, value in words.facts)
    link = f"{words.link}: {words.url}" if words.url else ""
    return "\n\n".join(filter(None, (words.first, words.body, facts, link))).strip() + "\n"


def _fact(label: str, lines: list[str]) -> str:
    """“Since: 09:12 UTC”, and several lines as a list below it."""
    if len(lines) > 1:
        return f"{label}:\n" + "\n".join(f"- {line}" for line in lines)
    return f"{label}: {''.join(lines)}"


def shortened(subject: str, most: int = MOST_SUBJECT) -> str:
    """One line, at most so long: a header holds no line break."""
    line = " ".join(subject.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
