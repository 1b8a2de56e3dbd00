"""The same cause on the same service within 90 days: counted, listed, and blind to what is restricted."""

from datetime import datetime, timedelta

import pytest

from incidents import access, exits
from incidents.models import Incident, Service
from incidents.vocabulary import Severity
from insights import choosing, keeping, remaking
from insights.filters import Filters, Period
from insights.models import Fact
from kit import clock
from reviews import finding
from tests.insights.stories import declared, lead_of, mitigated_within
from tests.insights.test_dashboard import listed, seen, words
from tests.people import everybody_on_call, grace, stella

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()
    for name in ("Checkout", "Search"):
        Service.objects.create(name=name, slug=name.lower())


def happened(days_ago: int, *factors: str, service: str = "checkout", restricted: bool = False) -> Incident:
    """Resolved so long ago, with what contributed."""
    services = tuple(Service.objects.filter(slug=service))
    start = clock.now() - days_ago * DAY
    incident = mitigated_within(10, start=start, services=services, restricted=restricted)
    said(incident, *factors)
    return incident


def said(incident: Incident, *factors: str) -> None:
    lead = grace() if incident.is_restricted else lead_of(Severity(incident.severity))
    finding.record(incident, finding.Said(factors=factors), actor=lead)


def repeated() -> tuple[int, int]:
    """Hits and of, as everybody sees them; what is kept equals the rows."""
    keeping.catch_up(clock.now())
    assert remaking.verify() == []
    found = choosing.choose(Filters(period=Period.ALL), user=stella(), now=clock.now()).everything.proportion(
        "repeated"
    )
    return (found.hits, found.n) if found else (0, 0)


def test_the_same_factor_on_the_same_service_within_90_days_is_a_repeat() -> None:
    happened(200, "change", "capacity")
    happened(111, "change")
    happened(20, "capacity")
    happened(10, "capacity", service="search")
    happened(5, "change", "defect")
    assert repeated() == (1, 5)
    assert "Same cause within 90 days" in words(seen("/insights/?period=all"))
    assert listed("/insights/incidents/?period=all&count=repeated&kept=yes") == ["INC-2"]


@pytest.mark.parametrize(("apart", "expected"), [(89, 1), (91, 0)])
def test_ninety_days_are_the_bound(apart: int, expected: int) -> None:
    happened(apart + 3, "change")
    # Between them lies another, so that all are looked at together.
    happened(50, "capacity")
    happened(3, "change")
    assert repeated() == (expected, 3)


def test_what_is_said_of_an_earlier_one_later_makes_the_next_a_repeat() -> None:
    first = happened(30, "defect")
    happened(3, "change")
    assert repeated() == (0, 2)
    said(first, "change", "defect")
    assert repeated() == (1, 2)
    said(first, "defect")
    assert repeated() == (0, 2)


def test_an_incident_that_was_declined_later_is_not_looked_back_at() -> None:
    first = declared(clock.now() - 30 * DAY, services=tuple(Service.objects.filter(slug="checkout")))
    said(first, "change")
    happened(3, "change")
    assert repeated() == (1, 2)
    exits.decline(first, actor=grace(), reason="the alert was wrong")
    assert repeated() == (0, 1)


def test_nobody_learns_of_a_restricted_one_by_its_repeat() -> None:
    first = happened(30, "change")
    happened(10, "change")
    happened(3, "change")
    assert repeated() == (2, 3)
    happened(5, "change", restricted=True)
    assert repeated() == (2, 3)
    access.restrict(first, actor=grace(), reason="personal data")
    # At once, not with the next fold.
    found = choosing.choose(Filters(period=Period.ALL), user=stella(), now=clock.now()).everything.proportion(
        "repeated"
    )
    assert found
    assert (found.hits, found.n) == (1, 2)
    assert repeated() == (1, 2)
    assert Fact.objects.filter(is_restricted=True, repeated_of=1).count() == 2
