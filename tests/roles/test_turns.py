"""Rotations: people take turns, somebody takes over for a while, and gaps are seen ahead."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from kit.rules import Forbidden, RuleBroken
from roles import changes, coverage, membership, overrides, rostering, rotations
from roles.catalogue import Role
from roles.models import Rotation, User
from roles.rostering import Pattern
from tests.conftest import MORNING as NOW
from tests.people import ada, admin, ana, grace, linus, person, rotation, stella, team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)


def read(one: Rotation) -> Rotation:
    return rotations.prefetched().get(pk=one.pk)


def on_call(one: Rotation, at: datetime = NOW) -> User | None:
    shift = rotations.shift_at(read(one), at)
    return shift.person if shift else None


def coming(one: Rotation) -> list[str]:
    return [user.name for user in rostering.in_turn(read(one), NOW)]


def pattern(**said: object) -> Pattern:
    words: dict[str, object] = {
        "name": "Platform engineers", "team": team(), "role": Role.ENGINEER, "time_zone": "Europe/Berlin",
        "starts_on": date(2026, 11, 16), "handover_at": time(9), "shift_days": 7,
    }  # fmt: skip
    return Pattern(**(words | said))  # type: ignore[arg-type]


def test_a_new_rotation_can_put_the_teams_people_in_turn_by_name() -> None:
    team().members.set([linus(), ada()])
    made = rostering.create(pattern(), with_members=True, actor=grace())
    assert sorted(coming(made)) == ["Ada", "Linus"]
    assert [turn.person for turn in read(made).turns.all()] == [ada(), linus()]


def test_whoever_joins_comes_last_and_whoever_is_on_call_stays_it() -> None:
    made = rotation(Role.ENGINEER, linus(), ada())
    before = on_call(made)
    rostering.enlist(made, grace(), actor=grace())
    assert on_call(made) == before
    assert coming(made)[-1] == "Grace"
    assert on_call(made, NOW + 2 * WEEK) == grace()


@pytest.mark.parametrize("later", [False, True])
def test_moving_somebody_leaves_the_shift_that_runs_alone(later: bool) -> None:
    made = rotation(Role.ENGINEER, linus(), ada(), grace(), ana())
    order = coming(made)
    moved = person(order[2])
    rostering.move(made, moved, later=later, actor=grace())
    expected = [order[0], order[1], order[3], order[2]] if later else [order[0], order[2], order[1], order[3]]
    assert coming(made) == expected


def test_whoever_has_the_turn_is_not_moved_but_covered() -> None:
    made = rotation(Role.ENGINEER, linus(), ada(), grace())
    holder = on_call(made)
    assert holder
    with pytest.raises(RuleBroken, match="override"):
        rostering.move(made, holder, later=True, actor=grace())


def test_nobody_moves_past_the_ends_of_the_turn() -> None:
    made = rotation(Role.ENGINEER, linus(), ada(), grace())
    second, last = (person(name) for name in coming(made)[1:])
    for someone, later in ((second, False), (last, True)):
        with pytest.raises(RuleBroken, match="cannot move further"):
            rostering.move(made, someone, later=later, actor=grace())


def test_before_the_first_shift_everybody_can_be_moved() -> None:
    made = rotation(Role.ENGINEER, linus(), ada())
    Rotation.objects.filter(pk=made.pk).update(starts_on=date(2026, 12, 7))
    rostering.move(made, linus(), later=True, actor=grace())
    assert coming(made) == ["Ada", "Linus"]


def test_when_whoever_is_on_call_is_taken_out_the_next_takes_over_at_once() -> None:
    made = rotation(Role.ENGINEER, linus(), ada(), grace())
    first, second, third = coming(made)
    rostering.dismiss(made, person(first), actor=grace())
    assert coming(made) == [second, third]
    assert on_call(made) == person(second)


def test_the_last_one_can_be_taken_out_and_the_gap_is_told() -> None:
    made = rotation(Role.ENGINEER, linus())
    rostering.dismiss(made, linus(), actor=grace())
    (gap,) = coverage.gaps(read(made), NOW, NOW + WEEK)
    assert (gap.starts_at, gap.ends_at, gap.why) == (NOW, NOW + WEEK, "nobody is in turn")


def test_nobody_stands_in_a_rotation_twice_and_nobody_who_left_joins() -> None:
    made = rotation(Role.ENGINEER, linus())
    with pytest.raises(RuleBroken, match="in this rotation already"):
        rostering.enlist(made, linus(), actor=grace())
    admin()
    membership.deactivate(ada(), actor=admin())
    with pytest.raises(RuleBroken, match="has left"):
        rostering.enlist(made, User.objects.get(pk=ada().pk), actor=grace())


def test_whoever_has_left_is_passed_over_and_the_others_keep_their_weeks() -> None:
    made = rotation(Role.ENGINEER, linus(), ada(), grace())
    weeks = {on_call(made, NOW + n * WEEK): n for n in range(3)}
    admin()
    membership.deactivate(ada(), actor=admin())
    assert on_call(made, NOW + weeks[linus()] * WEEK) == linus()
    assert on_call(made, NOW + weeks[grace()] * WEEK) == grace()
    assert on_call(made, NOW + weeks[ada()] * WEEK) in (linus(), grace())


def test_when_everybody_has_left_the_report_says_so() -> None:
    made = rotation(Role.ENGINEER, ada())
    membership.deactivate(ada(), actor=admin())
    (report,) = coverage.report([read(made)], NOW)
    assert report.now is None
    assert [gap.why for gap in report.gaps] == ["everybody in turn has left"]
    assert Role.ENGINEER in coverage.uncovered([read(made)], NOW)


def test_a_rotation_that_begins_next_week_has_a_gap_until_then() -> None:
    made = rostering.create(pattern(starts_on=date(2026, 11, 30)), actor=grace())
    rostering.enlist(made, linus(), actor=grace())
    (gap,) = coverage.gaps(read(made), NOW, NOW + 2 * WEEK)
    assert gap.ends_at == datetime(2026, 11, 30, 8, tzinfo=UTC)
    assert gap.why == "it has not begun"


def test_an_override_takes_its_span_and_nothing_more() -> None:
    made = rotation(Role.ENGINEER, linus())
    overrides.cover(made, ada(), NOW + HOUR, NOW + 3 * HOUR, actor=grace())
    assert [on_call(made, NOW + n * HOUR) for n in range(4)] == [linus(), ada(), ada(), linus()]
    assert coverage.gaps(read(made), NOW, NOW + WEEK) == []


def test_of_overlapping_overrides_the_last_made_wins() -> None:
    made = rotation(Role.ENGINEER, linus())
    overrides.cover(made, ada(), NOW, NOW + 4 * HOUR, actor=grace())
    late = overrides.cover(made, ana(), NOW + HOUR, NOW + 2 * HOUR, actor=grace())
    assert [on_call(made, NOW + n * HOUR) for n in range(5)] == [ada(), ana(), ada(), ada(), linus()]
    overrides.withdraw(late, actor=grace())
    assert on_call(made, NOW + HOUR) == ada()


@pytest.mark.parametrize("turns", [True, False])
def test_overrides_are_asked_for_only_while_one_runs(
    turns: bool, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    if turns:
        rotation(Role.INCIDENT_MANAGER, linus())
    overrides.cover(rotation(Role.ENGINEER), ada(), NOW + HOUR, NOW + 2 * HOUR, actor=grace())
    in_turn = [linus()] if turns else []
    for at, expected in ((NOW, []), (NOW + HOUR, [ada()]), (NOW + 2 * HOUR, [])):
        # Where nobody has a turn there is no row that could say so.
        with django_assert_num_queries(2 if expected or not turns else 1):
            found = rotations.on_call_now(at)
        assert sorted(str(shift.person) for shift in found) == sorted(map(str, in_turn + expected))


def test_an_override_of_an_empty_rotation_covers_it_for_its_span() -> None:
    made = rotation(Role.ENGINEER)
    overrides.cover(made, ada(), NOW + HOUR, NOW + 2 * HOUR, actor=grace())
    assert [(gap.starts_at, gap.ends_at) for gap in coverage.gaps(read(made), NOW, NOW + 3 * HOUR)] == [
        (NOW, NOW + HOUR),
        (NOW + 2 * HOUR, NOW + 3 * HOUR),
    ]


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [(2, 1, "ends_before_start"), (1, 1, "ends_before_start"), (-2, -1, "over"), (0, 24 * 400, "too_far")],
)
def test_an_override_must_lie_ahead_and_have_a_length(start: int, end: int, code: str) -> None:
    made = rotation(Role.ENGINEER, linus())
    with pytest.raises(RuleBroken) as refused:
        overrides.cover(made, ada(), NOW + start * HOUR, NOW + end * HOUR, actor=grace())
    assert (refused.value.code, refused.value.field) == (code, "ends")
    assert not made.overrides.exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "ENGINEERS"}, "name"),
        ({"shift_days": 0}, "shift_days"),
        ({"shift_days": 29}, "shift_days"),
        ({"starts_on": date(1999, 12, 31)}, "starts_on"),
        ({"starts_on": date(2999, 1, 1)}, "starts_on"),
    ],
)
def test_a_pattern_that_cannot_be_is_refused_at_its_field(said: dict[str, object], field: str) -> None:
    rostering.create(pattern(name="Engineers"), actor=grace())
    with pytest.raises(RuleBroken) as refused:
        rostering.create(pattern(**said), actor=grace())
    assert refused.value.field == field
    assert Rotation.objects.count() == 1


def test_stakeholders_change_no_rotation() -> None:
    made = rotation(Role.ENGINEER, linus(), ada())
    attempts = (
        lambda: rostering.create(pattern(), actor=stella()),
        lambda: rostering.change(made, pattern(), actor=stella()),
        lambda: rostering.end(made, actor=stella()),
        lambda: rostering.enlist(made, grace(), actor=stella()),
        lambda: rostering.move(made, ada(), later=True, actor=stella()),
        lambda: rostering.dismiss(made, ada(), actor=stella()),
        lambda: overrides.cover(made, ada(), NOW, NOW + HOUR, actor=stella()),
    )
    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()
    assert [turn.person for turn in read(made).turns.all()] == [linus(), ada()]


def test_what_is_changed_is_written_down_with_who_did_it() -> None:
    made = rostering.create(pattern(), actor=grace())
    rostering.enlist(made, linus(), actor=admin())
    page = [(change.actor, change.sentence) for change in changes.of(made)]
    assert page == [(admin(), "put Linus in turn"), (grace(), "made the rotation Platform engineers")]
