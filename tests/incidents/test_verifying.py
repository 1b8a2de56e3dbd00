"""An operator can see that a timeline still says what was written down, and where it no longer does."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from incidents.models import Event, Incident, Untold
from kit import clock
from tests.incidents.stories import declared
from tests.people import everybody_on_call

pytestmark = pytest.mark.django_db
UNGUARDED = {
    "sqlite": ["DROP TRIGGER event_is_not_deleted", "DROP TRIGGER event_is_not_changed"],
    "postgresql": ["DROP TRIGGER event_is_append_only ON incidents_event"],
}


@pytest.fixture
def incident() -> Incident:
    everybody_on_call()
    return declared()


def verify(*references: str) -> str:
    said = StringIO()
    call_command("verify_timeline", *references, stdout=said)
    return said.getvalue()


def tamper(sql: str) -> None:
    """Somebody with the database's own password, who takes the guards away first."""
    with connection.cursor() as cursor:
        for statement in (*UNGUARDED[connection.vendor], sql):
            cursor.execute(statement)


def test_timelines_that_say_what_was_written_hold(incident: Incident) -> None:
    Event.objects.filter(incident=incident, position=1).update(body="", erased_at=clock.now())
    declared()
    assert verify() == "2 timelines looked at; every one says what was written down.\n"
    assert verify(incident.reference).startswith("1 timelines")


@pytest.mark.parametrize(
    ("sql", "entry"),
    [
        ("UPDATE incidents_event SET body = 'Nothing happened' WHERE position = 1", 1),
        ("UPDATE incidents_event SET kind = 'note' WHERE position = 2", 2),
        ("DELETE FROM incidents_event WHERE position = 3", 4),
    ],
)
def test_what_was_changed_or_left_out_is_found_by_its_place(incident: Incident, sql: str, entry: int) -> None:
    Untold.objects.all().delete()
    tamper(sql)
    with pytest.raises(CommandError, match=f"{incident.reference}: entry {entry} is not what was written"):
        verify()


def test_a_reference_that_is_none_is_said(incident: Incident) -> None:
    with pytest.raises(CommandError, match=r"There is no incident INC-999\. A reference looks like INC-17\."):
        verify(incident.reference, "INC-999")
