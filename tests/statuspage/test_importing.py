"""Taking in another page's history: marked, silent, and the same when done twice."""

import copy
import json
from datetime import timedelta
from typing import Any

import pytest

from kit import clock
from kit.rules import RuleBroken
from statuspage import importing
from statuspage.importing import Outcome
from statuspage.models import AffectedComponent, Bulletin, Component, PublicIncident, Untold
from statuspage.vocabulary import State, Status
from tests import reach
from tests.statuspage.world import component, document, page, rendered

pytestmark = pytest.mark.django_db

COMPONENT = {
    "id": "8l4ygp009s5s", "name": "Pushes", "status": "major_outage", "created_at": "2025-01-31T20:05:05.370Z",
    "updated_at": "2025-01-31T20:05:05.370Z", "position": 1, "description": None, "showcase": True, "start_date": None,
    "group_id": None, "page_id": "x", "group": False, "only_show_if_degraded": False,
}  # fmt: skip


def update(identity: str, state: str, minute: int, *codes: str, body: str = "Words.") -> dict[str, Any]:
    at = f"2026-11-20T10:{minute:02d}:00.000Z"
    affected = [
        {"code": code, "name": "Pushes", "old_status": "operational", "new_status": "partial_outage"} for code in codes
    ]
    return {
        "id": identity, "status": state, "body": body, "created_at": at, "updated_at": at, "display_at": at,
        "affected_components": affected or None, "deliver_notifications": True,
    }  # fmt: skip


FIXED = "Fixed.<br /><br />It was a &lt;disk&gt;. <a href='https://x.example'>More</a>"
UPDATES = [
    update("bhbcjn4n3jzp-a2", "resolved", 40, body=FIXED),
    update("xb107650j8yq", "investigating", 0, "8l4ygp009s5s"),
]
INCIDENT = {
    "id": "bhbcjn4n3jzp", "name": "Pushes fail", "status": "resolved", "impact": "minor",
    "created_at": "2026-11-20T10:00:00.000Z", "updated_at": "2026-11-20T10:40:00.000Z",
    "started_at": "2026-11-20T10:00:00.000Z", "monitoring_at": None, "resolved_at": "2026-11-20T10:40:00.000Z",
    "components": [COMPONENT],
    "incident_updates": UPDATES,
}  # fmt: skip
WINDOW = {"scheduled_for": "2026-11-20T10:00:00.000Z", "scheduled_until": "2026-11-20T11:00:00.000Z"}


@pytest.fixture(autouse=True)
def world(morning: Any) -> None:
    page()


def take(**changes: Any) -> tuple[PublicIncident, Outcome]:
    return importing.import_incident(page(), copy.deepcopy(INCIDENT | changes), at=clock.now())


def take_components(**changes: Any) -> list[tuple[Component, Outcome]]:
    return importing.import_components(page(), [COMPONENT | changes], at=clock.now())


def test_an_incident_keeps_its_id_its_times_and_its_words() -> None:
    made, outcome = take()
    assert outcome == Outcome.CREATED
    assert (made.public_id, made.is_imported, made.state, made.impact) == ("bhbcjn4n3jzp", True, "resolved", "minor")
    assert made.resolved_at is not None
    assert made.resolved_at - made.started_at == timedelta(minutes=40)
    newest, first = made.bulletins.all()
    assert first.public_id == "xb107650j8yq"
    assert newest.external_id == "bhbcjn4n3jzp-a2"
    assert len(newest.public_id) == 12
    assert newest.body == "Fixed.\n\nIt was a <disk>. [More](https://x.example)"


def test_twice_is_as_good_as_once() -> None:
    take_components()
    take()
    before = (PublicIncident.objects.count(), Bulletin.objects.count(), AffectedComponent.objects.count())
    assert [outcome for _, outcome in take_components()] == [Outcome.UNCHANGED]
    assert take()[1] == Outcome.UNCHANGED
    assert (PublicIncident.objects.count(), Bulletin.objects.count(), AffectedComponent.objects.count()) == before
    assert PublicIncident.objects.get().revision == 1


def test_what_was_said_or_corrected_since_is_taken_over() -> None:
    take()
    later = [*copy.deepcopy(UPDATES), update("newnewnew000", "postmortem", 50)]
    later[0]["body"] = "Fixed at last."
    renewed, outcome = take(incident_updates=later, name="Pushes failed")
    assert (outcome, renewed.name, renewed.state, renewed.revision) == (
        Outcome.UPDATED, "Pushes failed", State.POSTMORTEM, 2
    )  # fmt: skip
    assert [one.body for one in renewed.bulletins.all()] == ["Words.", "Fixed at last.", "Words."]


def test_an_import_tells_nobody_and_changes_no_status() -> None:
    take_components()
    take(status="investigating", resolved_at=None, incident_updates=UPDATES[1:])
    assert not Untold.objects.exists()
    assert Component.objects.get(external_id="8l4ygp009s5s").status == Status.OPERATIONAL
    whole = document("summary")
    assert (whole["incidents"], whole["status"]["indicator"]) == ([], "none")
    assert document("incidents/unresolved")["incidents"] == []
    assert document("incidents")["incidents"] == []
    assert "Pushes fail" in rendered("history.html")


def test_a_component_that_the_list_has_lost_is_made_for_history_alone() -> None:
    take()
    lost = Component.objects.get(external_id="8l4ygp009s5s")
    assert lost.retired_at is not None
    assert "Pushes" not in [one["name"] for one in document("components")["components"]]
    take_components()
    assert Component.objects.get(pk=lost.pk).retired_at is None


def test_a_component_of_ours_by_the_same_name_is_the_same() -> None:
    [(found, outcome)] = take_components(name="checkout")
    assert (found, outcome) == (component("Checkout"), Outcome.UPDATED)
    assert component("Checkout").external_id == "8l4ygp009s5s"


def test_what_operators_changed_since_stays() -> None:
    take_components()
    Component.objects.filter(external_id="8l4ygp009s5s").update(name="Git", updated_at=clock.now())
    take_components(name="Pushes and pulls")
    assert Component.objects.get(external_id="8l4ygp009s5s").name == "Git"


def test_groups_come_with_their_components() -> None:
    group = COMPONENT | {"id": "groupgroup00", "name": "Core", "group": True, "position": 2}
    importing.import_components(page(), [COMPONENT | {"group_id": "groupgroup00"}, group], at=clock.now())
    assert Component.objects.get(name="Pushes").group == Component.objects.get(name="Core")


def test_an_incident_that_names_components_but_in_no_update_still_has_them() -> None:
    made, _ = take(incident_updates=[update("xb107650j8yq", "resolved", 40)])
    assert AffectedComponent.objects.get(bulletin__public_incident=made).name == "Pushes"


def test_a_maintenance_is_history_too() -> None:
    made, outcome = importing.import_maintenance(
        page(),
        INCIDENT
        | WINDOW
        | {"status": "in_progress", "resolved_at": None, "impact": "maintenance", "incident_updates": []},
        at=clock.now(),
    )
    assert (outcome, made.is_maintenance, made.is_current) == (Outcome.CREATED, True, False)
    assert document("scheduled-maintenances/active")["scheduled_maintenances"] == []
    assert document("summary")["scheduled_maintenances"] == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": "on_fire"}, "incident bhbcjn4n3jzp, field “status” is 'on_fire'; allowed are investigating"),
        ({"created_at": "yesterday"}, "field “created_at” is 'yesterday'; a time with its zone"),
        ({"created_at": "2026-11-20T10:00:00"}, "a time with its zone"),
        ({"name": ""}, "field “name” is ''; a text is needed."),
        ({"name": "x" * 201}, "at most 200 characters"),
        ({"resolved_at": "2026-11-19T10:00:00Z"}, "cannot lie before “started_at”"),
        ({"incident_updates": "none"}, "a list of objects is needed"),
        ({"incident_updates": [{"id": "x"}]}, "incident_updates 0, field “created_at” is missing"),
        (
            {
                "incident_updates": [
                    update("x", "resolved", 1) | {"affected_components": [{"code": "y", "new_status": "?"}]}
                ]
            },
            "incident_updates 0, affected_components 0, field “new_status” is '?'",
        ),
    ],
)
def test_a_document_that_cannot_be_is_refused_by_place_and_field(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        take(**changes)
    assert said in broken.value.sentence
    assert not PublicIncident.objects.exists()


def test_a_maintenance_needs_its_window() -> None:
    without = INCIDENT | WINDOW | {"status": "completed", "incident_updates": [], "scheduled_until": None}
    with pytest.raises(RuleBroken, match="scheduled_until"):
        importing.import_maintenance(page(), without, at=clock.now())


def test_the_real_history_comes_whole_and_the_page_is_well() -> None:
    """What `../shared/data/README.md` counts."""
    folder = reach.shared("data", "github-status")
    lists = {
        "components": "components.json", "incidents": "incidents.json",
        "scheduled_maintenances": "scheduled-maintenances.json",
    }  # fmt: skip
    said = {key: json.loads((folder / name).read_text())[key] for key, name in lists.items()}
    now = clock.now()
    importing.import_components(page(), said["components"], at=now)
    known = {one.external_id: one for one in Component.objects.exclude(external_id="")}
    outcomes = [importing.import_incident(page(), one, at=now, components=known)[1] for one in said["incidents"]]
    outcomes += [importing.import_maintenance(page(), one, at=now)[1] for one in said["scheduled_maintenances"]]
    assert outcomes == [Outcome.CREATED] * 938
    assert PublicIncident.objects.incidents().filter(resolved_at=None).count() == 107
    assert Bulletin.objects.filter(public_incident__is_maintenance=False).count() == 4778
    assert not PublicIncident.objects.current().exists()
    whole = document("summary")
    assert (whole["incidents"], whole["scheduled_maintenances"]) == ([], [])
    assert whole["status"]["description"] == "All Systems Operational"
    assert len(document("incidents")["incidents"]) == 50
    assert "<br" not in rendered("history.html")
    again = [importing.import_incident(page(), one, at=now, components=known)[1] for one in said["incidents"][:50]]
    assert again == [Outcome.UNCHANGED] * 50
