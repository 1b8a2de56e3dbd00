"""Days and numbers that nobody means are refused by every form in a sentence, whatever zone they are typed in."""

import pytest
from django.utils.html import escape

from incidents import communications
from incidents.vocabulary import Posture, Severity
from roles.models import User
from tests.browsing import browser, text
from tests.incidents.stories import declared
from tests.people import admin, everybody_on_call, grace, team
from tests.statuspage_world import component, page

pytestmark = pytest.mark.django_db
YEARS = "Allowed are the years 2000 to 2099."
LONG_AGO = "This lies before 2000; give the year it was."
SHIFT = "A shift has 1 to 28 days."
FIRST, LAST = "0001-01-01T00:00", "9999-12-31T23:59"
WRONG = [
    ("/incidents/declare/", {"impact_started_at": "1000-05-05T10:00"}, LONG_AGO),
    ("/incidents/INC-1/impact/", {"started_at": f"{FIRST}:00"}, YEARS),
    ("/incidents/INC-1/times/", {"which": "detected_at", "at": f"{FIRST}:00", "reason": "It was."}, YEARS),
    ("/incidents/INC-1/bulletin/", {"next_update_at": f"{LAST}:00"}, YEARS),
    ("/incidents/INC-1/actions/add/", {"title": "Alert", "aim": "prevent", "due_at": LAST}, YEARS),
    ("/status-page/denomas/maintenance/new/", {"starts_at": FIRST, "ends_at": LAST}, YEARS),
    ("/status-page/denomas/components/", {"name": "API", "start_date": "0001-01-01"}, YEARS),
    ("/people/rotations/new/", {"shift_days": "0"}, SHIFT),
    ("/people/rotations/new/", {"shift_days": "99999"}, SHIFT),
]
# What every form of the table needs besides; each takes what it knows.
ELSE = {
    "title": "Search is slow",
    "type": "availability",
    "severity": "S3",
    "idempotency_key": "k",
    "state": "investigating",
}
ELSE |= {"body": "We look.", "name": "Work", "role": "engineer", "time_zone": "UTC", "starts_on": "2026-01-05"}
ELSE |= {"handover_at": "09:00"}


@pytest.fixture(params=["Pacific/Apia", "America/New_York"])
def typist(request: pytest.FixtureRequest) -> User:
    everybody_on_call()
    incident = declared(Severity.S2)
    page()
    communications.decide_posture(incident, Posture.POST, actor=grace())
    User.objects.filter(pk=admin().pk).update(time_zone=request.param)
    return admin()


@pytest.mark.parametrize(("address", "said", "sentence"), WRONG)
def test_what_nobody_means_is_refused_with_what_is_allowed(
    typist: User, address: str, said: dict[str, str], sentence: str
) -> None:
    rows = {"owner": typist.pk, "team": team().pk, "page": page().pk, "components": [component().pk]}
    answer = browser(typist).post(address, ELSE | rows | said)
    assert answer.status_code == 422
    assert escape(sentence) in text(answer)
