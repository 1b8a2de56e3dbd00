"""Who is called, when it rings, and who is called next where nobody answers (domain §2.3, §2.6, E1, E17 to E19)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from incidents import chasing, engagement, levelling, policies
from incidents.models import Engagement, Event, Incident, Obligation, Service
from incidents.vocabulary import Duty, Kind, Severity, Type
from kit import clock
from notifications import delivery, engine
from notifications.models import Delivery
from roles.catalogue import Role
from roles.models import Team, User
from tests.incidents.stories import declared, owed
from tests.people import ada, admin, ana, everybody_on_call, grace, linus, organisation, person, rotation, sam, team

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SATURDAY_NIGHT = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


@contextmanager
def at(instant: datetime, minutes: float = 0) -> Iterator[datetime]:
    with clock.at(instant + timedelta(minutes=minutes)):
        yield clock.now()


def tick(instant: datetime, minutes: float = 0) -> None:
    """Whatever is due then speaks and is told."""
    with at(instant, minutes) as now:
        while chasing.chase(now):
            pass
        engine.tick(now, send=lambda: None, send_pages=lambda: None)


def paged(incident: Incident) -> set[tuple[str, str]]:
    return {(one.role, one.person.name) for one in Engagement.objects.filter(incident=incident)}


def letters(someone: User) -> list[str]:
    return list(Delivery.objects.filter(recipient=f"user:{someone.pk}").values_list("notice__subject", flat=True))


def late(incident: Incident, duty: Duty) -> list[Event]:
    return list(Event.objects.filter(incident=incident, kind=Kind.OVERDUE, data__duty=duty).order_by("position"))


def test_an_s3_of_the_night_rings_in_the_morning_and_at_once_when_it_is_raised() -> None:
    """E1: whoever was to be called on Monday is called now; the letter that waited gives way."""
    everybody_on_call()
    with at(SATURDAY_NIGHT):
        incident = declared(Severity.S3)
        waiting = Engagement.objects.get(incident=incident)
        assert waiting.rings_at == datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    tick(SATURDAY_NIGHT, 1)
    with at(SATURDAY_NIGHT, 5):
        levelling.escalate(incident, Severity.S1, actor=linus(), reason="all regions")
    tick(SATURDAY_NIGHT, 5.1)
    due = Delivery.objects.filter(recipient=f"user:{linus().pk}").order_by("due_at").values_list("due_at", flat=True)
    assert due[0] <= SATURDAY_NIGHT + timedelta(minutes=6)
    clock_of_linus = Obligation.objects.open().get(incident=incident, owner=linus())
    assert clock_of_linus.due_at <= SATURDAY_NIGHT + timedelta(minutes=20.1)


def test_a_letter_that_was_to_ring_in_the_morning_is_not_sent_after_an_earlier_one() -> None:
    everybody_on_call()
    with at(SATURDAY_NIGHT):
        incident = declared(Severity.S3)
    tick(SATURDAY_NIGHT, 1)
    with at(SATURDAY_NIGHT, 5):
        levelling.escalate(incident, Severity.S2, actor=linus(), reason="all regions")
    monday = datetime(2026, 11, 30, 9, 1, tzinfo=UTC)
    tick(SATURDAY_NIGHT, 6)
    with at(monday):
        delivery.work()
    states = Delivery.objects.filter(recipient=f"user:{linus().pk}", notice__event__kind=Kind.PAGED)
    assert sorted(states.values_list("state", flat=True)) == ["cancelled", "sent"]


def test_a_provisional_s2_calls_the_others_after_ten_minutes_of_silence() -> None:
    everybody_on_call()
    with at(MONDAY):
        incident = declared(Severity.S2, is_provisional=True)
    assert paged(incident) == {("engineer", "Linus")}
    tick(MONDAY, 9)
    assert paged(incident) == {("engineer", "Linus")}
    tick(MONDAY, 10.1)
    assert paged(incident) == {("engineer", "Linus"), ("incident_manager", "Grace"), ("communications", "Ada")}


def test_where_nobody_is_on_call_the_next_step_is_called_at_once() -> None:
    """E17: no engineer, so the incident manager; the timeline says that there was nobody."""
    organisation()
    rotation(Role.INCIDENT_MANAGER, grace())
    with at(MONDAY):
        incident = declared(Severity.S3)
        assert Event.objects.filter(incident=incident, data__nobody=True).count() == 1
    tick(MONDAY, 0.1)
    assert letters(grace())


def test_an_s1_without_any_rotation_reaches_everybody_who_could_come_within_a_minute() -> None:
    """E17: every level is exhausted; the owner's team and its leader get an urgent letter, and it is repeated."""
    organisation()
    owners = Team.objects.create(name="Payments", slug="payments", leader=grace())
    owners.members.add(ada())
    service = Service.objects.create(name="Checkout", slug="checkout", owner=owners)
    with at(MONDAY):
        incident = declared(Severity.S1, by=admin(), services=(service,))
    tick(MONDAY, 1)
    assert letters(grace())
    assert letters(ada())
    assert owed(incident, Duty.ACKNOWLEDGEMENT) is not None


def test_an_answer_ends_the_search_for_roles_that_nobody_was_on_call_for() -> None:
    organisation()
    rotation(Role.INCIDENT_MANAGER, grace())
    with at(MONDAY):
        incident = declared(Severity.S1)
        engagement.acknowledge(incident, actor=grace())
        assert not Obligation.objects.open().filter(incident=incident, duty=Duty.ACKNOWLEDGEMENT).exists()


def test_nobody_is_woken_for_an_s4() -> None:
    everybody_on_call()
    friday = datetime(2026, 11, 27, 17, 10, tzinfo=UTC)
    with at(friday):
        incident = declared(Severity.S4)
    for minutes in (16, 31, 46, 300):
        tick(friday, minutes)
    assert late(incident, Duty.ACKNOWLEDGEMENT) == []
    assert letters(ana()) == []


def test_an_s3_that_nobody_answers_is_one_letter_in_working_hours() -> None:
    everybody_on_call()
    friday = datetime(2026, 11, 27, 17, 25, tzinfo=UTC)
    with at(friday):
        incident = declared(Severity.S3)
    tick(friday, 60)
    assert late(incident, Duty.ACKNOWLEDGEMENT) == []
    monday = datetime(2026, 11, 30, 9, 11, tzinfo=UTC)
    tick(monday)
    tick(monday, 120)
    assert [event.data["how"] for event in late(incident, Duty.ACKNOWLEDGEMENT)] == ["alert"]
    assert letters(ana()) == []


def test_one_person_in_four_roles_is_called_once() -> None:
    """E19, in the small team where one person is everything."""
    organisation()
    for role in (Role.ENGINEER, Role.INCIDENT_MANAGER, Role.COMMUNICATIONS, Role.EXECUTIVE_LIAISON):
        rotation(role, linus())
    with at(MONDAY):
        incident = declared(Severity.S1, by=grace())
    assert len(paged(incident)) == 4
    tick(MONDAY, 0.1)
    assert len(letters(linus())) == 1
    assert Obligation.objects.open().filter(incident=incident, duty=Duty.ACKNOWLEDGEMENT).count() == 1
    with at(MONDAY, 1):
        engagement.acknowledge(incident, actor=linus())
    assert not Obligation.objects.open().filter(incident=incident, duty=Duty.ACKNOWLEDGEMENT).exists()


def test_whoever_gives_one_of_two_unanswered_roles_back_still_owes_an_answer() -> None:
    organisation()
    for role in (Role.ENGINEER, Role.INCIDENT_MANAGER):
        rotation(role, linus())
    with at(MONDAY):
        incident = declared(Severity.S2, by=grace())
        first = Engagement.objects.get(incident=incident, role=Role.ENGINEER)
        engagement.release(incident, Role(first.role), linus(), actor=grace())
        of_linus = Obligation.objects.open().filter(incident=incident, duty=Duty.ACKNOWLEDGEMENT, owner=linus())
        assert of_linus.count() == 1


def test_a_silent_security_engineer_is_followed_by_all_of_them_then_their_leader() -> None:
    """SEOC, all security engineers, the security manager (domain §2.3)."""
    organisation()
    security = team("Secure")
    security.leader = grace()
    security.save()
    rotation(Role.SECURITY_ENGINEER, sam(), person("Eve", "Security"), of=security)
    with at(MONDAY):
        incident = declared(Severity.S1, by=admin(), type=Type.SECURITY)
    asked = {name for role, name in paged(incident) if role == Role.SECURITY_ENGINEER}
    assert len(asked) == 1
    tick(MONDAY, 15.1)
    assert {name for role, name in paged(incident) if role == Role.SECURITY_ENGINEER} == {"Sam", "Eve"}
    tick(MONDAY, 30.1)
    assert ("expert", "Grace") in paged(incident)


@pytest.mark.parametrize("watches", [True, False])
def test_a_silent_manager_of_a_security_incident_is_followed_by_the_others_and_the_ladder_goes_on(
    watches: bool,
) -> None:
    organisation()
    product = team("Product")
    product.leader = linus()
    product.save()
    rotation(Role.SECURITY_ENGINEER, sam())
    rotation(Role.INCIDENT_MANAGER, grace(), person("Gus"), of=product)
    with at(MONDAY):
        incident = declared(Severity.S1, by=admin(), type=Type.SECURITY)
        engagement.acknowledge(incident, actor=sam())
        if watches:
            watching = {"role": Role.EXPERT, "is_shadow": True, "state": Engagement.State.ACKNOWLEDGED}
            Engagement.objects.create(incident=incident, person=linus(), created_at=clock.now(), **watching)
    asked = next(name for role, name in paged(incident) if role == Role.INCIDENT_MANAGER)
    tick(MONDAY, 15.1)
    assert not Obligation.objects.exclude(fault="").exists()
    assert {name for _, name in paged(incident)} >= {"Grace", "Gus"}
    assert [name for role, name in paged(incident) if role == Role.INCIDENT_MANAGER] == [asked]
    tick(MONDAY, 30.1)
    assert ("expert", "Linus") in paged(incident)
    tick(MONDAY, 46)
    assert not Obligation.objects.exclude(fault="").exists()


def test_a_role_may_be_combined_with_another_by_a_standing_setting() -> None:
    organisation()
    rotation(Role.ENGINEER, linus())
    rotation(Role.INCIDENT_MANAGER, grace())
    policies.revise("handbook", {"combined": {"communications": "incident_manager"}}, actor=admin(), note="we are few")
    with at(MONDAY):
        incident = declared(Severity.S2)
    assert ("communications", "Grace") in paged(incident)


def test_a_shadow_who_answers_stops_no_escalation() -> None:
    """E18."""
    everybody_on_call()
    with at(MONDAY):
        incident = declared(Severity.S2)
        engagement.join(incident, actor=ana(), as_shadow=True)
    tick(MONDAY, 15.1)
    assert [event.data["how"] for event in late(incident, Duty.ACKNOWLEDGEMENT)]
