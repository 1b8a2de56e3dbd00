"""Who may see an incident: what ends when it is restricted or a role ends, and what opening up brings (E26, E27)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from incidents import access, communications, engagement, levelling, outgoing, situation, timeline
from incidents.models import Engagement, Incident, Member, PublicLink
from incidents.statements import Words
from incidents.vocabulary import Duty, Posture, Severity, Type
from kit import clock
from kit.rules import Forbidden, RuleBroken
from reviews import learning
from roles.catalogue import Role
from roles.models import User
from statuspage.models import Bulletin
from statuspage.vocabulary import State, Status
from tests.incidents.stories import ada_alone, answered, declared, go_out, owed, told_public
from tests.people import ada, ana, everybody_on_call, grace, linus, person, sam, stella
from tests.statuspage_world import component, page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: object) -> None:
    everybody_on_call()


def sees(who: User, incident: Incident) -> bool:
    return Incident.objects.visible_to(who).filter(pk=incident.pk).exists()


def fresh(incident: Incident) -> Incident:
    return Incident.unrestricted.get(pk=incident.pk)


def restricted(incident: Incident) -> Incident:
    return access.restrict(incident, actor=grace(), reason="it turns out to be an attack")


def test_whoever_is_on_it_stays_and_everybody_else_is_out() -> None:
    incident = restricted(answered(Severity.S2, by=linus()))
    assert all(sees(one, incident) for one in (linus(), grace(), ada(), sam()))
    assert not sees(stella(), incident)
    assert timeline.first_broken_link(fresh(incident)) is None


def test_who_only_watches_or_was_offered_a_role_is_let_go() -> None:
    incident = answered(Severity.S2)
    shadow = person("Tess", "Support")
    engagement.join(incident, actor=shadow, as_shadow=True)
    engagement.offer(incident, Role.COMMUNICATIONS, ana(), actor=ada())
    restricted(incident)
    assert not sees(shadow, incident)
    assert not sees(ana(), incident)
    assert not Engagement.objects.present().filter(incident=incident, person__in=(shadow, ana())).exists()


def test_whoever_owes_something_on_it_can_still_do_it() -> None:
    incident = answered(Severity.S2)
    due_at = clock.now() + timedelta(days=7)
    action = learning.add_action(
        incident, "Change the key", owner=person("Quinn", "Quality"), due_at=due_at, actor=ada()
    )
    restricted(incident)
    assert learning.finish(action, actor=person("Quinn")).done_at


def test_a_bulletin_on_its_way_does_not_go_out_any_more() -> None:
    incident = communications.decide_posture(ada_alone(), Posture.POST, actor=grace())
    words = Words(
        State.INVESTIGATING, "We look.", {component().public_id: Status.PARTIAL_OUTAGE}, name="Payments", page=page()
    )
    kept = outgoing.send(incident, words, actor=ada(), draft=uuid4())
    restricted(incident)
    go_out()
    assert not Bulletin.objects.exists()
    kept.refresh_from_db()
    assert kept.refused == "The incident was restricted."


def test_the_page_stays_as_it_is_and_nothing_speaks_by_itself() -> None:
    incident = answered(Severity.S2)
    told_public(incident)
    communications.set_holding(PublicLink.objects.get(), "We are still at it.", actor=ada())
    restricted(incident)
    assert owed(incident, Duty.PUBLIC_UPDATE) is None
    assert PublicLink.objects.get().holding_left == 0
    assert Bulletin.objects.count() == 1
    levelling.escalate(fresh(incident), Severity.S1, actor=grace(), reason="all regions")
    assert owed(incident, Duty.PUBLIC_UPDATE) is None


def test_a_person_can_decide_again_that_the_public_is_told() -> None:
    incident = answered(Severity.S2)
    told_public(incident)
    restricted(incident)
    communications.decide_posture(fresh(incident), Posture.POST, actor=grace())
    assert owed(incident, Duty.PUBLIC_UPDATE)
    assert told_public(fresh(incident), State.RESOLVED).state == State.RESOLVED


def test_nobody_is_asked_to_decide_about_the_public_of_what_is_restricted() -> None:
    incident = restricted(answered(Severity.S2))
    assert owed(incident, Duty.POSTURE) is None
    assert fresh(incident).posture == Posture.NOT_REQUIRED


def test_opening_it_up_is_for_a_lead_of_security_and_the_public_is_decided_on_anew() -> None:
    incident = restricted(answered(Severity.S2))
    with pytest.raises(Forbidden):
        access.open_up(incident, actor=grace(), reason="a false alarm")
    access.open_up(incident, actor=sam(), reason="a false alarm")
    assert sees(stella(), incident)
    assert fresh(incident).posture == Posture.UNDECIDED
    assert owed(incident, Duty.POSTURE)
    last = fresh(incident).events.latest("position")
    assert (last.body, last.data["visibility"]) == ("a false alarm", "organisation")


def test_a_security_incident_is_not_opened_while_it_goes_on() -> None:
    incident = declared(Severity.S2, type=Type.SECURITY)
    with pytest.raises(RuleBroken, match="while it is open"):
        access.open_up(incident, actor=sam(), reason="why not")


def test_what_turns_out_to_be_security_is_restricted_before_its_type_says_so() -> None:
    incident = answered(Severity.S2)
    with pytest.raises(RuleBroken) as refused:
        situation.edit_details(incident, actor=grace(), type=Type.SECURITY, services=[])
    assert (refused.value.code, refused.value.field) == ("restrict_first", "type")
    restricted(incident)
    situation.edit_details(incident, actor=grace(), type=Type.SECURITY, services=[])
    assert Engagement.objects.get(incident=incident, person=sam()).role == Role.SECURITY_ENGINEER


def test_a_helper_who_is_released_sees_it_no_more() -> None:
    """AC-SIRT1-3."""
    incident = declared(Severity.S2, type=Type.SECURITY, by=sam())
    helper = person("Tess", "Support")
    engagement.ask(incident, helper, "read the mail log", actor=sam())
    engagement.acknowledge(incident, actor=helper)
    assert sees(helper, incident)
    engagement.release(incident, Role.EXPERT, helper, actor=sam())
    assert not sees(helper, incident)


def test_whoever_was_let_in_by_name_stays_when_a_role_ends() -> None:
    incident = declared(Severity.S2, type=Type.SECURITY, by=sam())
    helper = person("Tess", "Support")
    engagement.ask(incident, helper, "read the mail log", actor=sam())
    access.grant(incident, helper, actor=sam(), reason="she will write the review")
    engagement.release(incident, Role.EXPERT, helper, actor=sam())
    assert sees(helper, incident)
    with pytest.raises(RuleBroken, match="may see it already"):
        access.grant(incident, helper, actor=sam(), reason="again")


def test_whose_access_is_taken_holds_no_role_and_owes_no_answer() -> None:
    incident = declared(Severity.S1, is_restricted=True, by=grace())
    access.revoke(incident, linus(), actor=grace())
    assert not sees(linus(), incident)
    assert not Engagement.objects.present().filter(incident=incident, person=linus()).exists()
    assert not incident.obligations.filter(owner=linus(), cancelled_at=None, satisfied_at=None).exists()


def test_taking_access_needs_something_to_take() -> None:
    incident = declared(Severity.S3)
    with pytest.raises(RuleBroken, match="Everybody may see it"):
        access.revoke(incident, stella(), actor=grace())
    restricted(incident)
    with pytest.raises(RuleBroken, match="was not let in"):
        access.revoke(incident, stella(), actor=grace())
    assert not Member.objects.filter(person=stella()).exists()
