"""What an entry of the timeline means for those who hear of it. Pure: one table for routing and for the words."""

from enum import StrEnum

from incidents.models import Event
from incidents.vocabulary import Kind, Phase, Way


class Moment(StrEnum):
    """A turn in an incident that somebody outside the room is told of."""

    CONFIRMED = "confirmed"
    CHANGED = "changed"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    SETBACK = "setback"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    CONTINUES = "continues"
    NOTICE = "notice"
    UPDATED = "updated"
    PAGE = "page"
    OFFER = "offer"
    LATE = "late"
    ACTION = "action"
    APPROVAL = "approval"
    UNASKED = "unasked"


BY_KIND: dict[str, Moment] = {
    Kind.CONFIRMED: Moment.CONFIRMED,
    Kind.ESCALATED: Moment.CHANGED,
    Kind.CORRECTED: Moment.CHANGED,
    Kind.REOPENED: Moment.REOPENED,
    Kind.DECLINED: Moment.WITHDRAWN,
    Kind.MERGED: Moment.CONTINUES,
    Kind.NOTICE: Moment.NOTICE,
    Kind.UPDATED: Moment.UPDATED,
    Kind.PAGED: Moment.PAGE,
    Kind.ASKED: Moment.PAGE,
    Kind.OFFERED: Moment.OFFER,
    Kind.OVERDUE: Moment.LATE,
    Kind.NUDGED: Moment.LATE,
    Kind.ACTION: Moment.ACTION,
    Kind.APPROVAL: Moment.APPROVAL,
}


def of(event: Event) -> Moment | None:
    """The moment an entry is; None for what nobody outside the room is told."""
    if event.kind == Kind.TRANSITIONED:
        return _moved(event.data["from"], event.data["to"])
    if event.kind == Kind.BULLETIN:
        # Whoever was asked and did not answer hears that it went out all the same.
        return Moment.UNASKED if event.data.get("way") == Way.UNANSWERED else None
    return BY_KIND.get(event.kind)


def _moved(origin: str, to: str) -> Moment | None:
    """Mitigated, resolved, or no longer what was said; reopening speaks for itself."""
    if to == Phase.REMEDIATION:
        return Moment.MITIGATED
    if to == Phase.POST_INCIDENT:
        return Moment.RESOLVED
    return Moment.SETBACK if origin == Phase.REMEDIATION else None
