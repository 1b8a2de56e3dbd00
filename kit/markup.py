"""Markdown from people to clean HTML, the same everywhere."""

from functools import cache
from typing import TYPE_CHECKING

import nh3
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


@cache
def _parser() -> "MarkdownIt":
    """Imported for the first text: every template knows of Markdown, and the first pages hold none."""
    made: MarkdownIt = import_string("markdown_it.MarkdownIt")(
        "commonmark", {"html": False, "linkify": True, "breaks": True}
    )
    return made.enable(["linkify", "table", "strikethrough"])


def to_html(text: str) -> SafeString:
    """Render Markdown; HTML in it stays text, links open without a referrer."""
    html = nh3.clean(
        _parser().render(text),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return SafeString(html)
