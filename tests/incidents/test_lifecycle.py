"""From phase to phase: what may follow what, what stands in the way, and what each sets going."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from incidents import blockers, communications, engagement, exits, levelling, lifecycle, merging, timeline, times
from incidents.models import Event, Incident, PhaseEntry, PhaseMove
from incidents.phases import NEXT, IllegalTransition
from incidents.vocabulary import Duty, Kind, Milestone, Phase, Posture, Severity
from kit import clock
from kit.rules import Forbidden, RuleBroken
from reviews import learning
from roles.catalogue import Role
from statuspage.vocabulary import State
from tests.incidents.stories import declared, kinds, owed, told_public
from tests.people import ada, everybody_on_call, grace, linus, stella

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: object) -> None:
    everybody_on_call()


def mitigated(severity: Severity = Severity.S2) -> Incident:
    """An incident in remediation, led by Grace, of which the public need not hear."""
    incident = declared(severity)
    for person in (linus(), grace()) if severity < Severity.S3 else (linus(),):
        engagement.acknowledge(incident, actor=person)
    lead = grace() if severity < Severity.S3 else linus()
    communications.decide_posture(incident, Posture.NOT_REQUIRED, actor=lead, reason="nobody outside feels it")
    lifecycle.transition(incident, Phase.MITIGATION, actor=lead)
    times.start_impact(incident, clock.now() - timedelta(minutes=30), actor=lead)
    times.end_impact(incident, clock.now(), actor=lead)
    return lifecycle.transition(incident, Phase.REMEDIATION, actor=lead)


def closed(severity: Severity = Severity.S3) -> Incident:
    incident = mitigated(severity)
    lead = grace() if severity < Severity.S3 else linus()
    lifecycle.transition(incident, Phase.POST_INCIDENT, actor=lead)
    return lifecycle.transition(incident, Phase.CLOSED, actor=lead)


def fresh(incident: Incident) -> Incident:
    return Incident.unrestricted.get(pk=incident.pk)


def test_a_closed_incident_cannot_go_straight_to_mitigation() -> None:
    with pytest.raises(IllegalTransition, match="from closed to mitigation"):
        lifecycle.transition(closed(), Phase.MITIGATION, actor=linus())


def test_the_database_refuses_a_move_that_the_table_does_not_know() -> None:
    incident = closed()
    with pytest.raises(DatabaseError, match="table of moves"), transaction.atomic():
        Incident.unrestricted.filter(pk=incident.pk).update(phase=Phase.MITIGATION)


def test_the_database_and_the_code_know_the_same_moves() -> None:
    stored = set(PhaseMove.objects.values_list("from_phase", "to_phase"))
    assert stored == {(origin.value, to.value) for origin, targets in NEXT.items() for to in targets}


@pytest.mark.parametrize("change", ["UPDATE incidents_event SET kind = 'note'", "DELETE FROM incidents_event"])
def test_the_timeline_cannot_be_changed_or_deleted(change: str) -> None:
    declared()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_a_leaked_text_can_be_erased_and_the_chain_still_holds() -> None:
    incident = declared()
    first = Event.objects.filter(incident=incident, position=1)
    first.update(body="", erased_at=clock.now())
    assert timeline.first_broken_link(fresh(incident)) is None


def test_only_the_lead_calls_it_resolved_and_the_refusal_names_them() -> None:
    """AC-BG1-2."""
    incident = mitigated()
    with pytest.raises(blockers.Blocked, match="Only its lead, Grace"):
        lifecycle.transition(incident, Phase.POST_INCIDENT, actor=linus())
    engagement.offer(incident, Role.INCIDENT_MANAGER, linus(), actor=grace())
    engagement.accept(incident, Role.INCIDENT_MANAGER, actor=linus())
    assert lifecycle.transition(incident, Phase.POST_INCIDENT, actor=linus()).resolved_at is not None
    # Ada, who was paged and never answered, is asked no more.
    assert kinds(incident)[-4:] == [Kind.OFFERED, Kind.ACCEPTED, Kind.RELEASED, Kind.TRANSITIONED]


def test_mitigation_is_not_left_before_the_end_of_the_impact_is_known() -> None:
    incident = declared()
    engagement.acknowledge(incident, actor=grace())
    lifecycle.transition(incident, Phase.MITIGATION, actor=grace())
    with pytest.raises(blockers.Blocked) as refused:
        lifecycle.transition(incident, Phase.REMEDIATION, actor=grace())
    assert [blocker.code for blocker in refused.value.blockers] == ["impact_end_unknown"]


def test_nothing_is_resolved_while_the_public_incident_is_open_or_nothing_is_decided() -> None:
    incident = declared()
    engagement.acknowledge(incident, actor=grace())
    lifecycle.transition(incident, Phase.MITIGATION, actor=grace())
    times.end_impact(incident, clock.now(), actor=grace())
    lifecycle.transition(incident, Phase.REMEDIATION, actor=grace())
    codes = [blocker.code for blocker in blockers.of(fresh(incident), Phase.POST_INCIDENT)]
    assert codes == ["posture_undecided"]
    told_public(incident)
    assert [one.code for one in blockers.of(fresh(incident), Phase.POST_INCIDENT)] == ["public_incident_open"]
    told_public(incident, State.RESOLVED)
    assert blockers.of(fresh(incident), Phase.POST_INCIDENT) == []


def test_an_s2_closes_only_with_its_review() -> None:
    incident = mitigated(Severity.S2)
    lifecycle.transition(incident, Phase.POST_INCIDENT, actor=grace())
    assert owed(incident, Duty.REVIEW) is not None
    with pytest.raises(blockers.Blocked, match="closes with a review"):
        lifecycle.transition(incident, Phase.CLOSED, actor=grace())
    learning.write(incident, "The limit was too low.", actor=grace())
    assert owed(incident, Duty.REVIEW) is None
    assert lifecycle.transition(incident, Phase.CLOSED, actor=grace()).closed_at is not None


def test_going_back_needs_a_reason_and_keeps_the_first_entry() -> None:
    incident = mitigated()
    with pytest.raises(RuleBroken, match="needs a reason"):
        lifecycle.transition(incident, Phase.MITIGATION, actor=grace())
    lifecycle.transition(incident, Phase.MITIGATION, actor=grace(), note="it came back")
    entries = PhaseEntry.objects.filter(incident=incident, phase=Phase.MITIGATION)
    assert entries.count() == 2
    assert fresh(incident).mitigated_at is None


def test_leaving_out_a_phase_needs_a_reason() -> None:
    incident = declared()
    engagement.acknowledge(incident, actor=grace())
    times.end_impact(incident, clock.now(), actor=grace())
    with pytest.raises(RuleBroken, match="leaves out Mitigation"):
        lifecycle.transition(incident, Phase.REMEDIATION, actor=grace())
    lifecycle.transition(incident, Phase.REMEDIATION, actor=grace(), note="it healed by itself")


def test_monitoring_is_a_flag_within_mitigation() -> None:
    incident = declared()
    with pytest.raises(RuleBroken, match="part of mitigation"):
        lifecycle.monitor(incident, actor=grace())
    lifecycle.transition(incident, Phase.MITIGATION, actor=grace())
    assert lifecycle.monitor(incident, actor=grace()).is_monitoring
    times.end_impact(incident, clock.now(), actor=grace())
    assert not lifecycle.transition(incident, Phase.REMEDIATION, actor=grace()).is_monitoring


def test_reopening_within_three_days_opens_another_window_of_impact() -> None:
    """E5."""
    incident = closed()
    with clock.shifted(timedelta(hours=1)):
        again = lifecycle.transition(incident, Phase.IDENTIFICATION, actor=linus(), note="errors are back")
    assert (again.reopened_at is not None, again.resolved_at, again.closed_at) == (True, None, None)
    assert again.windows.count() == 2
    assert again.reference == incident.reference


def test_after_three_days_a_new_one_is_declared_instead() -> None:
    incident = closed()
    with clock.shifted(timedelta(days=5)), pytest.raises(RuleBroken, match="72 hours"):
        lifecycle.transition(incident, Phase.IDENTIFICATION, actor=linus(), note="errors are back")


def test_an_s4_is_fixed_and_closed_in_one_click_with_its_phases_filled_in() -> None:
    incident = exits.fix_and_close(declared(Severity.S4), actor=linus())
    entries = PhaseEntry.objects.filter(incident=incident).values_list("phase", flat=True)
    assert list(entries) == ["identification", "mitigation", "remediation", "post_incident", "closed"]
    assert incident.mitigated_at
    assert incident.windows.get().ended_at


def test_an_s3_is_not_closed_in_one_click() -> None:
    with pytest.raises(RuleBroken, match="Only an S4"):
        exits.fix_and_close(declared(Severity.S3), actor=linus())


def test_declining_needs_a_reason_stops_every_clock_and_can_be_taken_back() -> None:
    incident = declared()
    with pytest.raises(RuleBroken, match="Say why"):
        exits.decline(incident, actor=grace(), reason=" ")
    exits.decline(incident, actor=grace(), reason="a test of the alert")
    assert not incident.obligations.filter(satisfied_at=None, cancelled_at=None).exists()
    assert exits.take_back(incident, actor=grace(), reason="it was real").phase == Phase.TRIAGE


def test_a_restricted_incident_is_not_merged_into_one_that_everybody_sees() -> None:
    """E8."""
    hidden = declared(is_restricted=True, by=grace())
    with pytest.raises(RuleBroken, match="is restricted"):
        merging.merge(hidden, declared(), actor=grace())


def test_a_merged_incident_names_its_survivor() -> None:
    child, survivor = declared(), declared()
    merged = merging.merge(child, survivor, actor=grace(), reason="the same outage")
    assert merged.merged_into == survivor
    assert Kind.MERGED in kinds(survivor)


def test_raising_to_s1_asks_the_executive_liaison_once() -> None:
    """E1, AC-REL2-1."""
    incident = declared(Severity.S2)
    engagement.acknowledge(incident, actor=grace())
    levelling.escalate(incident, Severity.S1, actor=grace(), reason="all regions")
    liaison = [
        event
        for event in Event.objects.filter(incident=incident, kind=Kind.PAGED)
        if event.data.get("role") == Role.EXECUTIVE_LIAISON
    ]
    assert len(liaison) == 1
    found = fresh(incident)
    assert (found.initial_severity, found.peak_severity, found.severity) == ("S2", "S1", "S1")


def test_a_shrinking_impact_is_no_correction() -> None:
    """AC-REL1-3."""
    incident = declared(Severity.S1)
    with pytest.raises(RuleBroken, match="progress"):
        levelling.correct(incident, Severity.S2, actor=grace(), reason="better", because=levelling.SHRINKING)


def test_correcting_down_keeps_the_peak_and_stops_the_executive_clock() -> None:
    """E2."""
    incident = declared(Severity.S1)
    engagement.acknowledge(incident, actor=grace())
    levelling.confirm(incident, actor=grace())
    assert owed(incident, Duty.EXECUTIVE_NOTICE)
    levelling.correct(incident, Severity.S3, actor=grace(), reason="one customer")
    assert owed(incident, Duty.EXECUTIVE_NOTICE) is None
    assert fresh(incident).peak_severity == "S1"


def test_severity_is_confirmed_by_the_lead() -> None:
    incident = engagement.acknowledge(declared(Severity.S2), actor=grace())
    with pytest.raises(RuleBroken, match="Its lead, Grace"):
        levelling.confirm(incident, actor=linus())
    assert levelling.confirm(incident, actor=grace()).severity_confirmed_at


def test_a_corrected_time_keeps_its_order_and_says_what_it_was() -> None:
    """E11."""
    incident = closed()
    found = fresh(incident)
    assert found.mitigated_at
    with pytest.raises(RuleBroken, match="must be before “Resolved”"):
        times.correct(incident, Milestone.MITIGATED, clock.now(), actor=linus(), reason="looked it up")
    earlier = found.mitigated_at - timedelta(minutes=10)
    times.correct(incident, Milestone.MITIGATED, earlier, actor=linus(), reason="looked it up")
    assert fresh(incident).mitigated_at == earlier
    with pytest.raises(RuleBroken, match="lies ahead"):
        times.correct(incident, Milestone.CLOSED, clock.now() + timedelta(hours=1), actor=linus(), reason="typo")


def test_the_database_refuses_times_out_of_order() -> None:
    incident = closed()
    with pytest.raises(DatabaseError), transaction.atomic():
        Incident.unrestricted.filter(pk=incident.pk).update(mitigated_at=clock.now() + timedelta(days=1))


def test_a_stakeholder_reads_but_does_not_steer() -> None:
    incident = declared()
    with pytest.raises(Forbidden):
        lifecycle.transition(incident, Phase.MITIGATION, actor=stella())
    assert fresh(incident).phase == Phase.IDENTIFICATION


def test_support_speaks_but_quality_does_not() -> None:
    assert ada().has_perm("incidents.speak_publicly")
    assert not stella().has_perm("incidents.speak_publicly")
