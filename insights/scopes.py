"""What figures are kept by besides severity and time: type, detection, service and team. One word for each, pure."""

from collections.abc import Iterable, Iterator
from uuid import UUID

TYPE, DETECTION, SERVICE, TEAM = "type", "detection", "service", "team"
# Every incident; the only scope that is kept by day.
EVERYTHING = ""
NONE = "none"


def scope(kind: str, value: str | UUID) -> str:
    """“type:security”, “service:1b2c…”, “team:none”."""
    return f"{kind}:{value.hex if isinstance(value, UUID) else value}"


def of(type: str, detection: str, services: Iterable[UUID], teams: Iterable[UUID]) -> list[str]:
    """The scopes of one incident; with several services it is in several."""
    return [
        scope(TYPE, type),
        scope(DETECTION, detection or NONE),
        *([scope(SERVICE, service) for service in services] or [scope(SERVICE, NONE)]),
        *([scope(TEAM, team) for team in teams] or [scope(TEAM, NONE)]),
    ]


def services(kept: Iterable[str]) -> Iterator[UUID]:
    """The services among the scopes of an incident."""
    for one in kept:
        kind, _, value = one.partition(":")
        if kind == SERVICE and value != NONE:
            yield UUID(value)
