"""What ends with an incident, and what is owed again when it goes on: resolved, declined, reopened (E5, E6)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from incidents import (
    blockers,
    cadence,
    calling,
    communications,
    engagement,
    exits,
    levelling,
    lifecycle,
    merging,
    outgoing,
    policies,
    situation,
    timeline,
    times,
)
from incidents.models import Engagement, Event, Incident, Obligation
from incidents.statements import Words
from incidents.vocabulary import Duty, Kind, Phase, Posture, Severity
from kit import clock
from kit.rules import RuleBroken
from reviews import learning
from roles.catalogue import Role
from roles.models import User
from statuspage.models import Bulletin
from statuspage.vocabulary import State, Status
from tests.incidents.stories import answered, declared, go_out, owed, told_public
from tests.people import ada, admin, everybody_on_call, grace, linus, person
from tests.statuspage_world import component, page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: object) -> None:
    everybody_on_call()


def fresh(incident: Incident) -> Incident:
    return Incident.unrestricted.get(pk=incident.pk)


def resolved(incident: Incident, *, lead: User, posture: bool = True) -> Incident:
    """Through the phases by its lead."""
    if posture:
        communications.decide_posture(incident, Posture.NOT_REQUIRED, actor=lead, reason="nobody outside feels it")
    lifecycle.transition(incident, Phase.MITIGATION, actor=lead)
    times.end_impact(incident, clock.now(), actor=lead)
    lifecycle.transition(incident, Phase.REMEDIATION, actor=lead)
    return lifecycle.transition(incident, Phase.POST_INCIDENT, actor=lead)


def states(incident: Incident) -> dict[str, str]:
    return {one.person.name: one.state for one in Engagement.objects.filter(incident=incident)}


def test_whoever_has_not_answered_is_asked_no_more_once_it_is_resolved() -> None:
    incident = engagement.acknowledge(declared(Severity.S2), actor=grace())
    resolved(incident, lead=grace())
    assert states(incident) == {"Grace": "acknowledged", "Linus": "released", "Ada": "released"}
    with pytest.raises(RuleBroken, match="no page of yours"):
        engagement.acknowledge(incident, actor=linus())
    assert timeline.first_broken_link(fresh(incident)) is None


def test_an_offer_ends_with_the_incident() -> None:
    incident = answered(Severity.S3)
    engagement.offer(incident, Role.ENGINEER, ada(), actor=linus())
    resolved(incident, lead=linus())
    with pytest.raises(RuleBroken, match="not been offered"):
        engagement.accept(incident, Role.ENGINEER, actor=ada())


def test_a_bulletin_on_its_way_stays_a_draft_when_the_incident_ends() -> None:
    incident = communications.decide_posture(declared(Severity.S2), Posture.POST, actor=grace())
    words = Words(
        State.INVESTIGATING, "We look.", {component().public_id: Status.PARTIAL_OUTAGE}, name="Payments", page=page()
    )
    kept = outgoing.send(incident, words, actor=ada(), draft=uuid4())
    exits.decline(incident, actor=grace(), reason="a test")
    go_out()
    kept.refresh_from_db()
    assert (kept.publish_at, kept.refused) == (None, "The incident is declined.")
    assert not Bulletin.objects.exists()


def test_an_incident_of_which_the_public_was_told_is_declined_only_once_that_is_withdrawn() -> None:
    incident = declared(Severity.S2)
    told_public(incident)
    with pytest.raises(RuleBroken, match="withdraws and resolves"):
        exits.decline(incident, actor=grace(), reason="the monitor was wrong")
    told_public(incident, State.RESOLVED, body="We found no effect and withdraw this notice.")
    assert exits.decline(incident, actor=grace(), reason="the monitor was wrong").phase == Phase.DECLINED


def test_an_action_of_a_declined_incident_keeps_its_clock() -> None:
    incident = declared(Severity.S3)
    learning.add_action(incident, "Mend the alert", owner=ada(), due_at=clock.now() + timedelta(days=7), actor=linus())
    exits.decline(incident, actor=linus(), reason="the alert was wrong")
    assert [one.duty for one in Obligation.objects.open().filter(incident=incident)] == [Duty.ACTION]


def test_taken_back_it_owes_again_what_its_severity_asks_for_and_calls_who_is_missing() -> None:
    incident = declared(Severity.S2)
    exits.decline(incident, actor=grace(), reason="a test")
    assert set(states(incident).values()) == {"released"}
    exits.take_back(incident, actor=grace(), reason="it was real")
    assert {one.role for one in Engagement.objects.present().filter(incident=incident)} == {
        Role.ENGINEER,
        Role.INCIDENT_MANAGER,
        Role.COMMUNICATIONS,
    }
    assert owed(incident, Duty.CONFIRMATION)
    assert owed(incident, Duty.POSTURE)
    assert owed(incident, Duty.ACKNOWLEDGEMENT)
    assert fresh(incident).closed_at is None


def test_a_declined_one_is_taken_back_within_a_day() -> None:
    incident = exits.decline(declared(Severity.S2), actor=grace(), reason="a test")
    with clock.shifted(timedelta(hours=25)), pytest.raises(RuleBroken, match="more than a day ago"):
        exits.take_back(incident, actor=grace(), reason="it was real")


def test_reopened_it_owes_notices_the_decision_and_the_review_only_once_it_is_over_again() -> None:
    incident = answered(Severity.S2)
    levelling.confirm(incident, actor=grace())
    resolved(incident, lead=grace())
    first = owed(incident, Duty.REVIEW)
    assert first
    with clock.shifted(timedelta(days=1)):
        lifecycle.transition(incident, Phase.IDENTIFICATION, actor=grace(), note="errors are back")
        assert owed(incident, Duty.REVIEW) is None
        assert owed(incident, Duty.STAKEHOLDER_NOTICE)
        assert owed(incident, Duty.POSTURE)
        assert fresh(incident).posture == Posture.UNDECIDED
        resolved(incident, lead=grace())
        again = owed(incident, Duty.REVIEW)
        assert again
        assert again.due_at > first.due_at


def test_a_review_that_is_written_is_not_owed_again() -> None:
    incident = answered(Severity.S2)
    resolved(incident, lead=grace())
    learning.write(incident, "The limit was too low.", actor=grace())
    lifecycle.transition(incident, Phase.IDENTIFICATION, actor=grace(), note="errors are back")
    resolved(incident, lead=grace())
    assert owed(incident, Duty.REVIEW) is None


def test_reopened_the_public_that_was_told_is_owed_a_bulletin() -> None:
    incident = answered(Severity.S2)
    told_public(incident)
    told_public(incident, State.RESOLVED)
    resolved(incident, lead=grace(), posture=False)
    assert owed(incident, Duty.PUBLIC_UPDATE) is None
    lifecycle.transition(incident, Phase.IDENTIFICATION, actor=grace(), note="errors are back")
    assert owed(incident, Duty.PUBLIC_UPDATE)


def test_a_near_miss_that_is_reopened_has_no_impact_still() -> None:
    incident = answered(Severity.S3)
    times.no_impact(incident, actor=linus(), reason="the alert came before anybody felt it")
    communications.decide_posture(incident, Posture.NOT_REQUIRED, actor=linus(), reason="nobody felt it")
    for to in (Phase.MITIGATION, Phase.REMEDIATION, Phase.POST_INCIDENT, Phase.IDENTIFICATION):
        lifecycle.transition(incident, to, actor=linus(), note="it came again")
    assert not incident.windows.exists()


def test_going_back_from_remediation_owes_the_notices_again() -> None:
    incident = answered(Severity.S2)
    levelling.confirm(incident, actor=grace())
    lifecycle.transition(incident, Phase.MITIGATION, actor=grace())
    times.end_impact(incident, clock.now(), actor=grace())
    lifecycle.transition(incident, Phase.REMEDIATION, actor=grace())
    assert owed(incident, Duty.STAKEHOLDER_NOTICE) is None
    lifecycle.transition(incident, Phase.IDENTIFICATION, actor=grace(), note="the cause is another")
    assert owed(incident, Duty.STAKEHOLDER_NOTICE)
    assert owed(incident, Duty.EXECUTIVE_NOTICE)
    assert owed(incident, Duty.PHASE_TIMER)


def test_a_severity_corrected_afterwards_calls_nobody_and_asks_for_the_review() -> None:
    incident = answered(Severity.S3)
    resolved(incident, lead=linus())
    lifecycle.transition(incident, Phase.CLOSED, actor=linus())
    before = Event.objects.filter(incident=incident, kind=Kind.PAGED).count()
    for to in (Severity.S2, Severity.S1):
        levelling.correct(incident, to, actor=linus(), reason="all customers", because=levelling.UNDER_ESTIMATED)
    assert Event.objects.filter(incident=incident, kind=Kind.PAGED).count() == before
    assert owed(incident, Duty.REVIEW)
    assert owed(incident, Duty.CONFIRMATION) is None


def test_a_severity_raised_after_it_is_resolved_pages_nobody() -> None:
    incident = answered(Severity.S3)
    resolved(incident, lead=linus())
    levelling.change(incident, Severity.S1, actor=linus(), reason="all customers")
    assert "Ana" not in states(incident)
    assert [one.duty for one in Obligation.objects.open().filter(incident=incident)] == [Duty.REVIEW]


def test_an_s4_that_was_graver_is_not_closed_in_one_click_without_its_review() -> None:
    incident = declared(Severity.S2)
    levelling.correct(incident, Severity.S4, actor=grace(), reason="one customer")
    with pytest.raises(blockers.Blocked, match="closes with a review"):
        exits.fix_and_close(incident, actor=grace())
    assert fresh(incident).phase == Phase.IDENTIFICATION


def test_whoever_fixed_it_takes_no_lead_from_somebody_who_leads() -> None:
    incident = answered(Severity.S4)
    with pytest.raises(blockers.Blocked, match="Only its lead, Linus"):
        exits.fix_and_close(incident, actor=admin())


def test_whoever_fixed_it_has_answered_their_page() -> None:
    incident = exits.fix_and_close(declared(Severity.S4), actor=linus())
    assert states(incident) == {"Linus": "acknowledged"}


def test_a_seat_is_free_once_its_holder_has_left_the_organisation() -> None:
    """E42."""
    incident = answered(Severity.S2)
    gone = grace()
    gone.is_active = False
    gone.save()
    engagement.take(incident, Role.INCIDENT_MANAGER, actor=linus())
    held = Engagement.objects.active().get(incident=incident, role=Role.INCIDENT_MANAGER)
    assert held.person == linus()
    assert Engagement.objects.get(incident=incident, person=gone).state == "released"


def test_the_rota_is_asked_again_where_the_holder_has_left() -> None:
    incident = answered(Severity.S2)
    gone = ada()
    gone.is_active = False
    gone.save()
    calling.page(
        fresh(incident), Role.COMMUNICATIONS, person("Tess", "Support"), reason="late", now=clock.now(), actor=None
    )
    assert Engagement.objects.active().get(incident=incident, role=Role.COMMUNICATIONS).person.name == "Tess"


def test_on_change_only_means_no_first_clock_either() -> None:
    """§2.6, the second preset: S3 and S4 hear on change."""
    policies.revise(
        cadence.SMALL_TEAM, cadence.to_json(cadence.PRESETS[cadence.SMALL_TEAM]), actor=admin(), note="we are few"
    )
    incident = communications.decide_posture(answered(Severity.S3), Posture.POST, actor=linus())
    assert owed(incident, Duty.PUBLIC_UPDATE) is None
    levelling.escalate(incident, Severity.S2, actor=linus(), reason="more of them")
    assert owed(incident, Duty.PUBLIC_UPDATE)


def test_what_was_imported_stays_where_it_is() -> None:
    incident = declared(Severity.S3)
    Incident.unrestricted.filter(pk=incident.pk).update(is_imported=True)
    with pytest.raises(RuleBroken, match="is history"):
        exits.decline(incident, actor=linus(), reason="old")


def test_nothing_is_written_into_what_was_merged() -> None:
    child, survivor = declared(Severity.S3), declared(Severity.S3)
    merging.merge(child, survivor, actor=grace())
    with pytest.raises(RuleBroken) as refused:
        situation.post(child, "Rolled back.", actor=grace(), audiences=[])
    assert refused.value.code == "merged"
    with pytest.raises(RuleBroken, match="in the incident that goes on"):
        times.end_impact(child, clock.now(), actor=grace())
