"""The demo tells a whole and believable story, by the commands people have, and nobody is written to about its past."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from demo import history, story
from incidents import timeline
from incidents.models import Event, Incident, Obligation
from incidents.vocabulary import Duty, Phase, Severity
from insights import keeping
from insights.choosing import choose
from insights.durations import MEASURES
from insights.filters import By, Filters, Period
from insights.panels import dashboard
from kit import clock
from notifications.models import Delivery
from reviews.models import Action, Review
from roles.catalogue import Role
from roles.models import Organisation, User
from roles.rotations import shift_for
from statuspage.models import Component, PublicIncident
from statuspage.vocabulary import State, Status
from tests.notifications.world import tick

# Seeding opens a file of its own, so nothing may be held open around it.
pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.slow]
CHECKED = ("roles", "statuspage", "reviews", "notifications")


def test_the_story_is_whole_and_believable(settings: Any, tmp_path: Path) -> None:
    """One telling, which takes seconds; each function below is one thing that would be wrong with it."""
    settings.VAR = tmp_path
    began = clock.now()
    story.tell()
    six_months_are_closed_and_one_s2_is_open()
    nothing_is_late_and_the_next_bulletin_is_due_in_five_minutes(began)
    the_public_page_shows_what_the_incidents_say()
    everybody_is_at_their_post()
    every_row_is_one_that_a_form_would_take()
    the_dashboard_has_figures()
    letters_go_out_about_what_is_open_alone()


def six_months_are_closed_and_one_s2_is_open() -> None:
    incidents = Incident.unrestricted.order_by("declared_at")
    (open_one,) = [one for one in incidents if one.phase != Phase.CLOSED]
    assert (open_one.severity, open_one.phase, open_one.is_provisional) == (Severity.S2, Phase.IDENTIFICATION, False)
    assert len(incidents) > history.WEEKS
    span = open_one.declared_at - incidents[0].declared_at
    assert timedelta(weeks=history.WEEKS - 2) < span < timedelta(weeks=history.WEEKS + 1)
    assert {one.severity for one in incidents} == set(Severity.values)
    assert all(timeline.first_broken_link(one) is None for one in incidents)

    grave = [one for one in incidents if one.peak_severity in ("S1", "S2") and one != open_one]
    assert Review.objects.filter(incident__in=grave).count() == len(grave) > 0
    assert Action.objects.open().count() == 0


def nothing_is_late_and_the_next_bulletin_is_due_in_five_minutes(began: datetime) -> None:
    owed = Obligation.objects.open()
    assert not owed.overdue(clock.now()).exists()
    assert {one.incident.phase for one in owed.select_related("incident")} == {Phase.IDENTIFICATION}
    due_at = owed.get(duty=Duty.PUBLIC_UPDATE).due_at
    # From some moment of the telling on.
    assert began + timedelta(minutes=4) < due_at < clock.now() + timedelta(minutes=5, seconds=1)


def letters_go_out_about_what_is_open_alone() -> None:
    tick()
    about = Incident.unrestricted.exclude(phase=Phase.CLOSED).get()
    assert Delivery.objects.exists()
    named = Delivery.objects.exclude(notice__incident=None).values_list("notice__incident", flat=True)
    assert set(named) == {about.pk}


def the_public_page_shows_what_the_incidents_say() -> None:
    assert Component.objects.get(name="Checkout").status == Status.PARTIAL_OUTAGE
    assert {one.status for one in Component.objects.leaves().exclude(name="Checkout")} == {Status.OPERATIONAL}
    assert {one.state for one in PublicIncident.objects.current()} == {State.INVESTIGATING}
    assert PublicIncident.objects.filter(state=State.RESOLVED).count() > 5


def everybody_is_at_their_post() -> None:
    assert story.was_told()
    assert not story.was_interrupted()
    assert User.objects.get(email=story.SIGN_IN).check_password(story.password())
    for role in (Role.ENGINEER, Role.INCIDENT_MANAGER, Role.COMMUNICATIONS, Role.EXECUTIVE_LIAISON):
        assert shift_for(role, clock.now()) is not None


def every_row_is_one_that_a_form_would_take() -> None:
    for model in apps.get_models():
        if model._meta.app_label in CHECKED:
            for row in model._base_manager.all():
                empty = {field.name for field in model._meta.fields if not getattr(row, field.attname)}
                row.full_clean(exclude=empty, validate_unique=False)


def the_dashboard_has_figures() -> None:
    reader = User.objects.get(email=story.SIGN_IN)
    keeping.catch_up(clock.now())
    found = dashboard(choose(Filters(period=Period.ALL, by=By.SEVERITY), user=reader, now=clock.now()))
    assert len(found.panels) == len(MEASURES)
    assert [panel.measure for panel in found.panels if not panel.everything.summary.percentiles] == []


def test_a_story_that_is_stopped_in_the_middle_leaves_nothing_behind_or_says_so(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VAR = tmp_path

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(history, "live_through", stopped)
        with pytest.raises(KeyboardInterrupt):
            story.tell()
    if connection.vendor == "sqlite":
        assert not User.objects.exists()
        assert not Organisation.objects.exclude(name="").exists()
        story.tell()
        assert Event.objects.exists()
    else:
        assert story.was_interrupted()
