"""The JSON documents of the page, field by field as Statuspage clients expect (reference: status page contract)."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from statuspage.models import AffectedComponent, Bulletin, Component, PublicIncident
from statuspage.reading import Content

# How many the lists of all incidents and all maintenances hold.
MOST = 50

Json = dict[str, Any]


def encoded(document: Json) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def summary(content: Content) -> Json:
    return {
        "page": page(content),
        "components": [component(one, content) for one in content.shown],
        "incidents": [incident(one, content) for one in content.unresolved],
        "scheduled_maintenances": [
            maintenance(one, content) for one in next_first([*content.ahead, *content.under_way])
        ],
        "status": status(content),
    }


def status_alone(content: Content) -> Json:
    return {"page": page(content), "status": status(content)}


def components(content: Content) -> Json:
    return {"page": page(content), "components": [component(one, content) for one in content.shown]}


def incidents(content: Content, several: Iterable[PublicIncident]) -> Json:
    return {"page": page(content), "incidents": [incident(one, content) for one in several]}


def maintenances(content: Content, several: Iterable[PublicIncident]) -> Json:
    return {"page": page(content), "scheduled_maintenances": [maintenance(one, content) for one in several]}


def newest(several: Iterable[PublicIncident], most: int = MOST) -> list[PublicIncident]:
    """The newest by when they were created, as Statuspage lists them."""
    return sorted(several, key=lambda one: (one.created_at, one.pk), reverse=True)[:most]


def next_first(several: Iterable[PublicIncident]) -> list[PublicIncident]:
    """Maintenances that are not over by when they begin, as genuine documents list them."""
    return sorted(several, key=lambda one: (one.scheduled_for or one.created_at, -one.created_at.timestamp(), one.pk))


def telling(several: Sequence[PublicIncident]) -> list[PublicIncident]:
    """Those whose state is true.

    What was imported without its closing update still says “investigating” of years ago; a client that
    goes by the state would show it as current, so the documents leave it to the history.
    """
    return newest([one for one in several if not one.lacks_its_end], len(several))


def page(content: Content) -> Json:
    return {
        "id": content.page.public_id,
        "name": content.page.name,
        "url": content.page.url.rstrip("/"),
        "time_zone": content.page.time_zone,
        "updated_at": timestamp(content.updated_at),
    }


def status(content: Content) -> Json:
    indicator, description = content.headline
    return {"indicator": indicator, "description": description}


def component(one: Component, content: Content) -> Json:
    group = content.components.get(one.group_id) if one.group_id else None
    said: Json = {
        "id": one.public_id,
        "name": one.name,
        "status": content.status(one),
        "created_at": timestamp(one.created_at),
        "updated_at": timestamp(one.updated_at),
        "position": one.position,
        "description": one.description or None,
        "showcase": one.showcase,
        "start_date": one.start_date.isoformat() if one.start_date else None,
        "group_id": group.public_id if group else None,
        "page_id": content.page.public_id,
        "group": one.is_group,
        "only_show_if_degraded": one.only_show_if_degraded,
    }
    if one.is_group:
        said["components"] = [child.public_id for child in content.children[one.pk]]
    return said


def incident(one: PublicIncident, content: Content) -> Json:
    return _common(one, content) | {"reminder_intervals": None}


def maintenance(one: PublicIncident, content: Content) -> Json:
    return _common(one, content) | {
        "scheduled_for": timestamp(one.scheduled_for),
        "scheduled_until": timestamp(one.scheduled_until),
    }


def touched(one: PublicIncident, content: Content) -> list[Component]:
    """The components its bulletins name, in the order of the page."""
    named = {affected.component_id for bulletin in one.told for affected in bulletin.touches}
    found = [content.components[pk] for pk in named]
    return sorted(found, key=lambda component: (component.position, component.pk))


def _common(one: PublicIncident, content: Content) -> Json:
    return {
        "id": one.public_id,
        "name": one.name,
        "status": one.state,
        "created_at": timestamp(one.created_at),
        "updated_at": timestamp(one.updated_at),
        "monitoring_at": timestamp(one.monitoring_at),
        "resolved_at": timestamp(one.resolved_at),
        "impact": one.shown_impact,
        "shortlink": f"{content.page.url.rstrip('/')}/incidents/{one.public_id}",
        "started_at": timestamp(one.started_at),
        "page_id": content.page.public_id,
        "incident_updates": [update(bulletin, content) for bulletin in one.told],
        "components": [component(named, content) for named in touched(one, content)],
    }


def update(bulletin: Bulletin, content: Content) -> Json:
    return {
        "id": bulletin.public_id,
        "status": bulletin.state,
        "body": bulletin.body,
        "incident_id": bulletin.public_incident.public_id,
        "created_at": timestamp(bulletin.created_at),
        "updated_at": timestamp(bulletin.updated_at),
        "display_at": timestamp(bulletin.display_at),
        "affected_components": [_affected(one, content) for one in bulletin.touches] or None,
        "deliver_notifications": bulletin.tells_subscribers,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _affected(one: AffectedComponent, content: Content) -> Json:
    return {
        "code": content.components[one.component_id].public_id,
        "name": one.name,
        "old_status": one.old_status,
        "new_status": one.new_status,
    }


@lru_cache(maxsize=4096)
def timestamp(at: datetime | None) -> str | None:
    """`YYYY-MM-DDTHH:MM:SS.mmmZ`, always three decimals and UTC."""
    if at is None:
        return None
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
