"""Tags of every page's head: does the engine live, and is anybody mailed?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template

from kit import clock
from notifications import heartbeats, mailing

register = template.Library()


@dataclass(frozen=True)
class Sign:
    """When the engine last ticked, seen from now; stale after 30 seconds."""

    beat_at: datetime | None
    now: datetime

    @property
    def is_stale(self) -> bool:
        return self.beat_at is None or self.now - self.beat_at > heartbeats.SILENCE

    @property
    def state(self) -> str:
        return "stale" if self.is_stale else "alive"

    @property
    def seconds(self) -> int:
        return 0 if self.beat_at is None else max(0, int((self.now - self.beat_at).total_seconds()))


@register.simple_tag
def engine() -> Sign:
    """`{% engine as engine %}`, then include notifications/engine.html and engine_banner.html."""
    return Sign(heartbeats.last_beat(heartbeats.Kind.TICKER), clock.shown())


@register.simple_tag
def mail_is_kept() -> bool:
    """Whether letters go into a folder, because no mail server is set."""
    return mailing.is_folder()


@register.inclusion_tag("notifications/mail_banner.html", takes_context=True)
def mail_banner(context: dict[str, Any]) -> dict[str, Any]:
    """For administrators: nobody is being mailed until a server is configured."""
    user = context["request"].user
    return {"is_folder": user.has_perm("notifications.manage_channels") and mailing.is_folder()}
