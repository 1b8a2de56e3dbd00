"""Two that are the same: what goes on with the survivor, what is refused, and parting them again (E8)."""

from datetime import timedelta

import pytest

from incidents import access, engagement, exits, levelling, lifecycle, merging, timeline, times
from incidents.models import Engagement, Incident, Obligation, Service
from incidents.vocabulary import Duty, Kind, Phase, Posture, Severity
from kit import clock
from kit.rules import RuleBroken
from reviews import learning
from statuspage.vocabulary import State
from tests.browsing import browser
from tests.incidents.stories import answered, declared, kinds, owed, told_public
from tests.people import ada, everybody_on_call, grace, linus, sam, stella, team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: object) -> None:
    everybody_on_call()


def fresh(incident: Incident) -> Incident:
    return Incident.unrestricted.get(pk=incident.pk)


def refused(child: Incident, survivor: Incident) -> str:
    with pytest.raises(RuleBroken) as error:
        merging.merge(child, survivor, actor=grace())
    return error.value.code


def test_people_who_are_on_it_go_on_and_pages_that_wait_are_called_off() -> None:
    child, survivor = declared(Severity.S3, by=stella()), declared(Severity.S2, by=stella())
    engagement.join(child, actor=ada())
    merging.merge(child, survivor, actor=grace())
    assert Engagement.objects.get(incident=child, person=linus()).state == "released"
    roles = set(Engagement.objects.present().filter(incident=survivor, person=ada()).values_list("role", flat=True))
    # She is asked in as communications by the S2 already, so she needs no second place.
    assert roles == {"communications"}
    assert not Obligation.objects.open().filter(incident=child).exists()


def test_whoever_only_the_other_one_had_comes_along_as_an_expert() -> None:
    child, survivor = declared(Severity.S3), declared(Severity.S3)
    engagement.join(child, actor=ada())
    merging.merge(child, survivor, actor=grace())
    came = Engagement.objects.get(incident=survivor, person=ada())
    assert (came.role, came.state) == ("expert", "acknowledged")
    assert kinds(survivor)[-2:] == [Kind.JOINED, Kind.MERGED]
    assert timeline.first_broken_link(fresh(survivor)) is None
    assert timeline.first_broken_link(fresh(child)) is None


def test_actions_go_on_with_their_clocks() -> None:
    child, survivor = declared(Severity.S3), declared(Severity.S3)
    due_at = clock.now() + timedelta(days=7)
    action = learning.add_action(child, "Mend the alert", owner=ada(), due_at=due_at, actor=linus())
    done = learning.add_action(child, "Write it down", owner=ada(), due_at=due_at, actor=linus())
    learning.finish(done, actor=ada())
    merging.merge(child, survivor, actor=grace())
    action.refresh_from_db()
    done.refresh_from_db()
    assert (action.incident, done.incident) == (survivor, child)
    assert Obligation.objects.open().get(duty=Duty.ACTION).incident == survivor
    learning.finish(action, actor=ada())
    assert owed(survivor, Duty.ACTION) is None


def test_the_earliest_detection_and_impact_hold_for_both() -> None:
    earlier = clock.now() - timedelta(minutes=40)
    child = declared(Severity.S3, impact_started_at=earlier, detected_at=earlier)
    survivor = declared(Severity.S3)
    times.start_impact(survivor, clock.now(), actor=linus())
    merging.merge(child, survivor, actor=grace())
    assert fresh(survivor).detected_at == earlier
    assert survivor.windows.get().started_at == earlier


def test_services_of_both_are_affected() -> None:
    ledger = Service.objects.create(name="Ledger", slug="ledger", owner=team())
    child, survivor = declared(Severity.S3, services=(ledger,)), declared(Severity.S3)
    merging.merge(child, survivor, actor=grace())
    assert list(survivor.services.all()) == [ledger]


def test_the_public_incident_goes_on_with_its_clock() -> None:
    child, survivor = answered(Severity.S2), declared(Severity.S2)
    bulletin = told_public(child)
    due_at = Obligation.objects.open().get(incident=child, duty=Duty.PUBLIC_UPDATE).due_at
    merging.merge(child, survivor, actor=grace())
    owing = Obligation.objects.open().get(duty=Duty.PUBLIC_UPDATE)
    assert (owing.incident, owing.due_at) == (survivor, due_at)
    assert fresh(survivor).posture == Posture.POST
    assert owed(survivor, Duty.POSTURE) is None
    assert told_public(fresh(survivor), State.RESOLVED).public_incident == bulletin.public_incident


def test_where_the_public_was_told_of_both_one_is_resolved_first() -> None:
    child, survivor = declared(Severity.S2), declared(Severity.S2)
    told_public(child)
    told_public(survivor)
    assert refused(child, survivor) == "two_public_incidents"
    told_public(child, State.RESOLVED, body="Please follow “Payments fail” instead.")
    assert merging.merge(child, survivor, actor=grace()).phase == Phase.MERGED


def test_what_the_public_was_told_of_is_not_merged_into_what_it_hears_nothing_of() -> None:
    child, survivor = declared(Severity.S2), declared(Severity.S2, is_restricted=True, by=grace())
    told_public(child)
    access.restrict(child, actor=grace(), reason="an attack")
    assert refused(child, survivor) == "would_disclose"


def test_a_graver_one_does_not_vanish_into_a_milder_one() -> None:
    child, survivor = declared(Severity.S1), declared(Severity.S3)
    assert refused(child, survivor) == "survivor_is_milder"
    levelling.escalate(survivor, Severity.S1, actor=grace(), reason="all regions")
    assert merging.merge(child, survivor, actor=grace()).phase == Phase.MERGED


def test_only_what_is_open_goes_on_for_two() -> None:
    child, survivor = declared(Severity.S4), exits.fix_and_close(declared(Severity.S4), actor=linus())
    assert refused(child, survivor) == "survivor_is_over"


def test_members_of_a_restricted_one_see_the_one_that_goes_on() -> None:
    child = declared(Severity.S3, is_restricted=True, by=grace())
    survivor = declared(Severity.S3, is_restricted=True, by=grace())
    access.grant(child, stella(), actor=grace(), reason="she reported it")
    merging.merge(child, survivor, actor=grace())
    assert Incident.objects.visible_to(stella()).filter(pk=survivor.pk).exists()


def test_the_old_reference_leads_to_the_survivor_for_those_who_may_see_it() -> None:
    child, survivor = declared(Severity.S3), declared(Severity.S3)
    merging.merge(child, survivor, actor=grace())
    assert browser(stella()).get(child.get_absolute_url())["Location"] == survivor.get_absolute_url()
    access.restrict(survivor, actor=grace(), reason="an attack")
    assert browser(grace()).get(child.get_absolute_url())["Location"] == survivor.get_absolute_url()
    assert browser(stella()).get(child.get_absolute_url()).status_code == 200


def test_what_everybody_sees_does_not_lead_to_what_only_members_see() -> None:
    child = declared(Severity.S3, by=grace())
    survivor = declared(Severity.S3, is_restricted=True, by=grace())
    assert refused(child, survivor) == "would_disclose"
    access.restrict(child, actor=grace(), reason="the same attack")
    assert merging.merge(child, survivor, actor=grace()).phase == Phase.MERGED


def test_parted_again_each_has_its_own_back() -> None:
    earlier = clock.now() - timedelta(minutes=40)
    child, survivor = answered(Severity.S2, impact_started_at=earlier, detected_at=earlier), declared(Severity.S2)
    detected_at = survivor.detected_at
    bulletin = told_public(child)
    action = learning.add_action(
        child, "Mend the alert", owner=ada(), due_at=clock.now() + timedelta(days=7), actor=linus()
    )
    merging.merge(child, survivor, actor=grace())
    exits.take_back(child, actor=grace(), reason="another cause")
    action.refresh_from_db()
    bulletin.public_incident.refresh_from_db()
    assert fresh(child).phase == Phase.TRIAGE
    assert action.incident == child
    assert bulletin.public_incident.internal_link.incident == child
    assert Obligation.objects.open().get(duty=Duty.PUBLIC_UPDATE).incident == child
    assert fresh(survivor).detected_at == detected_at
    assert not survivor.windows.exists()
    assert kinds(survivor)[-1] == Kind.MERGED
    for one in (child, survivor):
        assert timeline.first_broken_link(fresh(one)) is None


def test_two_are_parted_within_a_day() -> None:
    child, survivor = declared(Severity.S3), declared(Severity.S3)
    merging.merge(child, survivor, actor=grace())
    with clock.shifted(timedelta(hours=25)), pytest.raises(RuleBroken, match="merged more than a day ago"):
        exits.take_back(child, actor=grace(), reason="another cause")


def test_a_merged_one_is_not_reopened_by_itself() -> None:
    child, survivor = declared(Severity.S3), declared(Severity.S3)
    merging.merge(child, survivor, actor=grace())
    with pytest.raises(RuleBroken, match="cannot go from merged"):
        lifecycle.transition(child, Phase.IDENTIFICATION, actor=grace(), note="it is back")
    with pytest.raises(RuleBroken, match="Take it back"):
        lifecycle.transition(child, Phase.TRIAGE, actor=grace(), note="it is back")
    assert exits.take_back(child, actor=grace(), reason="another cause").merged_into is None


def test_whoever_may_not_see_the_survivor_cannot_merge_into_it() -> None:
    child, survivor = declared(Severity.S3), declared(Severity.S3, is_restricted=True, by=sam())
    with pytest.raises(Incident.DoesNotExist):
        merging.merge(child, survivor, actor=grace())
