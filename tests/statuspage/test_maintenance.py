"""Scheduled maintenance: each step a bulletin, by hand or by the clock."""

from datetime import timedelta
from typing import Any

import pytest

from kit import clock
from kit.rules import RuleBroken
from statuspage import maintenance, publishing, subscribing
from statuspage.maintenance import EFFECTS, Plan
from statuspage.models import PublicIncident, Untold
from statuspage.vocabulary import State, Status
from tests.people import ada, admin, grace
from tests.statuspage.world import component, opened, page, status_of, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: Any) -> None:
    page()


def planned(**changes: Any) -> PublicIncident:
    begins = clock.now() + timedelta(hours=1)
    facts: dict[str, Any] = {
        "name": "New disks",
        "body": "It is slower.",
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=2),
        "components": [component("Search")],
    }
    return maintenance.schedule(page(), Plan(**facts | changes), actor=ada())


def states(work: PublicIncident) -> list[str]:
    return [bulletin.state for bulletin in work.bulletins.order_by("pk")]


def now_of(work: PublicIncident) -> PublicIncident:
    return PublicIncident.objects.get(pk=work.pk)


def test_announcing_tells_and_changes_no_status() -> None:
    work = planned()
    assert (work.state, status_of("Search")) == (State.SCHEDULED, Status.OPERATIONAL)
    assert Untold.objects.get().bulletin == work.bulletins.get()
    assert work.bulletins.get().author == ada()


def test_the_way_by_hand_from_start_to_end() -> None:
    work = planned()
    maintenance.start(work, actor=ada())
    assert status_of("Search") == Status.UNDER_MAINTENANCE
    maintenance.verify(work, actor=ada())
    assert (status_of("Search"), now_of(work).monitoring_at is not None) == (Status.UNDER_MAINTENANCE, True)
    maintenance.complete(work, "All done.", actor=ada())
    assert (status_of("Search"), now_of(work).resolved_at is not None) == (Status.OPERATIONAL, True)
    assert states(work) == ["scheduled", "in_progress", "verifying", "completed"]


def test_an_incident_meanwhile_is_worse_and_stays_when_the_work_ends() -> None:
    work = planned()
    maintenance.start(work, actor=ada())
    incident = opened(Status.MAJOR_OUTAGE, "Search")
    assert status_of("Search") == Status.MAJOR_OUTAGE
    maintenance.complete(work, actor=ada())
    assert status_of("Search") == Status.MAJOR_OUTAGE
    tell(State.RESOLVED, about=incident)
    assert status_of("Search") == Status.OPERATIONAL


def test_what_is_only_announced_holds_no_component() -> None:
    incident = opened(Status.DEGRADED_PERFORMANCE, "Search")
    planned()
    tell(State.RESOLVED, about=incident)
    assert status_of("Search") == Status.OPERATIONAL


def test_moving_it_says_so_and_what_has_begun_keeps_its_beginning() -> None:
    work = planned()
    starts_at, ends_at = clock.now() + timedelta(days=1), clock.now() + timedelta(days=1, hours=1)
    maintenance.reschedule(work, starts_at, ends_at, "A part is late.", actor=ada())
    assert now_of(work).scheduled_for == starts_at
    assert work.bulletins.count() == 2
    maintenance.start(work, actor=ada())
    with pytest.raises(RuleBroken, match="only its end"):
        maintenance.reschedule(
            work, starts_at + timedelta(hours=1), ends_at + timedelta(hours=1), "Later.", actor=ada()
        )
    maintenance.reschedule(work, starts_at, ends_at + timedelta(hours=1), "It takes longer.", actor=ada())
    assert now_of(work).scheduled_until == ends_at + timedelta(hours=1)


def test_a_cancelled_one_never_begins() -> None:
    work = planned()
    maintenance.cancel(work, "Not needed.", actor=ada())
    assert (now_of(work).state, now_of(work).cancelled_at is not None) == (State.COMPLETED, True)
    assert maintenance.advance(clock.now() + timedelta(days=1)) == 0
    with pytest.raises(RuleBroken, match="cannot become"):
        maintenance.start(work, actor=ada())


def test_what_has_begun_is_completed_and_not_cancelled() -> None:
    work = planned()
    maintenance.start(work, actor=ada())
    with pytest.raises(RuleBroken, match="complete it instead"):
        maintenance.cancel(work, "Oh.", actor=ada())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"body": " "}, "body"),
        ({"body": "x" * 5001}, "body"),
        ({"components": []}, "components"),
        ({"starts_at": timedelta(hours=-1)}, "starts_at"),
        ({"ends_at": timedelta(minutes=30)}, "ends_at"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        planned(
            **{name: clock.now() + value if isinstance(value, timedelta) else value for name, value in changes.items()}
        )
    assert broken.value.field == field
    assert not PublicIncident.objects.exists()


def test_whoever_may_not_is_refused() -> None:
    work = planned()
    with pytest.raises(RuleBroken, match="for people in Reliability, Support or Administrators"):
        maintenance.start(work, actor=grace())
    assert states(work) == ["scheduled"]


def test_a_bulletin_of_an_incident_is_not_added_to_a_maintenance() -> None:
    work = planned()
    with pytest.raises(RuleBroken, match="its own way"):
        publishing.publish(
            publishing.Statement(State.RESOLVED, "Done."), public_incident=work, author=None, at=clock.now()
        )


def test_the_clock_begins_and_completes_what_was_left_to_it() -> None:
    work = planned()
    assert maintenance.advance(clock.now()) == 0
    with clock.shifted(timedelta(hours=1, seconds=1)):
        assert (maintenance.advance(clock.now()), maintenance.advance(clock.now())) == (1, 0)
        assert status_of("Search") == Status.UNDER_MAINTENANCE
    with clock.shifted(timedelta(hours=3, seconds=1)):
        assert (maintenance.advance(clock.now()), maintenance.advance(clock.now())) == (1, 0)
    assert (states(work), status_of("Search")) == (["scheduled", "in_progress", "completed"], Status.OPERATIONAL)


def test_after_an_outage_the_clock_speaks_once() -> None:
    work = planned()
    assert maintenance.advance(clock.now() + timedelta(days=1)) == 1
    assert states(work) == ["scheduled", "completed"]


def test_by_hand_once_means_by_hand_from_then_on() -> None:
    work = planned()
    maintenance.start(work, actor=ada())
    assert maintenance.advance(clock.now() + timedelta(days=1)) == 0
    assert planned(is_automatic=False).is_automatic is False
    assert maintenance.advance(clock.now() + timedelta(days=1)) == 0


def test_more_can_be_told_while_it_goes_on() -> None:
    work = planned()
    maintenance.start(work, actor=ada())
    maintenance.update(work, "Half of it is done.", actor=ada())
    assert states(work)[-1] == "in_progress"
    maintenance.complete(work, actor=admin())
    with pytest.raises(RuleBroken, match="is over"):
        maintenance.update(work, "More.", actor=ada())


def test_each_component_is_affected_as_was_planned() -> None:
    effects = {component("API").public_id: Status.DEGRADED_PERFORMANCE}
    work = planned(components=[component("Search"), component("API")], effects=effects)
    maintenance.start(work, actor=ada())
    assert (status_of("Search"), status_of("API")) == (Status.UNDER_MAINTENANCE, Status.DEGRADED_PERFORMANCE)
    maintenance.complete(work, actor=ada())
    assert (status_of("Search"), status_of("API")) == (Status.OPERATIONAL, Status.OPERATIONAL)


def test_what_cannot_be_an_effect_is_refused() -> None:
    for effects in ({component("Search").public_id: Status.OPERATIONAL}, {component("API").public_id: EFFECTS[0]}):
        with pytest.raises(RuleBroken) as refused:
            planned(effects=effects)
        assert refused.value.field == "effects"


def heard(work: PublicIncident) -> list[tuple[str, bool]]:
    """Each bulletin's state and whether it is news to subscribers, the oldest first."""
    return [(one.state, subscribing.is_news(one)) for one in work.bulletins.order_by("pk")]


def test_subscribers_are_reminded_once_an_hour_before() -> None:
    begins = clock.now() + timedelta(hours=5)
    work = planned(starts_at=begins, ends_at=begins + timedelta(hours=1))
    assert maintenance.advance(begins - timedelta(minutes=61)) == 0
    assert maintenance.advance(begins - timedelta(minutes=59)) == 1
    assert maintenance.advance(begins - timedelta(minutes=58)) == 0
    assert heard(work) == [("scheduled", True), ("scheduled", True)]
    assert f"begins at {begins:%H:%M} UTC on 23 November 2026" in work.bulletins.first().body  # type: ignore[union-attr]


def test_nobody_is_reminded_of_what_was_only_just_said_or_begins_now() -> None:
    assert planned().remind_at is None
    begins = clock.now() + timedelta(hours=5)
    told = planned(starts_at=begins, ends_at=begins + timedelta(hours=1))
    with clock.at(begins - timedelta(minutes=65)):
        maintenance.update(told, "We are about to begin.", actor=ada())
    late = planned(starts_at=begins, ends_at=begins + timedelta(hours=1))
    maintenance.advance(begins - timedelta(minutes=59))
    assert [len(states(one)) for one in (told, late)] == [2, 2]
    assert [now_of(one).remind_at for one in (told, late)] == [None, None]
    nobody = planned(starts_at=begins, ends_at=begins + timedelta(hours=1), remind_before=None)
    outage = planned(starts_at=begins, ends_at=begins + timedelta(hours=1))
    maintenance.advance(begins + timedelta(seconds=1))
    assert states(nobody) == states(outage) == ["scheduled", "in_progress"]


def test_moving_it_is_news_and_moves_the_reminder() -> None:
    begins = clock.now() + timedelta(hours=5)
    work = planned(starts_at=begins, ends_at=begins + timedelta(hours=1), remind_before=timedelta(minutes=30))
    later = begins + timedelta(hours=3)
    maintenance.reschedule(work, later, later + timedelta(hours=1), "Not ready.", actor=ada())
    assert now_of(work).remind_at == later - timedelta(minutes=30)
    assert heard(work) == [("scheduled", True), ("scheduled", True)]
