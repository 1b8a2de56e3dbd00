"""The dashboard and the lists behind its figures, as a browser asks for them."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents import exits, lifecycle, times
from incidents.models import Incident, Service
from incidents.vocabulary import Phase, Severity, Type
from insights import keeping
from kit import clock
from roles.models import Organisation, User
from tests.insights.stories import MINUTE, declared, mitigated_within, over
from tests.people import everybody_on_call, grace, person, sam, stella

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


@pytest.fixture
def start(morning: datetime) -> datetime:
    return morning - timedelta(days=2)


def seen(address: str = "/insights/", by: User | None = None, status: int = 200) -> str:
    keeping.catch_up(clock.now())
    client = Client()
    client.force_login(by or stella())
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&amp;", "&")


def content(html: str) -> str:
    """The page without its head, which carries the time of day, and without the tokens of its forms."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html[html.index("<main") :])


def panel(html: str, key: str) -> str:
    """One panel of the dashboard."""
    return html[html.index(f'id="{key}"') :].partition("</section>")[0]


def links(html: str) -> list[str]:
    return [found.replace("&amp;", "&") for found in re.findall(r'href="(/insights/incidents/[^"]+)"', html)]


def listed(address: str, by: User | None = None) -> list[str]:
    """The references that a list behind a figure names, longest first."""
    return re.findall(r'/incidents/(INC-\w+)/"', seen(address, by))


def test_out1_1_five_incidents_are_summarised_without_a_mean() -> None:
    """G five incidents with TTM 10, 20, 30, 40, 500 min T p50 = 30, p90 = 316, 3/5 within 30 min (23–88 %), no mean."""
    for minutes in (40, 10, 500, 30, 20):
        mitigated_within(minutes)
    page = seen("/insights/")
    mitigate = words(panel(page, "mitigate"))
    assert "Half of all 5 were mitigated within 30 min; 3 of 5 within 30 min (95 %: 23–88 %)." in mitigate
    assert "median 30 min" in mitigate
    assert "p90 5 h 16" in mitigate
    row = re.search(r"All\s+5\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+n &lt; 20\s+3 of 5 \(95 %: 23–88 %\)", mitigate)
    assert row
    assert row.groups() == ("30.0", "40.0", "316.0")
    assert not re.search(r"\b(mean|average)\b", words(page), re.IGNORECASE)


def test_out1_2_four_incidents_are_dots_and_no_more() -> None:
    """G n < 5 T dots only, text “too few incidents to summarise”."""
    for minutes in (10, 20, 30, 40):
        mitigated_within(minutes)
    mitigate = panel(seen(), "mitigate")
    assert "4 incidents: too few incidents to summarise." in words(mitigate)
    assert mitigate.count('class="dots') >= 4
    assert 'class="median"' not in mitigate
    assert "The incidents that took at least as long" not in mitigate


def test_out1_3_an_incident_without_impact_start_counts_from_its_declaration(start: datetime) -> None:
    """G an incident lacking impact_started T declared is used and the row counted under “fallback used: 1”."""
    over(declared(start), mitigated_at=start + 30 * MINUTE)
    mitigate = panel(seen(), "mitigate")
    assert "Fallback used: 1" in words(mitigate)
    fallback = next(link for link in links(mitigate) if "fallback" in link)
    assert listed(fallback) == ["INC-1"]
    assert "30 min" in words(seen(fallback))


def test_the_order_in_which_they_came_changes_nothing(start: datetime) -> None:
    for minutes in (500, 40, 10, 30, 20):
        mitigated_within(minutes)
    assert "median 30 min" in words(panel(seen(), "mitigate"))


def test_every_figure_leads_to_exactly_its_incidents(start: datetime) -> None:
    for minutes in (10, 20, 30, 40, 500):
        mitigated_within(minutes)
    mitigated_within(25, severity=Severity.S3)
    declared(start)
    mitigate = panel(seen(), "mitigate")
    behind = {link: set(listed(link)) for link in links(mitigate)}
    everything = {f"INC-{n}" for n in range(1, 7)}

    def by(**wanted: str) -> set[str]:
        (found,) = {
            frozenset(references)
            for link, references in behind.items()
            if dict(part.split("=") for part in link.split("?")[1].split("&")) == {"measure": "mitigate"} | wanted
        }
        return set(found)

    assert by() == everything
    assert by(group="S2") == everything - {"INC-6"}
    assert by(group="S3") == {"INC-6"}
    assert by(group="S2", most="1800.0") == {"INC-1", "INC-2", "INC-3"}
    assert by(group="S2", least="1800.0") == {"INC-3", "INC-4", "INC-5"}
    assert by(group="S2", least="18960.0") == {"INC-5"}
    assert by(outcome="pending") == {"INC-7"}


def test_marks_of_one_lead_to_the_incident_and_columns_of_several_to_their_list() -> None:
    for minutes in (10, 10, 10, 40, 500):
        mitigated_within(minutes)
    row = panel(seen(), "mitigate").split('class="strip"')[1].split("</svg>")[0]
    assert re.findall(r'href="/incidents/(INC-\d)/"', row) == ["INC-4", "INC-5"]
    (column,) = links(row)
    assert set(listed(column)) == {"INC-1", "INC-2", "INC-3"}


def test_what_was_left_out_is_counted_with_its_reason_and_listed(start: datetime) -> None:
    exits.decline(declared(start), actor=grace(), reason="the alert was wrong")
    times.no_impact(declared(start), actor=grace(), reason="nobody felt it")
    wrong = mitigated_within(30)
    # The commands refuse it; history that was taken in from elsewhere may say so.
    Incident.unrestricted.filter(pk=wrong.pk).update(mitigated_at=start - 5 * MINUTE)
    mitigate = panel(seen(), "mitigate")
    assert "Not applicable: 2 (declined: 1, near miss: 1)" in words(mitigate)
    assert "The times contradict each other: 1" in words(mitigate)
    assert listed(next(link for link in links(mitigate) if "outcome=invalid" in link)) == ["INC-3"]


def test_a_restricted_incident_changes_no_figure_of_those_who_may_not_see_it() -> None:
    for minutes in (10, 20, 30, 40, 50):
        mitigated_within(minutes)
    before = content(seen("/insights/?period=all"))
    restricted = mitigated_within(700, restricted=True)
    assert content(seen("/insights/?period=all")) == before
    assert restricted.reference in seen("/insights/?period=all", by=grace())
    assert listed("/insights/incidents/?measure=mitigate") == [f"INC-{n}" for n in (5, 4, 3, 2, 1)]
    assert restricted.reference in listed("/insights/incidents/?measure=mitigate", by=grace())


def test_services_split_an_incident_into_each_of_its_rows() -> None:
    checkout, search = (Service.objects.create(name=name, slug=name.lower()) for name in ("Checkout", "Search"))
    for minutes in (10, 20, 30, 40, 50):
        mitigated_within(minutes, services=(checkout, search) if minutes == 10 else (checkout,))
    mitigated_within(60)
    html = seen("/insights/?by=service")
    labels = re.findall(r'class="strip-label">([^<]*)<', panel(html, "mitigate"))
    assert labels == ["All", "Checkout", "Search", "No service named"]
    assert listed("/insights/incidents/?measure=mitigate&by=service&group=search") == ["INC-1"]
    assert set(listed("/insights/incidents/?measure=mitigate&service=checkout")) == {f"INC-{n}" for n in range(1, 6)}


def test_months_are_those_of_the_organisation() -> None:
    Organisation.objects.update(time_zone="Pacific/Auckland")
    mitigated_within(10, start=datetime.fromisoformat("2026-10-31T20:00:00+00:00"))
    assert "Nov 2026" in words(panel(seen("/insights/?by=month"), "mitigate"))


def test_a_custom_period_holds_both_its_days(start: datetime) -> None:
    for day in ("2026-11-01T00:00:00", "2026-11-02T23:58:00", "2026-11-03T00:00:00"):
        mitigated_within(5, start=datetime.fromisoformat(f"{day}+00:00"))
    address = "/insights/incidents/?measure=mitigate&period=custom&since=2026-11-01&until=2026-11-02"
    assert listed(address) == ["INC-2", "INC-1"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("severity=S9", "“S9” is not allowed; allowed are S1, S2, S3, S4, S1,S2, unknown."),
        ("period=week", "“week” is not allowed; allowed are 30d, 90d, quarter, year, all, custom."),
        ("imported=maybe", "“maybe” is not allowed; allowed are no, include, only."),
        ("service=nowhere", "There is no service of this name."),
        ("severty=S1", "There is no parameter “severty”; allowed are severity, type,"),
        ("severity=S1&severity=S2", "“severity” stands in the address more than once; give it once."),
        ("period=custom", "Say from which day, or to which, or both."),
        ("period=custom&since=yesterday", "This is no day; write it as 2026-01-31."),
        ("period=custom&since=0001-01-01&until=9999-12-31", "Allowed are days from 2000-01-01 to 2027-11-24."),
        ("period=custom&since=2026-02-01&until=2026-01-01", "The last day lies before the first."),
        ("since=2026-02-01", "The days count only for a period from day to day; choose period=custom."),
        ("type=availability&drills=only", "A drill is a type of its own"),
        ("by=colour", "“colour” is not allowed; allowed are severity, type, detection, service, team, month."),
    ],
)
def test_a_wrong_filter_is_refused_in_a_sentence_by_page_and_api(query: str, sentence: str) -> None:
    assert sentence in words(seen(f"/insights/?{query}", status=422))
    client = Client()
    client.force_login(stella())
    answer = client.get(f"/api/v1/metrics/durations?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert any(sentence in error["detail"] for error in answer.json()["errors"])


def test_a_list_must_be_of_some_figure() -> None:
    assert "Say of which duration, or of which stage or proportion" in words(seen("/insights/incidents/", status=422))


def test_the_form_leaves_a_short_address() -> None:
    client = Client()
    client.force_login(stella())
    answer = client.get("/insights/?severity=S1&type=&service=&period=90d&since=2026-01-01&until=")
    assert (answer.status_code, answer["Location"]) == (302, "/insights/?severity=S1&period=90d")


def test_an_empty_page_says_where_there_is_something_to_see(morning: datetime) -> None:
    assert "No incident fits" in words(seen())
    mitigated_within(10, start=morning - timedelta(days=300))
    page = seen()
    assert "Show the 1 declared at any time" in words(page)
    assert 'href="?period=all"' in page


def test_who_may_not_look_is_refused_and_who_is_not_signed_in_is_asked_to() -> None:
    assert "It is for people in Reliability" in seen(by=person("Nobody"), status=403)
    assert Client().get("/insights/").status_code == 302


def test_the_page_costs_the_same_statements_for_one_incident_and_for_many(start: datetime) -> None:
    client = Client()
    client.force_login(stella())
    mitigated_within(10)
    keeping.catch_up(clock.now())
    client.get("/insights/?by=service")
    with CaptureQueriesContext(connection) as one:
        client.get("/insights/?by=service")
    for minutes in range(11, 17):
        mitigated_within(minutes)
    keeping.catch_up(clock.now())
    with CaptureQueriesContext(connection) as changed:
        client.get("/insights/?by=service")
    with CaptureQueriesContext(connection) as many:
        client.get("/insights/?by=service")
    assert len(one) == len(many)
    # What changed is read once: of everything, and of the services.
    assert len(changed) <= len(many) + 2
    # PostgreSQL is asked for the time, too.
    assert len([asked for asked in many if "clock_timestamp" not in asked["sql"]]) <= 20


def test_stages_add_up_and_lead_to_their_incidents(start: datetime) -> None:
    incident = declared(start + 12 * MINUTE, felt_since=start, seen_at=start + 8 * MINUTE)
    over(incident, mitigated_at=start + 40 * MINUTE, resolved_at=start + 80 * MINUTE)
    html = seen()
    text = words(panel(html, "stages"))
    assert "Of 1 h 20 min between start and resolution, the largest part, 50 %, passed until it was resolved." in text
    shares = re.findall(r"<strong>(\d+) %</strong>", panel(html, "stages"))
    assert [int(share) for share in shares] == [10, 5, 35, 0, 0, 50]
    assert listed("/insights/incidents/?stage=resolve") == ["INC-1"]


def test_a_reopened_incident_shows_when_it_was_first_over(start: datetime) -> None:
    incident = mitigated_within(20, start=start)
    with clock.at(start + 60 * MINUTE):
        lifecycle.transition(incident, Phase.IDENTIFICATION, actor=grace(), note="it came back")
    over(Incident.unrestricted.get(pk=incident.pk), mitigated_at=start + 90 * MINUTE)
    page = words(seen("/insights/incidents/?measure=mitigate"))
    assert "1 h 30 min" in page
    assert "Reopened; first over" in page


def test_security_is_counted_for_those_who_may_see_it(start: datetime) -> None:
    declared(start, type=Type.SECURITY)
    assert "No incident fits" in words(seen("/insights/?type=security"))
    assert "1 incident chosen" in words(seen("/insights/?type=security", by=sam()))
