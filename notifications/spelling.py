"""How letters spell times: always with their zone, UTC always among them, the day where it is not today."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def instant(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """“10:24 UTC”, or “10:24 UTC (11:24 CET)” for readers elsewhere; “22 Nov 23:10 UTC” on another day."""
    utc, local = at.astimezone(UTC), at.astimezone(zone)
    text = _face(utc, now.astimezone(UTC))
    same = local.utcoffset() == utc.utcoffset()
    return text if same else f"{text} ({_face(local, now.astimezone(zone))})"


def _face(at: datetime, now: datetime) -> str:
    day = "" if at.date() == now.date() else f"{at.day} {at:%b} " if at.year == now.year else f"{at.day} {at:%b %Y} "
    return f"{day}{at:%H:%M} {at.tzname()}"


def listed(names: list[str]) -> str:
    """“Ada, Grace and Linus”."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def counted(number: int, noun: str) -> str:
    """“1 update”, “12 updates”."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
