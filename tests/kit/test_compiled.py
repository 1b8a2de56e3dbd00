"""A compiled question finds what it would find if it were built anew, and is built once."""

from datetime import timedelta

import pytest
from django.db.models import CharField, DateTimeField, F, QuerySet
from pytest_django import DjangoAssertNumQueries

from incidents.models import Obligation
from kit.compiled import Compiled, Given
from tests.conftest import MORNING
from tests.incidents.stories import declared
from tests.people import everybody_on_call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
SOON = timedelta(minutes=10)


def owed_before(at: object, duty: object) -> "QuerySet[Obligation]":
    owed = (
        Obligation.objects.filter(due_at__lte=at, duty=duty).defer("alerted").annotate(since=F("incident__declared_at"))
    )
    return owed.select_related("incident__declared_by", "owner").order_by("due_at", "pk")


def compiled() -> "Compiled[Obligation]":
    return Compiled(lambda: owed_before(Given("at", DateTimeField()), Given("duty", CharField())))


def test_it_finds_what_its_question_finds_with_each_value() -> None:
    everybody_on_call()
    declared()
    asked, found = compiled(), 0
    for duty in ("acknowledgement", "confirmation", "none of ours'"):
        for at in (MORNING, MORNING + SOON, MORNING + 2 * SOON):
            rows = asked.rows(at=at, duty=duty)
            assert rows == list(owed_before(at, duty))
            found += len(rows)
    assert found > 3


def test_its_rows_are_those_of_django(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    everybody_on_call()
    declared()
    at, asked = MORNING + 2 * SOON, compiled()
    with django_assert_num_queries(1):
        rows = asked.rows(at=at, duty="acknowledgement")
        people = [(str(one.incident.declared_by), str(one.owner)) for one in rows]
    expected = list(owed_before(at, "acknowledgement"))
    assert people == [(str(one.incident.declared_by), str(one.owner)) for one in expected]
    assert [_held(one) for one in rows] == [_held(one) for one in expected]
    assert [_held(one.incident) for one in rows] == [_held(one.incident) for one in expected]
    assert rows[0].get_deferred_fields() == {"alerted"}
    rows[0].missed += 1
    rows[0].save()
    assert Obligation.objects.get(pk=rows[0].pk).missed == expected[0].missed + 1


def test_what_is_not_there_is_beside_nobody() -> None:
    declared()
    found = compiled().first(at=MORNING + 2 * SOON, duty="confirmation")
    assert found
    assert found.owner is None
    assert compiled().first(at=MORNING, duty="confirmation") is None


def test_the_question_is_built_once() -> None:
    built: list[None] = []

    def ask() -> "QuerySet[Obligation]":
        built.append(None)
        return owed_before(Given("at", DateTimeField()), "confirmation")

    asked = Compiled(ask)
    declared()
    assert [len(asked.rows(at=MORNING + minutes)) for minutes in (timedelta(), 2 * SOON)] == [0, 1]
    assert len(built) == 1


def _held(one: object) -> dict[str, object]:
    return {name: value for name, value in vars(one).items() if name != "_state"}
