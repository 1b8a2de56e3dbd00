"""Whatever people do with an incident, in whatever order: its record stays whole, and what is owed fits."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st

from incidents import (
    access,
    communications,
    engagement,
    exits,
    levelling,
    lifecycle,
    merging,
    policies,
    situation,
    timeline,
    times,
)
from incidents.models import Engagement, Event, Incident, Obligation
from incidents.phases import NEXT, WAY
from incidents.vocabulary import Duty, Kind, Phase, Posture, Severity, Type
from kit import clock
from kit.rules import RuleBroken, check
from reviews import learning
from roles.catalogue import Role
from roles.models import User
from statuspage.vocabulary import UNRESOLVED, State
from tests.incidents.stories import told_public
from tests.people import ada, everybody_on_call, grace, linus, sam, stella

pytestmark = pytest.mark.django_db

GRAVE = (Severity.S1, Severity.S2)
AFTERWARDS = {Duty.REVIEW, Duty.ACTION}
Step = Callable[[Incident, User], object]


def take_part(one: Incident, by: User) -> object:
    return engagement.acknowledge(one, actor=by)


def to(phase: Phase) -> Step:
    return lambda one, by: lifecycle.transition(one, phase, actor=by, note="because")


def level(severity: Severity) -> Step:
    return lambda one, by: levelling.change(one, severity, actor=by, reason="because")


def promise_action(one: Incident, by: User) -> object:
    due_at = clock.now() + timedelta(days=9)
    return learning.add_action(one, "Mend it", owner=ada(), due_at=due_at, actor=by)


def merged(one: Incident, by: User) -> object:
    said = lifecycle.Declaration("The same", Type.AVAILABILITY, Severity.S1, is_restricted=one.is_restricted)
    return merging.merge(one, lifecycle.declare(said, actor=by), actor=by)


def tell(state: State) -> Step:
    def step(one: Incident, by: User) -> object:
        check(one.posture == Posture.POST, "undecided", "It is a step of its own to decide that.")
        return told_public(one, state)

    return step


STEPS: dict[str, Step] = {
    **{f"to {phase}": to(phase) for phase in Phase},
    **{f"level {severity}": level(severity) for severity in Severity},
    "acknowledge": take_part,
    "join": lambda one, by: engagement.join(one, actor=by),
    "watch": lambda one, by: engagement.join(one, actor=by, as_shadow=True),
    "lead": lambda one, by: engagement.take(one, Role.LEAD, actor=by),
    "offer": lambda one, by: engagement.offer(one, Role.COMMUNICATIONS, stella(), actor=by),
    "confirm": lambda one, by: levelling.confirm(one, actor=by),
    "monitor": lambda one, by: lifecycle.monitor(one, actor=by),
    "recur": lambda one, by: lifecycle.recur(one, actor=by, reason="because"),
    "felt": lambda one, by: times.start_impact(one, clock.now(), actor=by, reason="because"),
    "over": lambda one, by: times.end_impact(one, clock.now(), actor=by, reason="because"),
    "near miss": lambda one, by: times.no_impact(one, actor=by, reason="because"),
    "silent": lambda one, by: communications.decide_posture(one, Posture.NOT_REQUIRED, actor=by, reason="because"),
    "tell": lambda one, by: communications.decide_posture(one, Posture.POST, actor=by),
    "investigating": tell(State.INVESTIGATING),
    "resolved": tell(State.RESOLVED),
    "decline": lambda one, by: exits.decline(one, actor=by, reason="because"),
    "merge": merged,
    "take back": lambda one, by: exits.take_back(one, actor=by, reason="because"),
    "fixed": lambda one, by: exits.fix_and_close(one, actor=by),
    "review": lambda one, by: learning.write(one, "Learned.", actor=by),
    "action": promise_action,
    "restrict": lambda one, by: access.restrict(one, actor=by, reason="because"),
    "open up": lambda one, by: access.open_up(one, actor=by, reason="because"),
    "update": lambda one, by: situation.post(one, f"{uuid4()}", actor=by, audiences=[]),
}
PEOPLE: dict[str, Callable[[], User]] = {"linus": linus, "grace": grace, "ada": ada, "sam": sam}


def refused(one: Incident, step: Step, by: User) -> bool:
    """Do it; what is refused is done in no part."""
    try:
        step(one, by)
    except (RuleBroken, Incident.DoesNotExist):
        return True
    return False


def check_record(one: Incident, was: Incident, is_refused: bool) -> None:
    assert timeline.first_broken_link(one) is None
    if is_refused:
        assert (one.version, one.last_position, one.phase) == (was.version, was.last_position, was.phase)
    way = list(one.phase_entries.all())
    assert [entry.left_at is None for entry in way] == [False] * (len(way) - 1) + [True]
    assert way[-1].phase == one.phase
    for earlier, later in pairwise(way):
        assert earlier.left_at == later.entered_at
        assert later.phase in NEXT[Phase(earlier.phase)]
    assert {window.ended_at for window in list(one.windows.all())[:-1]}.isdisjoint({None})


def check_milestones(one: Incident) -> None:
    if one.phase in WAY:
        reached = WAY.index(Phase(one.phase))
        assert (one.mitigated_at is not None) == (reached >= WAY.index(Phase.REMEDIATION))
        assert (one.resolved_at is not None) == (reached >= WAY.index(Phase.POST_INCIDENT))
    assert (one.closed_at is not None) == one.is_over
    assert (one.merged_into_id is not None) == (one.phase == Phase.MERGED)


def check_owed(one: Incident) -> None:
    owed = {Duty(duty) for duty in Obligation.objects.open().filter(incident=one).values_list("duty", flat=True)}
    if not one.is_open:
        waits = Engagement.objects.filter(incident=one, state__in=("paged", "offered"))
        assert not waits.exists()
        told_still = one.public_links.filter(public_incident__state__in=UNRESOLVED).exists()
        owed -= {Duty.PUBLIC_UPDATE} if told_still else set()
        assert owed <= ({Duty.ACTION} if one.phase in (Phase.DECLINED, Phase.MERGED) else AFTERWARDS)
        return
    asks = policies.of(one)
    severity = Severity(one.severity)
    assert Duty.REVIEW not in owed
    assert (Duty.CONFIRMATION in owed) >= (severity in GRAVE and one.severity_confirmed_at is None)
    assert (Duty.POSTURE in owed) >= (bool(asks.posture.get(severity)) and one.posture == Posture.UNDECIDED)
    for duty, every in ((Duty.STAKEHOLDER_NOTICE, asks.stakeholders), (Duty.EXECUTIVE_NOTICE, asks.executives)):
        # Another severity that waits to be confirmed stops no notice that ran.
        if one.severity_confirmed_at or one.mitigated_at:
            assert (duty in owed) == (one.mitigated_at is None and bool(every.get(severity)))
    if one.posture != Posture.POST:
        assert Duty.PUBLIC_UPDATE not in owed


def check_seen(one: Incident) -> None:
    """Whoever has a part in what is restricted may see it."""
    if one.is_restricted:
        parts = Engagement.objects.present().filter(incident=one).select_related("person")
        assert all(Incident.objects.visible_to(part.person).filter(pk=one.pk).exists() for part in parts)


# A story of twenty commands is read as it is; making it shorter would take minutes.
@settings(
    max_examples=10,
    deadline=None,
    phases=[Stage.explicit, Stage.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(severity=Severity.S2, steps=[("decline", "grace", 0), ("tell", "sam", 0)])
@given(
    severity=st.sampled_from(Severity),
    steps=st.lists(
        st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(sorted(PEOPLE)), st.integers(0, 40)),
        min_size=8,
        max_size=20,
    ),
)
def test_the_record_stays_whole_and_what_is_owed_fits(
    world: object, severity: Severity, steps: list[tuple[str, str, int]]
) -> None:
    begun = lifecycle.declare(lifecycle.Declaration("It fails", Type.AVAILABILITY, severity), actor=linus())
    hours = timedelta()
    for name, by, later in steps:
        hours += timedelta(minutes=later * 30)
        was, before = Incident.unrestricted.get(pk=begun.pk), Incident.unrestricted.get(pk=begun.pk)
        with clock.shifted(hours):
            no = refused(was, STEPS[name], PEOPLE[by]())
        one = Incident.unrestricted.get(pk=begun.pk)
        check_record(one, before, no)
        check_milestones(one)
        check_owed(one)
        check_seen(one)
    assert Event.objects.filter(incident=begun, kind=Kind.DECLARED).count() == 1


@pytest.fixture
def world(morning: object) -> None:
    everybody_on_call()
