"""What is kept for figures always equals what the rows say, whatever was done to them and in whatever order."""

import contextlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from incidents import access, engagement, exits, levelling, lifecycle, merging, times
from incidents.models import Incident, Service
from incidents.vocabulary import Milestone, Phase, Severity, Type
from insights import choosing, keeping, reading, remaking, runs
from insights.durations import MEASURES
from insights.durations import reading as measured
from insights.filters import By, Filters, Imported, Period
from insights.models import Changed, Fact, Tally
from kit import clock
from kit.rules import RuleBroken
from reviews import finding
from roles.models import Organisation, User
from tests.conftest import MORNING
from tests.insights.stories import MINUTE, acknowledged, declared, lead_of, mitigated_within, over
from tests.people import everybody_on_call, grace, linus, sam, stella, team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()
    for name in ("Checkout", "Search"):
        Service.objects.create(name=name, slug=name.lower(), owner=team(f"Team {name}"))


def newest() -> Incident:
    """What the next command is done to."""
    return Incident.unrestricted.order_by("-declared_at", "-pk").first() or declared(clock.now())


def two() -> tuple[Incident, Incident]:
    first, second = newest(), declared(clock.now())
    return first, second


def resolve() -> object:
    incident, now = newest(), clock.now()
    return over(incident, mitigated_at=now, resolved_at=now + 5 * MINUTE)


def declare(severity: Severity, type: Type, services: int, *, restricted: bool, before: int) -> object:
    named = tuple(Service.objects.order_by("name")[:services])
    at = clock.now() - timedelta(days=before)
    return declared(
        at, severity=severity, type=type, services=named, restricted=restricted, felt_since=at - before * MINUTE
    )


Command = Callable[[], object]
declarations: some.SearchStrategy[Command] = some.builds(
    lambda **said: lambda: declare(**said),
    severity=some.sampled_from(Severity),
    type=some.sampled_from([Type.AVAILABILITY, Type.DATA, Type.DRILL, Type.SECURITY]),
    services=some.integers(0, 2),
    restricted=some.booleans(),
    before=some.sampled_from([0, 1, 29, 200, 500]),
)


def by_its_lead(do: Callable[[Incident, User], object]) -> Command:
    def command() -> object:
        incident = newest()
        return do(incident, lead_of(Severity(incident.severity)))

    return command


others: list[Command] = [
    lambda: acknowledged(newest(), clock.now()),
    resolve,
    by_its_lead(lambda incident, lead: lifecycle.transition(incident, Phase.IDENTIFICATION, actor=lead, note="again")),
    by_its_lead(lambda incident, lead: exits.decline(incident, actor=lead, reason="the alert was wrong")),
    by_its_lead(lambda incident, lead: exits.take_back(incident, actor=lead, reason="it was one")),
    lambda: merging.merge(*two(), actor=grace(), reason="the same"),
    by_its_lead(lambda incident, lead: times.start_impact(incident, clock.now() - 90 * MINUTE, actor=lead, reason="x")),
    by_its_lead(lambda incident, lead: times.no_impact(incident, actor=lead, reason="nobody felt it")),
    by_its_lead(
        lambda incident, lead: times.correct(
            incident, Milestone.RESOLVED, clock.now() - MINUTE, actor=lead, reason="typed wrongly"
        )
    ),
    by_its_lead(lambda incident, lead: levelling.correct(incident, Severity.S2, actor=lead, reason="fewer")),
    lambda: engagement.join(newest(), actor=linus()),
    by_its_lead(lambda incident, lead: access.restrict(incident, actor=lead, reason="personal data")),
    by_its_lead(
        lambda incident, lead: finding.record(
            incident,
            finding.Said("customer", clock.now(), severity="S1", factors=("change",), is_false_alarm=False),
            actor=lead,
        )
    ),
    lambda: access.open_up(newest(), actor=sam(), reason="nothing personal"),
    lambda: Service.objects.filter(slug="search").update(owner=team("Team Checkout")),
    lambda: Organisation.objects.update(time_zone="Pacific/Auckland"),
    lambda: keeping.fold(clock.now()),
]
# Time goes on from example to example; they share a database.
steps = count()
commands = some.lists(some.one_of(declarations, some.sampled_from(others)), min_size=1, max_size=8)


def attempt(command: Command) -> None:
    """What is refused changes nothing."""
    with contextlib.suppress(RuleBroken, Incident.DoesNotExist):
        command()


def from_rows(viewer: User, *, since: date | None, zone: Any, drills: bool = False) -> dict[str, list[int]]:
    """Each duration's seconds, sorted, made of the rows alone."""
    seen = Incident.objects.visible_to(viewer).filter(is_imported=False).values_list("pk", flat=True)
    found = [one for one in reading.milestones(list(seen)) if drills or not one.is_drill]
    counted = [one for one in found if since is None or one.day(zone) >= since]
    read = {measure.key: [measured(measure, one).seconds for one in counted] for measure in MEASURES}
    return {key: sorted(value for value in seconds if value is not None) for key, seconds in read.items()}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commands)
def test_what_is_kept_equals_the_rows_after_any_order_of_commands(said: list[Command]) -> None:
    for command in said:
        with clock.at(MORNING + next(steps) * 10 * MINUTE):
            attempt(command)
    with clock.at(MORNING + next(steps) * 10 * MINUTE):
        compare()


def compare() -> None:
    """What is kept is what the rows say, and what three people see is made of what each may see."""
    keeping.catch_up(clock.now())
    assert remaking.verify() == []
    for viewer in (stella(), grace(), sam()):
        for period in (Period.ALL, Period.NINETY, Period.YEAR):
            choice = choosing.choose(Filters(period=period, by=By.MONTH), user=viewer, now=clock.now())
            expected = from_rows(viewer, since=choice.days.first, zone=choice.zone)
            for pools in ([choice.everything], list(choice.rows.values())):
                kept = {
                    key: sorted(value for pool in pools for run in pool.runs(key).all for value in run)
                    for key in expected
                }
                assert kept == expected


def test_the_property_can_fail() -> None:
    mitigated_within(30)
    keeping.catch_up(clock.now())
    Fact.objects.update(mitigate=7)
    assert "INC-1: its fact is not what its rows say." in remaking.verify()
    Fact.objects.all().delete()
    assert "There are 0 facts of 1 incidents." in remaking.verify()


def test_a_tally_that_is_off_is_found_and_made_anew() -> None:
    mitigated_within(30)
    keeping.catch_up(clock.now())
    Tally.objects.filter(grain="m").update(mitigate=runs.packed(runs.run_of([7]), runs.run_of([])))
    assert any("is not the sum of its facts" in sentence for sentence in remaking.verify())
    with pytest.raises(CommandError, match="is not the sum of its facts"):
        call_command("keep_figures", "verify")
    out = StringIO()
    call_command("keep_figures", "rebuild", stdout=out)
    call_command("keep_figures", "verify", stdout=out)
    assert out.getvalue().splitlines() == ["1 facts were made anew.", "What is kept says what the rows say."]


def test_where_very_much_changed_the_command_makes_everything_anew() -> None:
    incident = mitigated_within(30)
    out = StringIO()
    call_command("keep_figures", "fold", stdout=out)
    Changed.objects.bulk_create((Changed(incident_id=incident.pk) for _ in range(keeping.MANY + 1)), 1000)
    call_command("keep_figures", "fold", stdout=out)
    assert out.getvalue().splitlines() == ["Nothing is left to fold in.", "1 facts were made anew."]
    assert not Changed.objects.exists()


def test_what_is_made_anew_is_what_was_folded_in(morning: datetime) -> None:
    for minutes in (10, 20, 300):
        mitigated_within(minutes, start=morning - timedelta(days=minutes))
    keeping.catch_up(clock.now())
    folded = list(Tally.objects.order_by("key").values())
    remaking.rebuild()
    made = list(Tally.objects.order_by("key").values())
    assert [plain(row) for row in made] == [plain(row) for row in folded]
    assert not {row["edition"] for row in made} & {row["edition"] for row in folded}


def plain(row: Any) -> dict[str, Any]:
    """All but its edition, which is another after each writing."""
    kept = row | {"edition": None}
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in kept.items()}


def test_a_crash_before_the_end_leaves_the_notes_and_they_are_folded_again() -> None:
    mitigated_within(30)

    class Crash(Exception):
        pass

    def fold_and_crash() -> None:
        with transaction.atomic():
            assert keeping.fold(clock.now())
            raise Crash

    with pytest.raises(Crash):
        fold_and_crash()
    assert Changed.objects.exists()
    assert not Fact.objects.exists()
    keeping.catch_up(clock.now())
    assert remaking.verify() == []


def test_a_change_that_figures_do_not_count_writes_no_tally() -> None:
    mitigated_within(30)
    keeping.catch_up(clock.now())
    Tally.objects.update(n=99)
    Incident.unrestricted.update(version=1000)
    keeping.catch_up(clock.now())
    assert set(Tally.objects.values_list("n", flat=True)) == {99}


def test_an_incident_that_is_gone_is_counted_out() -> None:
    mitigated_within(30)
    keeping.catch_up(clock.now())
    gone = Fact.objects.get()
    # As if a fact had outlived its incident.
    Fact.objects.update(incident_id=uuid4())
    Changed.objects.create(incident_id=Fact.objects.get().pk)
    Changed.objects.create(incident_id=gone.pk)
    keeping.catch_up(clock.now())
    assert Fact.objects.get().pk == gone.pk
    assert remaking.verify() == []


def test_services_and_teams_hold_the_same_as_their_filter(morning: datetime) -> None:
    checkout, search = Service.objects.order_by("name")
    for days, services in ((1, (checkout,)), (40, (checkout, search)), (300, (search,)), (2, ())):
        mitigated_within(30 + days, start=morning - timedelta(days=days), services=services)
    keeping.catch_up(clock.now())
    for by, name, value in ((By.SERVICE, "service", checkout), (By.TEAM, "team", checkout.owner)):
        assert value is not None
        rows = choosing.choose(Filters(period=Period.ALL, by=by), user=stella(), now=clock.now()).rows
        chosen = Filters(period=Period.ALL, **{name: value.slug, f"{name}_id": value.pk})  # type: ignore[arg-type]
        alone = choosing.choose(chosen, user=stella(), now=clock.now())
        row = next(pool for group, pool in rows.items() if group.key == value.slug)
        assert row.n == alone.everything.n == alone.facts.count() == 2
        assert row.runs("mitigate").percentile(0.5) == alone.everything.runs("mitigate").percentile(0.5) == 3030


def test_two_narrow_filters_are_counted_from_the_facts(morning: datetime) -> None:
    checkout, search = Service.objects.order_by("name")
    mitigated_within(30, services=(checkout,))
    mitigated_within(50, services=(checkout, search))
    mitigated_within(70, services=(search,), type=Type.DATA)
    keeping.catch_up(clock.now())
    filters = Filters(service="search", service_id=search.pk, type=Type.AVAILABILITY, by=By.TEAM)
    found = choosing.choose(filters, user=stella(), now=clock.now())
    assert found.everything.runs("mitigate").percentile(0) == 50 * 60
    assert {group.label: pool.n for group, pool in found.rows.items()} == {"Team Checkout": 1, "Team Search": 1}


def test_what_was_just_restricted_is_in_nobody_elses_figures_before_the_ticker_comes() -> None:
    incident = mitigated_within(30)
    mitigated_within(50)
    keeping.catch_up(clock.now())
    access.restrict(incident, actor=grace(), reason="personal data")
    assert keeping.waiting()
    for period in Period.MONTH, Period.ALL:
        seen = choosing.choose(Filters(period=period), user=stella(), now=clock.now()).everything
        assert (seen.n, seen.runs("mitigate").percentile(1)) == (1, 3000)
    assert choosing.choose(Filters(), user=grace(), now=clock.now()).everything.n == 2
    keeping.catch_up(clock.now())
    assert remaking.verify() == []


def test_imported_history_is_kept_apart(morning: datetime) -> None:
    mitigated_within(30)
    mitigated_within(60)
    Incident.unrestricted.filter(reference="INC-2").update(is_imported=True)
    keeping.catch_up(clock.now())
    n = {
        choice: choosing.choose(Filters(imported=choice), user=stella(), now=clock.now()).everything.runs("mitigate").n
        for choice in Imported
    }
    assert n == {Imported.NO: 1, Imported.INCLUDE: 2, Imported.ONLY: 1}
