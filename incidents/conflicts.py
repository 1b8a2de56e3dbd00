"""Two people who changed the same thing: refused field by field, with both values side by side. Pure."""

from collections.abc import Mapping

from kit.rules import RuleBroken


class Stale(RuleBroken):
    """Somebody else changed the same field meanwhile; `theirs` and `yours` stand side by side by field."""

    def __init__(self, conflicts: dict[str, tuple[str, str]]) -> None:
        names = ", ".join(conflicts)
        super().__init__("stale", f"Somebody changed this meanwhile: {names}. Choose between the two values.")
        self.conflicts = conflicts


def changed(*, now: Mapping[str, str], was: Mapping[str, str] | None, new: Mapping[str, str]) -> dict[str, str]:
    """The fields that the writer changed, compared with what they saw (`was`). Raises `Stale`.

    Fields are compared one by one: changes of different fields by two people both stand. Where nobody says
    what they saw, everything that differs from now is theirs.
    """
    seen = now if was is None else was
    mine = {name: plain(text) for name, text in new.items() if plain(text) != plain(seen.get(name, ""))}
    conflicts = {
        name: (now[name], text)
        for name, text in mine.items()
        if plain(now[name]) not in (plain(seen.get(name, "")), text)
    }
    if conflicts:
        raise Stale(conflicts)
    return mine


def plain(text: str) -> str:
    """Browsers send lines ended in their own way; that is no change."""
    return text.replace("\r\n", "\n").strip()
