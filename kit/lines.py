"""Text of one line, as titles and names are: something one can see, and nothing that breaks or turns the line."""

import unicodedata

from kit.rules import check

# Letters, marks, digits, punctuation and symbols; what joins them (ZWJ) is allowed beside them.
SEEN = "LMNPS"
# Line breaks and other control characters; line and paragraph separators.
BREAKING = ("Cc", "Zl", "Zp")
# Marks that let text that follows run the other way: a name could show as another one.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def check_line(text: str, code: str, sentence: str, *, field: str) -> None:
    """Refuse what nobody could see by `code` and `sentence`, and what is no single line by its own."""
    check(any(unicodedata.category(sign)[0] in SEEN for sign in text), code, sentence, field=field)
    breaks = any(unicodedata.category(sign) in BREAKING or sign in TURNING for sign in text.strip())
    said = "Write it in one line, without line breaks, control characters and marks that turn the direction of text."
    check(not breaks, "not_a_line", said, field=field)
