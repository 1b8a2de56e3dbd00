"""A glance says what the question itself would say, at each instant, and builds its statement once."""

from datetime import timedelta

import pytest

from incidents.models import Obligation
from kit.glances import Glance
from tests.conftest import MORNING
from tests.incidents.stories import declared
from tests.people import everybody_on_call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]


def test_a_glance_finds_what_its_question_finds_at_each_instant() -> None:
    glance = Glance(Obligation.objects.to_chase)
    assert not glance.finds(MORNING)
    everybody_on_call()
    declared()
    first = Obligation.objects.order_by("next_at").exclude(next_at=None)[0].next_at
    assert first
    for offset in (timedelta(days=-1), timedelta(microseconds=-1), timedelta(), timedelta(microseconds=1)):
        assert glance.finds(first + offset) == Obligation.objects.to_chase(first + offset).exists()
    assert glance.finds(first)
    assert not glance.finds(first - timedelta(microseconds=1))


def test_a_glance_asks_for_the_question_once() -> None:
    asked = []

    def ask(now):  # type: ignore[no-untyped-def]
        asked.append(now)
        return Obligation.objects.to_chase(now)

    glance = Glance(ask)
    for minutes in range(3):
        glance.finds(MORNING + timedelta(minutes=minutes))
    assert len(asked) == 1
