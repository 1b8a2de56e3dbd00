"""Administrators make versions of the cadence: ladders, roles and intervals; running incidents keep theirs."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents import policies
from incidents.ladders import How
from incidents.vocabulary import Duty, Severity
from roles.catalogue import Role
from tests.browsing import browser
from tests.incidents.stories import declared
from tests.people import admin, everybody_on_call, grace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()


def rungs(*steps: dict[str, Any], note: str = "calmer") -> dict[str, Any]:
    form: dict[str, Any] = {"form-TOTAL_FORMS": len(steps), "form-INITIAL_FORMS": 0, "note": note}
    for number, step in enumerate(steps):
        form |= {f"form-{number}-{name}": value for name, value in step.items()}
    return form


def ladder_of(version: Any, severity: Severity) -> list[tuple[str, How]]:
    steps = policies.read(version).ladders[Duty.PUBLIC_UPDATE][severity]
    return [(step.moment, step.how) for step in steps]


def page(severity: str = "S1") -> str:
    return reverse("cadence_ladder", args=["public_update", severity])


def test_a_new_ladder_is_a_new_version_and_a_running_incident_keeps_its_own() -> None:
    running = declared(Severity.S1)
    answer = browser(admin()).post(
        page(),
        rungs(
            {"after": 20, "how": "page", "tells": ["everybody"], "repeats": 60},
            {"after": 5, "how": "alert", "tells": ["incident_manager", "communications"]},
        ),
    )
    assert answer.status_code == 302
    assert ladder_of(policies.current(), Severity.S1) == [("5 min late", How.ALERT), ("20 min late", How.PAGE)]
    assert len(ladder_of(policies.current(), Severity.S2)) == 5
    running.refresh_from_db()
    assert running.cadence is not None
    assert len(ladder_of(running.cadence, Severity.S1)) == 6
    assert declared(Severity.S1).cadence == policies.current()


def test_a_step_that_tells_nobody_is_refused_and_nothing_changes() -> None:
    answer = browser(admin()).post(page(), rungs({"after": 5, "how": "alert"}))
    assert answer.status_code == 422
    assert "Tick at least one" in answer.content.decode()
    assert policies.current().version == 1


def test_a_ladder_that_nobody_edits_is_no_page() -> None:
    client = browser(admin())
    assert client.get(reverse("cadence_ladder", args=["review", "S1"])).status_code == 404
    assert client.get(page("S9")).status_code == 404


def test_roles_by_severity_and_stand_ins_are_kept_by_version() -> None:
    client = browser(admin())
    form = {
        "roles_S1": ["engineer", "incident_manager"],
        "roles_S2": ["engineer"],
        "roles_S3": ["engineer"],
        "roles_S4": ["engineer"],
        "instead_communications": "incident_manager",
        "note": "we are few",
    }
    assert client.post(reverse("cadence_seats"), form).status_code == 302
    policy = policies.read(policies.current())
    assert policy.roles[Severity.S1] == (Role.ENGINEER, Role.INCIDENT_MANAGER)
    assert policy.combined == {Role.COMMUNICATIONS: Role.INCIDENT_MANAGER}
    assert "communications manager: the incident manager" in client.get(reverse("cadence")).content.decode()


@pytest.mark.parametrize("name", ["cadence_seats", "cadence"])
def test_others_may_not(name: str) -> None:
    client: Client = browser(grace())
    assert client.get(reverse(name)).status_code == 403
    assert client.get(page()).status_code == 403
