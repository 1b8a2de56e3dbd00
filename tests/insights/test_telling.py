"""What stakeholders read, who sees the load of being on call, choices kept under a name, and facts for other tools."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from incidents import situation
from incidents.vocabulary import Severity
from insights import keeping, load
from insights.models import SavedChoice
from kit import clock
from roles.models import User
from tests.insights.stories import declared, mitigated_within
from tests.people import ada, everybody_on_call, grace, linus, person, sam, stella, team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


def client(who: User) -> Client:
    made = Client()
    made.force_login(who)
    return made


def get(address: str, by: User | None = None, status: int = 200) -> Any:
    keeping.catch_up(clock.now())
    answer = client(by or stella()).get(address)
    assert answer.status_code == status
    return answer


def words(answer: Any) -> str:
    html = answer.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("<main") :]))


def test_bg2_3_a_stakeholder_reads_what_is_open_in_plain_language(morning: datetime) -> None:
    """G a stakeholder without responder rights W opens the Business view T sees open non-restricted incidents …"""
    incident = declared(morning, severity=Severity.S1, felt_since=morning - timedelta(minutes=20))
    was = {"what": incident.what, "affected": "", "doing": ""}
    situation.edit(
        incident,
        {"what": "Cards are refused.", "affected": "A fifth of customers", "doing": ""},
        was=was,
        actor=grace(),
    )
    mitigated_within(30)
    secret = declared(morning, title="Canary seventeen", restricted=True)
    page = words(get("/insights/business/"))
    assert "1 problem being worked on" in page
    assert "Very serious: many customers cannot work" in page
    assert "Cards are refused." in page
    assert "A fifth of customers" in page
    assert "We are looking for the cause." in page
    assert "Next update" in page
    for viewer in (stella(), sam(), grace()):
        assert secret.title not in words(get("/insights/business/", by=viewer))
        assert "members only" not in words(get("/insights/business/", by=viewer))
    assert not re.search(
        r"\b(S1|triage|identification|posture|cadence)\b", page.split("Very serious")[1], re.IGNORECASE
    )


def test_load_is_seen_by_the_person_and_the_rotations_leader_alone(morning: datetime) -> None:
    team()
    declared(morning.replace(hour=3), severity=Severity.S2)
    declared(morning - timedelta(days=2), severity=Severity.S2)
    mine = load.of(grace(), clock.now())
    assert (mine.calls, mine.at_night, mine.at_weekends, mine.incidents) == (2, 1, 1, 2)
    assert "You were called 2 times to 2 incidents: 1 at night" in words(get("/insights/load/", by=grace()))
    # Linus leads the team of all rotations.
    led = words(get("/insights/load/", by=linus()))
    assert "Grace 2 1 1 2" in led
    for other in (stella(), ada(), sam()):
        assert "Grace" not in words(get("/insights/load/", by=other))


def test_a_leader_counts_no_call_to_what_they_may_not_see(morning: datetime) -> None:
    declared(morning, severity=Severity.S2, restricted=True)
    boss = person("Boss", "Development")
    platform = team()
    platform.leader = boss
    platform.save()
    (calls,) = {one.calls for led in load.led_by(boss, clock.now()) for one in led.loads}
    assert calls == 0
    assert load.of(grace(), clock.now()).calls == 1


def test_a_choice_is_kept_shared_and_forgotten() -> None:
    mitigated_within(30)
    keeping.catch_up(clock.now())
    address = "/insights/save/?period=all&severity=S2"
    answer = client(stella()).post(address, {"name": "Grave ones", "shared": "on"})
    assert (answer.status_code, answer["Location"]) == (302, "/insights/?period=all&severity=S2")
    client(stella()).post("/insights/save/?severity=S1", {"name": "Mine"})
    assert "Grave ones by Stella" in words(get("/insights/", by=grace()))
    assert "Mine" not in words(get("/insights/", by=grace()))
    assert 'href="?period=all&amp;severity=S2"' in get("/insights/", by=grace()).content.decode()
    kept = SavedChoice.objects.get(name="Grave ones")
    assert client(grace()).post(f"/insights/saved/{kept.key}/forget/").status_code == 404
    assert client(stella()).post(f"/insights/saved/{kept.key}/forget/").status_code == 302
    assert not SavedChoice.objects.filter(name="Grave ones").exists()
    assert client(stella()).post("/insights/save/", {"name": " "}).status_code == 409
    assert client(stella()).post("/insights/save/?severity=S9", {"name": "x"}).status_code == 422


def test_facts_for_other_tools_mean_the_same_as_the_page_and_come_in_pages(morning: datetime) -> None:
    for minutes in (10, 20, 30):
        mitigated_within(minutes)
    mitigated_within(40, restricted=True)
    mitigated_within(50, severity=Severity.S3)
    found = get("/api/v1/metrics/facts?severity=S2&limit=2").json()
    more = client(stella()).get(found["next"]).json()
    rows = [*found["results"], *more["results"]]
    assert sorted(row["mitigate"] for row in rows) == [600, 1200, 1800]
    assert {row["severity"] for row in rows} == {"S2"}
    assert "incident" not in rows[0]
    assert len(get("/api/v1/metrics/facts?severity=S2", by=sam()).json()["results"]) == 4
    assert get("/api/v1/metrics/facts?colour=red", status=400).json()["errors"]
