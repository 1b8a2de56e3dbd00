"""Archives of a status page to import, in the shape of the Statuspage API v2."""

import json
from pathlib import Path
from typing import Any


def update(state: str = "investigating", at: str = "2026-03-01T10:00:00Z", **more: Any) -> dict[str, Any]:
    said = {"id": f"u-{state}-{at}", "status": state, "body": "We are <b>looking</b> into it.", "created_at": at}
    return said | {"display_at": at, "updated_at": at, "affected_components": None} | more


def incident(name: str = "Pages are slow", identity: str = "abc1", **more: Any) -> dict[str, Any]:
    updates = [update("resolved", "2026-03-01T11:00:00Z"), update("investigating", "2026-03-01T10:00:00Z")]
    return {
        "id": identity,
        "name": name,
        "status": "resolved",
        "created_at": "2026-03-01T10:00:00Z",
        "updated_at": "2026-03-01T11:00:00Z",
        "started_at": "2026-03-01T09:50:00Z",
        "resolved_at": "2026-03-01T11:00:00Z",
        "monitoring_at": None,
        "impact": "minor",
        "components": [],
        "incident_updates": [one | {"id": f"{identity}-{one['id']}"} for one in updates],
    } | more


def component(name: str = "Pages", identity: str = "comp1", **more: Any) -> dict[str, Any]:
    made_at = "2025-01-01T00:00:00Z"
    said = {"id": identity, "name": name, "status": "operational", "position": 1, "group": False}
    return said | {"created_at": made_at, "updated_at": made_at} | more


def maintenance(identity: str = "maint1", **more: Any) -> dict[str, Any]:
    return (
        incident("New disks", identity)
        | {
            "status": "completed",
            "impact": "maintenance",
            "scheduled_for": "2026-03-01T09:00:00Z",
            "scheduled_until": "2026-03-01T12:00:00Z",
            "incident_updates": [update("completed", "2026-03-01T11:00:00Z", id=f"{identity}-u1")],
        }
        | more
    )


def files(folder: Path, *incidents: Any, components: Any = None, maintenances: Any = None) -> Path:
    """An archive of one page, in the three files that an import reads."""
    page = {"id": "page1", "name": "Elsewhere", "url": "http://status.elsewhere.example", "time_zone": "Etc/UTC"}
    documents = {
        "incidents.json": {"incidents": list(incidents)},
        "components.json": {"components": [component()] if components is None else components},
        "scheduled-maintenances.json": {"scheduled_maintenances": maintenances or []},
    }
    for name, document in documents.items():
        (folder / name).write_text(json.dumps({"page": page} | document))
    return folder
