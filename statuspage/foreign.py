"""What a Statuspage v2 document says, read and checked field by field before anything is written. Pure."""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from kit.rules import RuleBroken
from statuspage.vocabulary import INCIDENT_STATES, MAINTENANCE_STATES, Impact, State, Status

LONGEST_NAME, LONGEST_COMPONENT, LONGEST_ID, LONGEST_DESCRIPTION = 200, 120, 64, 240


@dataclass(frozen=True)
class ForeignComponent:
    """A component, or the group of some."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    position: int
    description: str
    showcase: bool
    start_date: date | None
    group_id: str
    is_group: bool
    only_show_if_degraded: bool


@dataclass(frozen=True)
class ForeignAffected:
    """What an update says of one component."""

    code: str
    name: str
    old_status: Status
    new_status: Status


@dataclass(frozen=True)
class ForeignUpdate:
    """One update of an incident, in plain text."""

    id: str
    state: State
    body: str
    created_at: datetime
    updated_at: datetime
    display_at: datetime
    tells: bool
    affected: tuple[ForeignAffected, ...]


@dataclass(frozen=True)
class ForeignIncident:
    """An incident, or a maintenance where it has a window. Its updates are sorted, the oldest first."""

    id: str
    name: str
    state: State
    impact: Impact
    created_at: datetime
    updated_at: datetime
    started_at: datetime
    monitoring_at: datetime | None
    resolved_at: datetime | None
    scheduled_for: datetime | None
    scheduled_until: datetime | None
    updates: tuple[ForeignUpdate, ...]
    components: tuple[ForeignComponent, ...]


@dataclass(frozen=True)
class Reader:
    """Reads the fields of one object; `where` says in which file and at which place it stands."""

    document: Mapping[str, Any]
    where: str

    def refuse(self, name: str, allowed: str) -> RuleBroken:
        value = self.document.get(name)
        said = "is missing" if name not in self.document else f"is {_short(value)}"
        return RuleBroken("invalid_document", f"{self.where}, field “{name}” {said}; {allowed}", field=name)

    def text(self, name: str, *, longest: int, needed: bool = True) -> str:
        value = self.document.get(name)
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or (needed and not value.strip()):
            raise self.refuse(name, "a text is needed.")
        if len(value.strip()) > longest:
            raise self.refuse(name, f"at most {longest} characters are allowed.")
        return value.strip()

    def one_of(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        value = self.document.get(name) or default
        if not isinstance(value, str) or value not in allowed:
            raise self.refuse(name, f"allowed are {', '.join(allowed)}.")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.document.get(name)
        value = default if value is None else value
        if not isinstance(value, bool):
            raise self.refuse(name, "allowed are true and false.")
        return value

    def number(self, name: str, *, default: int) -> int:
        value = self.document.get(name)
        value = default if value is None else value
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 2**31 - 1:
            raise self.refuse(name, "a whole number from 0 on is needed.")
        return value

    def time(self, name: str) -> datetime:
        found = self.time_or_none(name)
        if found is None:
            raise self.refuse(name, "a time such as 2026-11-23T10:00:00.000Z is needed.")
        return found

    def time_or_none(self, name: str) -> datetime | None:
        value = self.document.get(name)
        if value is None:
            return None
        try:
            found = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            found = None
        if found is None or found.tzinfo is None:
            raise self.refuse(name, "a time with its zone is needed, such as 2026-11-23T10:00:00.000Z.")
        return found.astimezone(UTC)

    def day_or_none(self, name: str) -> date | None:
        value = self.document.get(name)
        try:
            return None if value is None else date.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise self.refuse(name, "a day such as 2026-11-23 is needed.") from error

    def objects(self, name: str) -> list["Reader"]:
        """The list of objects under a name; none where it is missing or null."""
        value = self.document.get(name) or []
        if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
            raise self.refuse(name, "a list of objects is needed.")
        return [Reader(one, f"{self.where}, {name} {place}") for place, one in enumerate(value)]


def component(said: Reader, at: datetime) -> ForeignComponent:
    """A component; `at` stands in where it is not said when it was made."""
    created_at = said.time_or_none("created_at") or at
    identity = said.text("id", longest=LONGEST_ID)
    return ForeignComponent(
        id=identity,
        name=said.text("name", longest=LONGEST_COMPONENT, needed=False) or identity,
        created_at=created_at,
        updated_at=max(created_at, said.time_or_none("updated_at") or created_at),
        position=said.number("position", default=0),
        description=plain(said.text("description", longest=5000, needed=False))[:LONGEST_DESCRIPTION],
        showcase=said.flag("showcase", default=True),
        start_date=said.day_or_none("start_date"),
        group_id=said.text("group_id", longest=LONGEST_ID, needed=False),
        is_group=said.flag("group", default=False),
        only_show_if_degraded=said.flag("only_show_if_degraded", default=False),
    )


def incident(said: Reader) -> ForeignIncident:
    return _incident(said, INCIDENT_STATES)


def maintenance(said: Reader) -> ForeignIncident:
    found = _incident(said, MAINTENANCE_STATES)
    if said.time("scheduled_until") < said.time("scheduled_for"):
        raise said.refuse("scheduled_until", "it cannot lie before “scheduled_for”.")
    return found


def _incident(said: Reader, states: Sequence[State]) -> ForeignIncident:
    created_at = said.time("created_at")
    started_at = said.time_or_none("started_at") or created_at
    resolved_at = said.time_or_none("resolved_at")
    if resolved_at is not None and resolved_at < started_at:
        raise said.refuse("resolved_at", "it cannot lie before “started_at”.")
    updates = [_update(one, states) for one in said.objects("incident_updates")]
    return ForeignIncident(
        id=said.text("id", longest=LONGEST_ID),
        name=plain(said.text("name", longest=LONGEST_NAME)),
        state=State(said.one_of("status", states)),
        impact=Impact(said.one_of("impact", Impact.values, default=Impact.NONE)),
        created_at=created_at,
        updated_at=max(created_at, said.time_or_none("updated_at") or created_at),
        started_at=started_at,
        monitoring_at=said.time_or_none("monitoring_at"),
        resolved_at=resolved_at,
        scheduled_for=said.time_or_none("scheduled_for"),
        scheduled_until=said.time_or_none("scheduled_until"),
        updates=tuple(sorted(updates, key=lambda one: (one.display_at, one.created_at))),
        components=tuple(component(one, created_at) for one in said.objects("components")),
    )


def _update(said: Reader, states: Sequence[State]) -> ForeignUpdate:
    created_at = said.time("created_at")
    return ForeignUpdate(
        id=said.text("id", longest=LONGEST_ID),
        state=State(said.one_of("status", states)),
        body=plain(said.text("body", longest=100_000, needed=False)) or "–",
        created_at=created_at,
        updated_at=max(created_at, said.time_or_none("updated_at") or created_at),
        display_at=said.time_or_none("display_at") or created_at,
        tells=said.flag("deliver_notifications", default=True),
        affected=tuple(_affected(one) for one in said.objects("affected_components")),
    )


def _affected(said: Reader) -> ForeignAffected:
    return ForeignAffected(
        code=said.text("code", longest=LONGEST_ID),
        name=said.text("name", longest=LONGEST_COMPONENT, needed=False),
        old_status=Status(said.one_of("old_status", Status.values, default=Status.OPERATIONAL)),
        new_status=Status(said.one_of("new_status", Status.values)),
    )


SWAPS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"<br\s*/?>", re.IGNORECASE), "\n"),
    (re.compile(r"</(p|div|li|ul|ol|h[1-6])>", re.IGNORECASE), "\n"),
    (re.compile(r"<li[^>]*>", re.IGNORECASE), "- "),
    (re.compile(r"""<a\s[^>]*href=["'](https?://[^"']+)["'][^>]*>(.*?)</a>""", re.I | re.S), r"[\2](\1)"),
    (re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE), ""),
)


def plain(text: str) -> str:
    """The HTML of other pages as our text: breaks become lines, links Markdown, other tags and entities go."""
    for pattern, into in SWAPS:
        text = pattern.sub(into, text)
    text = html.unescape(text).replace("\r\n", "\n").replace("\x00", "")
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
