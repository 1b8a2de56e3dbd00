"""The weekly digest: chosen by people, once a Monday, of what each of them may see."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from config import digests
from incidents.vocabulary import Severity
from insights import digest, keeping
from insights.models import Digest
from kit import clock
from notifications.models import Delivery
from roles.models import Organisation
from tests.insights.stories import mitigated_within
from tests.people import everybody_on_call, sam, stella

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


def client() -> Client:
    made = Client()
    made.force_login(stella())
    return made


def sent(at: datetime) -> int:
    with clock.at(at):
        keeping.catch_up(at)
        return digests.send_due(at)


def test_it_goes_out_once_on_monday_morning_to_who_chose_it(morning: datetime) -> None:
    for minutes in (10, 20, 30, 40, 500):
        mitigated_within(minutes, start=morning + timedelta(days=1))
    assert client().post("/insights/digest/", {"wanted": "yes"}).status_code == 302
    assert "every Monday by mail" in client().get("/insights/report/").content.decode()
    assert Digest.objects.get().next_at == MONDAY
    assert [sent(MONDAY - timedelta(minutes=1)), sent(MONDAY), sent(MONDAY + timedelta(hours=1))] == [0, 1, 0]
    letter = Delivery.objects.get(payload__why=digest.WHY)
    assert letter.label == stella().email
    assert letter.notice.subject == "Last week: 5 incidents"
    for said in ("S2: 5", "Half mitigated within", "30 min", "3 of 5", "/insights/?period=custom&since=2026-11-23"):
        assert said in letter.notice.text
    assert sent(MONDAY + timedelta(days=7)) == 1
    assert client().post("/insights/digest/").status_code == 302
    assert sent(MONDAY + timedelta(days=14)) == 0


def test_each_is_told_of_what_they_may_see_alone(morning: datetime) -> None:
    mitigated_within(30, start=morning + timedelta(days=1), restricted=True, severity=Severity.S2)
    for person in (stella(), sam()):
        digest.choose(wanted=True, actor=person)
    assert sent(MONDAY) == 2
    told = {letter.label: letter.notice for letter in Delivery.objects.filter(payload__why=digest.WHY)}
    assert told[stella().email].subject == "Last week: 0 incidents"
    assert told[sam().email].subject == "Last week: 1 incident"


def test_monday_morning_is_the_organisations() -> None:
    Organisation.objects.update(time_zone="Pacific/Auckland")
    assert digest.coming_monday(MONDAY - timedelta(days=3)) == datetime(2026, 11, 29, 19, tzinfo=UTC)
    assert digest.coming_monday(datetime(2026, 11, 29, 19, tzinfo=UTC)) == datetime(2026, 12, 6, 19, tzinfo=UTC)
