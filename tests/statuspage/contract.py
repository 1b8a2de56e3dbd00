"""The contract of the v2 documents as a checker: names and their order, types, null, times, order of lists, caps.

It is held against the genuine documents, too, so that it asks for nothing that the real ones do not keep.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]
Test = Callable[[Any], bool]

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
STATUSES = ("operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance")
INCIDENT_STATES = ("investigating", "identified", "monitoring", "resolved", "postmortem")
MAINTENANCE_STATES = ("scheduled", "in_progress", "verifying", "completed")
IMPACTS = ("none", "minor", "major", "critical", "maintenance")
INDICATORS = ("none", "minor", "major", "critical", "maintenance")


def is_id(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[a-z0-9]{12}", value) is not None


def is_time(value: Any) -> bool:
    return isinstance(value, str) and TIMESTAMP.fullmatch(value) is not None


def is_day(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None


def is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_list(value: Any) -> bool:
    return isinstance(value, list)


def is_address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://")) and not value.endswith("/")


def one_of(*words: str) -> Test:
    return lambda value: value in words


def or_null(test: Test) -> Test:
    return lambda value: value is None or test(value)


def filled(value: Any) -> bool:
    return is_list(value) and bool(value)


BODIES: dict[str, tuple[str, ...]] = {
    "summary": ("page", "components", "incidents", "scheduled_maintenances", "status"),
    "status": ("page", "status"),
    "components": ("page", "components"),
    "incidents": ("page", "incidents"),
    "incidents/unresolved": ("page", "incidents"),
    "scheduled-maintenances": ("page", "scheduled_maintenances"),
    "scheduled-maintenances/upcoming": ("page", "scheduled_maintenances"),
    "scheduled-maintenances/active": ("page", "scheduled_maintenances"),
}
# Which states a list may hold; the order in which a reader of the reference finds them.
HOLDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("summary", "incidents"): INCIDENT_STATES[:3],
    ("summary", "scheduled_maintenances"): MAINTENANCE_STATES[:3],
    ("incidents", "incidents"): INCIDENT_STATES,
    ("incidents/unresolved", "incidents"): INCIDENT_STATES[:3],
    ("scheduled-maintenances", "scheduled_maintenances"): MAINTENANCE_STATES,
    ("scheduled-maintenances/upcoming", "scheduled_maintenances"): MAINTENANCE_STATES[:1],
    ("scheduled-maintenances/active", "scheduled_maintenances"): MAINTENANCE_STATES[1:3],
}
MOST = 50
# The most recent of all; every other list is whole.
CAPPED = ("incidents", "scheduled-maintenances")

PAGE: dict[str, Test] = {
    "id": is_id, "name": is_text, "url": is_address, "time_zone": is_text, "updated_at": is_time,
}  # fmt: skip
STATUS: dict[str, Test] = {"indicator": one_of(*INDICATORS), "description": is_text}
COMPONENT: dict[str, Test] = {
    "id": is_id, "name": is_text, "status": one_of(*STATUSES), "created_at": is_time, "updated_at": is_time,
    "position": is_number, "description": or_null(is_text), "showcase": is_flag, "start_date": or_null(is_day),
    "group_id": or_null(is_id), "page_id": is_id, "group": is_flag, "only_show_if_degraded": is_flag,
}  # fmt: skip
GROUP = COMPONENT | {"components": is_list}
INCIDENT: dict[str, Test] = {
    "id": is_id, "name": is_text, "status": one_of(*INCIDENT_STATES), "created_at": is_time, "updated_at": is_time,
    "monitoring_at": or_null(is_time), "resolved_at": or_null(is_time), "impact": one_of(*IMPACTS[:4]),
    "shortlink": is_address, "started_at": is_time, "page_id": is_id, "incident_updates": is_list,
    "components": is_list, "reminder_intervals": or_null(is_text),
}  # fmt: skip
MAINTENANCE = {name: test for name, test in INCIDENT.items() if name != "reminder_intervals"} | {
    "status": one_of(*MAINTENANCE_STATES), "impact": one_of("maintenance"),
    "scheduled_for": is_time, "scheduled_until": is_time,
}  # fmt: skip
UPDATE: dict[str, Test] = {
    "id": is_id, "status": one_of(*INCIDENT_STATES, *MAINTENANCE_STATES), "body": is_text, "incident_id": is_id,
    "created_at": is_time, "updated_at": is_time, "display_at": is_time, "affected_components": or_null(filled),
    "deliver_notifications": is_flag, "custom_tweet": or_null(is_text),
    "tweet_id": or_null(lambda value: is_text(value) or is_number(value)),
}  # fmt: skip
AFFECTED: dict[str, Test] = {
    "code": is_id, "name": is_text, "old_status": one_of(*STATUSES), "new_status": one_of(*STATUSES),
}  # fmt: skip
SHAPES = {
    "page": PAGE, "status": STATUS, "component": COMPONENT, "incident": INCIDENT, "scheduled_maintenance": MAINTENANCE,
    "incident_update": UPDATE, "affected_component": AFFECTED,
}  # fmt: skip


def complaints(name: str, document: Json) -> list[str]:
    """Everything in which the document of that name breaks the contract; empty where it keeps it."""
    found = [] if tuple(document) == BODIES[name] else [f"{name}: keys {list(document)}"]
    found += [f"{name}: {said}" for said in _of_parts(document)]
    for (of, key), states in HOLDS.items():
        if of == name:
            found += [f"{name}: {one['status']} in {key}" for one in document[key] if one["status"] not in states]
            found += [f"{name}: {len(document[key])} in {key}"] if name in CAPPED and len(document[key]) > MOST else []
            found += [f"{name}: {said}" for said in _in_order(name, key, document[key])]
    return found


def _of_parts(document: Json) -> Iterator[str]:
    for kind in ("page", "status"):
        if kind in document:
            yield from _shape(kind, document[kind], SHAPES[kind])
    yield from _components(document.get("components", []), listed=True)
    for kind in ("incident", "scheduled_maintenance"):
        for one in document.get(f"{kind}s", []):
            yield from _incident(kind, one)
    newest = max(_times(document))
    if document["page"]["updated_at"] < newest:
        yield f"the page was updated at {document['page']['updated_at']}, before {newest}"


def _in_order(name: str, key: str, several: Sequence[Json]) -> Iterator[str]:
    """The most recent lead where all are listed; elsewhere a genuine page has the next maintenance first."""
    if name in CAPPED:
        yield from _falling(key, [one["created_at"] for one in several])
    elif key == "scheduled_maintenances":
        begins = [one["scheduled_for"] for one in several]
        if begins != sorted(begins):
            yield f"{key}: not the next one first"


def _times(document: Json) -> Iterator[str]:
    """When each object was updated."""
    for value in document.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mapping):
                if "updated_at" in one:
                    yield one["updated_at"]
                yield from _times(one)


def _components(several: Sequence[Json], *, listed: bool) -> Iterator[str]:
    for one in several:
        yield from _shape("component", one, GROUP if one.get("group") else COMPONENT)
        if one.get("group") and listed:
            yield from _group(one, several)
    if [one["position"] for one in several] != sorted(one["position"] for one in several):
        yield "components not by position"


def _group(group: Json, several: Sequence[Json]) -> Iterator[str]:
    children = [one for one in several if one["group_id"] == group["id"]]
    if group["components"] != [one["id"] for one in children]:
        yield f"group {group['name']} lists {group['components']}"
    order = ("operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage")
    worst = max((one["status"] for one in children), key=order.index, default="operational")
    if group["status"] != worst:
        yield f"group {group['name']} is {group['status']}, its worst {worst}"


def _incident(kind: str, one: Json) -> Iterator[str]:
    yield from _shape(kind, one, SHAPES[kind])
    yield from _components(one["components"], listed=False)
    for update in one["incident_updates"]:
        yield from _shape("incident_update", update, UPDATE)
        for affected in update["affected_components"] or []:
            yield from _shape("affected_component", affected, AFFECTED)
        if update["incident_id"] != one["id"]:
            yield f"an update of {update['incident_id']} in {one['id']}"
    yield from _falling(f"updates of {one['id']}", [update["display_at"] for update in one["incident_updates"]])
    yield from _standing(one)


def _standing(one: Json) -> Iterator[str]:
    """Its state is its newest update's, and it has an end exactly where it is over."""
    updates = one["incident_updates"]
    if updates and updates[0]["status"] != one["status"]:
        yield f"{one['id']} is {one['status']}, its newest update {updates[0]['status']}"
    if (one["resolved_at"] is not None) != (one["status"] in ("resolved", "postmortem", "completed")):
        yield f"{one['id']} is {one['status']} and ended at {one['resolved_at']}"


def _falling(what: str, times: Sequence[str]) -> Iterator[str]:
    if list(times) != sorted(times, reverse=True):
        yield f"{what} not newest first"


def _shape(kind: str, one: Json, shape: Mapping[str, Test]) -> Iterator[str]:
    if list(one) != list(shape):
        yield f"{kind}: keys {list(one)}"
    yield from (
        f"{kind}: {name} is {one[name]!r}" for name, test in shape.items() if name in one and not test(one[name])
    )
