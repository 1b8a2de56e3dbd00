"""What was found out looking back: each of it optional, kept on the timeline, and what figures are made of."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from incidents import exits, narrative
from incidents.vocabulary import Kind, Severity
from insights import choosing, keeping
from insights.filters import By, Filters
from kit import clock
from kit.rules import Forbidden, RuleBroken
from reviews import finding
from reviews.finding import Said
from reviews.models import Findings
from roles.models import User
from tests.incidents.stories import declared
from tests.people import everybody_on_call, grace, stella
from tests.reviews.stories import resolved

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


def client(who: User) -> Client:
    made = Client()
    made.force_login(who)
    return made


def test_the_page_takes_what_is_known_and_leaves_the_rest_open() -> None:
    incident = resolved(Severity.S2)
    address = f"/incidents/{incident.reference}/findings/"
    assert "How was it noticed?" in client(grace()).get(address).content.decode()
    answer = client(grace()).post(address, {"detection": "customer", "factors": ["capacity", "change"]})
    assert answer.status_code == 302
    found = Findings.objects.visible_to(grace()).get()
    assert (found.detection, found.factors, found.cause_known_at, found.severity) == (
        "customer", ["capacity", "change"], None, ""
    )  # fmt: skip
    assert found.is_false_alarm is None


def test_what_is_said_again_changes_nothing_and_what_is_new_stands_on_the_timeline() -> None:
    incident = resolved(Severity.S2)
    finding.record(incident, Said(detection="monitoring", severity="S3"), actor=grace())
    finding.record(incident, Said(detection="monitoring", severity="S3"), actor=grace())
    (event,) = incident.events.filter(kind="review")
    assert narrative.SENTENCES[Kind.REVIEW](event.data) == "Found out: how it was noticed, its severity in hindsight"
    incident.refresh_from_db()
    assert (incident.initial_severity, incident.peak_severity, finding.of(incident).severity) == ("S2", "S2", "S3")


def test_who_may_not_write_a_review_says_nothing_and_the_cause_lies_not_ahead() -> None:
    incident = resolved()
    with pytest.raises(Forbidden):
        finding.record(incident, Said(detection="team"), actor=stella())
    with pytest.raises(RuleBroken):
        finding.record(incident, Said(cause_known_at=clock.now() + timedelta(hours=1)), actor=grace())


def test_the_api_reads_and_writes_the_same() -> None:
    incident = resolved(Severity.S2)
    address = f"/api/v1/incidents/{incident.reference}/findings"
    body = {"detection": "partner", "severity": "S2", "factors": ["defect"], "is_false_alarm": False}
    answer = client(grace()).put(address, body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    told = client(stella()).get(address).json()
    assert {name: told[name] for name in body} == body
    refused = client(grace()).put(address, {"detection": "luck"}, content_type="application/json")
    assert refused.status_code == 400
    assert "allowed are monitoring, team," in str(refused.json())


def test_figures_are_made_of_what_was_found() -> None:
    first, second = resolved(Severity.S2), resolved(Severity.S2)
    exits.decline(declared(Severity.S2), actor=grace(), reason="a test")
    known_at = clock.now()
    finding.record(
        first, Said(detection="customer", cause_known_at=known_at, severity="S1", is_false_alarm=False), actor=grace()
    )
    finding.record(second, Said(detection="monitoring", severity="S2"), actor=grace())
    keeping.catch_up(clock.now())
    choice = choosing.choose(Filters(by=By.DETECTION), user=stella(), now=clock.now())
    proportions = {key: choice.everything.proportion(key) for key in ("inside", "agreed", "false_alarm")}
    assert {key: (found.hits, found.n) for key, found in proportions.items() if found} == {
        "inside": (1, 2),
        "agreed": (1, 2),
        "false_alarm": (1, 3),
    }
    assert choice.everything.runs("cause").n == 1
    assert [group.label for group in choice.rows] == ["Monitoring", "A customer", "Nobody said"]
    alone = choosing.choose(Filters(detection="customer"), user=stella(), now=clock.now())
    assert [fact.reference for fact in alone.facts] == [first.reference]
    assert alone.everything.n == 1
