"""Two at once: double clicks and racing writers, on real connections (E29)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from incidents import communications, engagement, levelling, outgoing, situation, timeline
from incidents.cadence import TAKE_BACK
from incidents.communications import Words
from incidents.models import Draft, Event, Incident
from incidents.vocabulary import Audience, Kind, Posture, Severity
from kit import clock
from kit.rules import RuleBroken
from roles.catalogue import Role
from statuspage.models import Bulletin, PublicIncident
from statuspage.vocabulary import State, Status
from tests.incidents.stories import declared
from tests.people import ada, everybody_on_call, grace
from tests.statuspage_world import component, page

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()


def at_once(times: int, do: Callable[[], object]) -> list[object]:
    """Do it in so many threads that start together; what was refused comes back as the refusal."""
    start = Barrier(times)

    def one() -> object:
        start.wait()
        try:
            return do()
        except RuleBroken as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return [found.result() for found in [pool.submit(one) for _ in range(times)]]


def test_a_double_click_on_declare_makes_one_incident_and_asks_everybody_once() -> None:
    at_once(6, lambda: declared(Severity.S1, idempotency_key="one click"))
    incident = Incident.unrestricted.get()
    assert Event.objects.filter(incident=incident, kind=Kind.PAGED).count() == 4


def test_declarations_at_once_get_references_without_gaps() -> None:
    at_once(6, lambda: declared(Severity.S3))
    found = Incident.unrestricted.values_list("reference", flat=True)
    assert sorted(found) == [f"INC-{n}" for n in range(1, 7)]


def test_raising_at_once_is_done_once() -> None:
    incident = engagement.acknowledge(declared(Severity.S2), actor=grace())
    said = at_once(4, lambda: levelling.escalate(incident, Severity.S1, actor=grace(), reason="all regions"))
    assert sum(isinstance(one, Incident) for one in said) == 1
    asked = [one.data.get("role") for one in Event.objects.filter(incident=incident, kind=Kind.PAGED)]
    assert asked.count(Role.EXECUTIVE_LIAISON) == 1


def test_of_two_who_publish_the_first_bulletin_the_second_is_told() -> None:
    incident = declared(Severity.S2)
    communications.decide_posture(incident, Posture.POST, actor=grace())
    statuses = {component().public_id: Status.PARTIAL_OUTAGE}
    words = Words(State.INVESTIGATING, "We look.", statuses, name="Payments fail", page=page())
    said = at_once(2, lambda: communications.publish(incident, words, actor=ada()))
    assert PublicIncident.objects.count() == 1
    assert [one.code for one in said if isinstance(one, RuleBroken)] == ["page_changed"]


def each_its_own(*hands: Callable[[], object]) -> Callable[[], object]:
    """Every thread that calls it does another thing."""
    left = iter(hands)

    def one() -> object:
        return next(left)()

    return one


def held_bulletin() -> Draft:
    incident = communications.decide_posture(declared(Severity.S2), Posture.POST, actor=grace())
    statuses = {component().public_id: Status.PARTIAL_OUTAGE}
    words = Words(State.INVESTIGATING, "We look.", statuses, name="Payments fail", page=page(), based_on="")
    return outgoing.send(incident, words, actor=ada(), draft=uuid4())


def test_tickers_and_a_hurried_finger_at_once_publish_once() -> None:
    kept = held_bulletin()
    with clock.shifted(TAKE_BACK):
        now = clock.now()
    hurried = partial(outgoing.publish_now, kept, actor=ada())
    at_once(4, each_its_own(partial(outgoing.publish_due, now), hurried, partial(outgoing.publish_due, now), hurried))
    assert Bulletin.objects.count() == 1
    assert Event.objects.filter(kind=Kind.BULLETIN).count() == 1


def test_what_is_taken_back_while_the_ticker_reaches_for_it_is_either_out_or_a_draft() -> None:
    kept = held_bulletin()
    with clock.shifted(TAKE_BACK):
        now = clock.now()
    at_once(2, each_its_own(partial(outgoing.publish_due, now), partial(outgoing.take_back, kept, actor=ada())))
    kept.refresh_from_db()
    assert Bulletin.objects.exists() == bool(kept.published_at)
    assert bool(kept.published_at) == bool(kept.publish_at)


def test_a_double_click_on_an_update_is_one_update() -> None:
    incident = declared(Severity.S2)
    at_once(3, lambda: situation.post(incident, "Rolled back.", actor=grace(), audiences=[Audience.RESPONDERS]))
    assert Event.objects.filter(incident=incident, kind=Kind.UPDATED).count() == 1


def test_an_update_sent_again_at_once_with_its_key_is_one_update() -> None:
    incident = declared(Severity.S2)
    at_once(3, lambda: situation.post(incident, "Done.", actor=grace(), audiences=[], idempotency_key="one"))
    assert Event.objects.filter(incident=incident, kind=Kind.UPDATED).count() == 1


def test_entries_written_at_once_stand_in_one_unbroken_chain() -> None:
    incident = declared(Severity.S2)
    texts = iter(range(8))
    at_once(8, lambda: situation.post(incident, f"Number {next(texts)}", actor=grace(), audiences=[]))
    found = Incident.unrestricted.get()
    assert timeline.first_broken_link(found) is None
    assert found.last_position == Event.objects.filter(incident=found).count()
