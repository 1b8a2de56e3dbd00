"""The short form of a bulletin, for networks that cut long posts: 220 characters with a link. Pure (SUP1-4)."""

import re

from incidents.lint import LINK_COUNTS, SHORT_FORM


def of(body: str, link: str) -> str:
    """Made of the text: as many whole sentences as fit, else as many words, and the link."""
    text = _plain(body)
    most = SHORT_FORM - LINK_COUNTS - 1
    return f"{text if len(text) <= most else _cut(text, most)} {link}"


def with_link(short: str, link: str) -> str:
    """What somebody wrote; a link is added where they gave none, for a post must lead to the page."""
    text = " ".join(short.split())
    return text if re.search(r"https?://", text) else f"{text} {link}"


def _cut(text: str, most: int) -> str:
    kept = ""
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        if len(kept) + len(sentence) + 1 > most:
            break
        kept = f"{kept} {sentence}".strip()
    if kept:
        return kept
    words = text[: most - 1].rsplit(" ", 1)
    return f"{words[0]}…"


def _plain(body: str) -> str:
    """Without the marks of Markdown: a network shows them as they are."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", body)
    text = re.sub(r"(?m)^\s*(?:[#>*-]+|\d+\.)\s+", "", text)
    return " ".join(re.sub(r"[*_`]{1,3}(\S(?:.*?\S)?)[*_`]{1,3}", r"\1", text).split())
