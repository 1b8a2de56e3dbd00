"""Two versions of a text side by side, with what differs marked word by word. Pure."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple


class Piece(NamedTuple):
    """A stretch of one side; `differs` where the other side has something else there."""

    text: str
    differs: bool


class Sides(NamedTuple):
    """The version before and the one after."""

    before: list[Piece]
    after: list[Piece]

    @property
    def differ(self) -> bool:
        return any(piece.differs for piece in (*self.before, *self.after))


def sides(before: str, after: str) -> Sides:
    """Compare word by word; every character of both texts is in its side, once."""
    old, new = _words(before), _words(after)
    left: list[Piece] = []
    right: list[Piece] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left += [Piece("".join(old[a:b]), what != "equal")] if a < b else []
        right += [Piece("".join(new[c:d]), what != "equal")] if c < d else []
    return Sides(left, right)


def _words(text: str) -> list[str]:
    """Words, marks, and the white space between them."""
    return re.findall(r"\s+|\w+|[^\w\s]", text.replace("\r\n", "\n").strip())
