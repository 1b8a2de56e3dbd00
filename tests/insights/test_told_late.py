"""A public that is told of an impact after more than an hour, or never, is counted as a breach (AC-BG3-1)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from incidents.models import Incident
from incidents.vocabulary import Posture, Type
from insights import reading
from insights.counts import COUNT_BY_KEY
from insights.reading import Milestones, Window
from kit import clock
from tests.insights.stories import mitigated_within
from tests.insights.test_dashboard import seen, words
from tests.people import everybody_on_call

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


def resolved() -> Incident:
    return mitigated_within(10, start=clock.now() - timedelta(days=1))


def milestones(*, told_after: float | None, lasted: float = 30, **said: object) -> Milestones:
    """An incident that was resolved; the public was told so many minutes after its impact began."""
    (found,) = reading.milestones([resolved().pk])
    began = found.declared_at - 5 * MINUTE
    told = began + told_after * MINUTE if told_after is not None else None
    window = Window(began, began + lasted * MINUTE, is_estimated=False)
    return replace(found, **{"windows": (window,), "public_at": told, "posture": Posture.POST} | said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told_after", "hits"), [(59, 0), (60, 0), (61, 1), (None, 1)], ids=["before", "just", "late", "never"]
)
def test_sixty_minutes_are_the_bound(told_after: float | None, hits: int) -> None:
    assert COUNT_BY_KEY["told_late"].of(milestones(told_after=told_after)) == (hits, 1)


def test_neither_a_short_impact_nor_what_need_not_be_told_is_a_breach() -> None:
    late = COUNT_BY_KEY["told_late"]
    assert late.of(milestones(told_after=None, lasted=4.9)) == (0, 0)
    assert late.of(milestones(told_after=None, lasted=5)) == (1, 1)
    assert late.of(milestones(told_after=None, posture=Posture.NOT_REQUIRED)) == (0, 0)
    assert late.of(milestones(told_after=None, posture=Posture.UNDECIDED)) == (1, 1)
    assert late.of(milestones(told_after=None, type=Type.DRILL)) == (0, 0)
    assert late.of(milestones(told_after=None, resolved_at=None)) == (0, 0)
    assert late.of(milestones(told_after=70, resolved_at=None)) == (1, 1)


def test_the_dashboard_says_it() -> None:
    resolved()
    assert "Public told later than 60 min, or never" in words(seen("/insights/?period=all"))
