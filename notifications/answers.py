"""What a transport says when a letter did not arrive; whatever else it meets, it turns into one of these two."""

from datetime import timedelta


class Temporary(Exception):
    """Not now: it is tried again, `after` that span where the other side named one.

    `maybe_taken` is True where the other side may have taken the letter before the line broke; `is_ours` where it
    says nothing about this recipient: then the host is left alone for a while, and nobody is parked for it.
    """

    def __init__(
        self, sentence: str, *, after: timedelta | None = None, maybe_taken: bool = False, is_ours: bool = False
    ) -> None:
        super().__init__(sentence)
        self.after = after
        self.maybe_taken = maybe_taken
        self.is_ours = is_ours


class Refused(Exception):
    """Never: this letter is parked. `is_gone` is True where the other side wants no letter ever again."""

    def __init__(self, sentence: str, *, is_gone: bool = False) -> None:
        super().__init__(sentence)
        self.is_gone = is_gone
