"""Finding incidents: by words and by every filter, page by page, at the same cost and only what one may see."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents import access, search, situation
from incidents.models import Incident, Service
from incidents.visibility import IncidentQuerySet
from incidents.vocabulary import Severity, Type
from kit import clock
from roles.models import Team, User
from tests.browsing import browser, text
from tests.incidents.stories import declared
from tests.people import everybody_on_call, grace, linus, sam, stella, team

pytestmark = pytest.mark.django_db

FILTERS = (
    "q=checkout", "q=INC-3", "phase=open", "phase=live", "phase=over", "phase=closed", "severity=S1&severity=S2",
    "type=security", "service=checkout", "team=platform", "since=2026-01-01", "until=2026-12-31",
    "imported=no", "imported=only", "q=checkout+fails&severity=S2&service=checkout&team=platform&since=2026-01-01",
)  # fmt: skip


@pytest.fixture(autouse=True)
def world() -> None:
    everybody_on_call()


def checkout() -> Service:
    return Service.objects.get_or_create(slug="checkout", defaults={"name": "Checkout API", "owner": team()})[0]


def found(words: str, user: User | None = None) -> list[str]:
    """The references that the page lists, newest first; the API says the same."""
    listed = browser(user or stella()).get("/incidents/", {"q": words}).content.decode()
    on_page = re.findall(r'href="/incidents/(INC-\w+)/"', listed)
    answer = browser(user or stella()).get("/api/v1/incidents", {"q": words}).json()
    assert [one["reference"] for one in answer["results"]] == on_page
    return on_page


def test_an_incident_is_found_by_its_reference_however_it_is_written() -> None:
    for number in range(12):
        declared(title=f"Number {number}")
    assert found("INC-1") == found("inc-1") == found("“INC-1”,") == ["INC-1"]
    assert found("12") == ["INC-12"]
    assert found("INC-99") == found("inc") == []


def test_an_incident_is_found_by_the_beginnings_of_its_words_in_any_order() -> None:
    declared(title="Checkout fails for a fifth of customers")
    declared(title="Search is slow")
    assert found("customer checkout") == found("CHECK fail") == ["INC-1"]
    assert found("checkout slow") == []
    assert found("eckout") == []
    # Words of one or two letters stand for themselves.
    assert found("a") == ["INC-1"]
    assert found("is") == ["INC-2"]
    assert found("i") == []


def test_the_signs_of_the_index_are_no_words() -> None:
    declared(title="Payments fail", services=(checkout(),))
    for words in ("service", "#inc", f"@{checkout().pk}", "@"):
        assert found(words) == [], words


def test_an_incident_is_found_by_words_between_punctuation_and_in_every_alphabet() -> None:
    declared(title="api.shop.example/v2 answers 502, Größe fehlt")
    for words in ("shop", "api.shop", "v2", "502", "größe", "Größ fehlt", "shop/v2"):
        assert found(words) == ["INC-1"], words
    assert found("50") == []
    assert found("!!! --") == []
    assert found("' OR 1=1 \\ :* & | (") == []


def test_an_incident_is_found_by_its_situation_as_it_is_now() -> None:
    incident = declared(title="Search is slow")
    situation.edit(incident, {"what": "The certificate expired"}, was={"what": incident.what}, actor=grace())
    assert found("certificate") == ["INC-1"]
    situation.edit(incident, {"what": "The disk is full"}, was={"what": "The certificate expired"}, actor=grace())
    assert (found("certificate"), found("disk")) == ([], ["INC-1"])


def test_an_incident_is_found_by_the_names_of_its_services_also_after_they_change() -> None:
    service = checkout()
    declared(title="Payments fail", services=(service,))
    assert found("checkout") == found("chec payments") == found("api fail") == ["INC-1"]
    Service.objects.filter(pk=service.pk).update(name="Till")
    assert (found("checkout"), found("till")) == ([], ["INC-1"])
    incident = Incident.unrestricted.get()
    incident.services.clear()
    assert found("till") == []
    incident.services.add(service)
    assert found("till") == ["INC-1"]


def test_nobody_finds_what_they_may_not_see_and_finds_the_same_without_it() -> None:
    declared(title="Checkout fails", services=(checkout(),))
    asked = [*FILTERS, "q=secret", "q=payments"]
    before = [_listed(stella(), one) for one in asked]
    hidden = declared(title="Secret payments leak", type=Type.SECURITY, services=(checkout(),), by=sam())
    assert [_listed(stella(), one) for one in asked] == before
    assert found("secret", sam()) == found(hidden.reference, sam()) == [hidden.reference]
    assert found(hidden.reference, stella()) == []
    assert search.similar(stella(), "Secret payments leak", [checkout()], clock.now()) == [
        Incident.unrestricted.get(reference="INC-1")
    ]
    access.grant(hidden, stella(), actor=sam(), reason="helps")
    assert found("secret", stella()) == [hidden.reference]


def _listed(user: User, asked: str) -> tuple[str, object]:
    page, answer = browser(user).get(f"/incidents/?{asked}"), browser(user).get(f"/api/v1/incidents?{asked}")
    return text(page), answer.json()


def test_a_list_costs_the_same_statements_however_long_it_is() -> None:
    client, service = browser(stella()), checkout()
    declared(title="Checkout fails", services=(service,))
    asked = ["", *FILTERS]
    few = {one: _statements(client, one) for one in asked}
    for severity in (Severity.S1, Severity.S2, Severity.S3) * 11:
        declared(severity, title="Checkout fails", services=(service,))
    for one in asked:
        # The services of what is found are one statement more than those of nothing.
        assert _statements(client, one) <= min(few[one] + 1, 12), one


def _statements(client, asked: str) -> int:  # type: ignore[no-untyped-def]
    with CaptureQueriesContext(
        connection,
    ) as asked_for:
        assert client.get(f"/incidents/?{asked}").status_code == 200
    return len(asked_for)


@pytest.mark.parametrize("asked", ["", "q=checkout", "severity=S2", "service=checkout", "phase=open"])
@pytest.mark.parametrize("face", ["/incidents/", "/api/v1/incidents"])
def test_every_incident_is_listed_once_although_others_are_declared_meanwhile(
    asked: str, face: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PAGE", 4)
    service = checkout()
    # Several in the same instant: the key decides their order.
    with clock.at(clock.now()):
        for _ in range(10):
            declared(title="Checkout fails", services=(service,))
    Incident.unrestricted.update(declared_at=clock.now() - timedelta(minutes=5), detected_at=None)
    were = {one.reference for one in Incident.unrestricted.all()}
    seen, newer = [], set()
    for page in _pages(face, asked):
        seen += [one for one in page if one in were]
        newer |= {one for one in page if one not in were}
        declared(title="Checkout fails", services=(service,))
    assert sorted(seen) == sorted(were)
    assert newer == set()


def _pages(face: str, asked: str) -> Iterator[list[str]]:
    """What each page lists, from the newest to the oldest."""
    if face.startswith("/api"):
        address = f"{face}?limit=4&{asked}"
        while address:
            answer = browser(stella()).get(address).json()
            yield [one["reference"] for one in answer["results"]]
            address = answer["next"]
        return
    address = f"?{asked}"
    while address:
        shown = browser(stella()).get(f"{face}{address}").content.decode()
        yield re.findall(r'href="/incidents/(INC-\w+)/"', shown)
        older = re.search(r'href="(\?[^"]+)">Older', shown)
        address = older[1].replace("&amp;", "&") if older else ""


def test_what_stands_in_few_is_found_behind_many_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "NEAR", 3)
    monkeypatch.setattr(search, "PAGE", 2)
    for number in range(9):
        declared(title="Lifts are stuck" if number % 3 == 0 else "Mail is late")
    expected = {"lifts": ["INC-7", "INC-4", "INC-1"], "mail": [f"INC-{number}" for number in (9, 8, 6, 5, 3, 2)]}
    for words, references in expected.items():
        assert [one for page in _pages("/incidents/", f"q={words}") for one in page] == references
        assert [one for page in _pages("/api/v1/incidents", f"q={words}") for one in page] == references


def test_lists_of_services_and_teams_hold_each_of_theirs_once_in_order_both_ways() -> None:
    services = _three_services()
    for number in range(24):
        affected = [one for place, one in enumerate(services.values()) if number % (place + 2) == 0]
        declared(Severity.S2 if number % 5 else Severity.S3, title=f"Number {number}", services=affected)
    # Corrected since: the order of the list, and not that of their declaring.
    Incident.unrestricted.filter(reference="INC-1").update(declared_at=clock.now() + timedelta(minutes=1))
    seen = Incident.objects.visible_to(stella())
    ours, theirs = services["checkout"].owner, services["mail"].owner
    asked: list[dict[str, object]] = [
        *[dict[str, object](service=one) for one in services.values()],
        {"team": ours},
        {"team": theirs},
        {"team": theirs, "service": services["checkout"]},
        {"team": ours, "service": services["search"], "severity": ["S2"]},
        {"team": Team.objects.create(name="Nobody's", slug="nobodys")},
    ]
    for filters in asked:
        expected = list(search.find(seen, filters).order_by("-declared_at", "-id"))
        there, back = _walked(seen, filters)
        assert there == back == expected, filters
    assert len(expected := list(search.find(seen, {"team": ours}))) == len(set(expected)) > 6


def _three_services() -> dict[str, Service]:
    other = Team.objects.create(name="Messaging", slug="messaging")
    owners = {"checkout": team(), "search": team(), "mail": other}
    return {
        slug: Service.objects.get_or_create(slug=slug, defaults={"name": slug.title(), "owner": owner})[0]
        for slug, owner in owners.items()
    }


def _walked(seen: IncidentQuerySet, filters: dict[str, object]) -> tuple[list[Incident], list[Incident]]:
    """What the pages hold to the end, and what they hold on the way back, both newest first."""
    pages = [search.page(seen, filters, most=3)]
    while pages[-1].older:
        pages.append(search.page(seen, filters, pages[-1].older, most=3))
    returned = [pages[-1]]
    while returned[0].newer:
        returned.insert(0, search.page(seen, filters, returned[0].newer, most=3))
    there, back = ([one for page in way for one in page.incidents] for way in (pages, returned))
    return there, back


def test_days_are_those_of_whoever_asks() -> None:
    declared(title="Late in the evening")
    Incident.unrestricted.update(declared_at="2026-11-23T22:30:00Z", detected_at=None, phase="closed", is_imported=True)
    reader = stella()
    for zone, day in (("UTC", 23), ("Europe/Berlin", 23), ("Asia/Tokyo", 24)):
        User.objects.filter(pk=reader.pk).update(time_zone=zone)
        assert "INC-1" in text(browser(reader).get(f"/incidents/?since=2026-11-{day}&until=2026-11-{day}"))
        for other in (day - 1, day + 1):
            shown = text(browser(reader).get(f"/incidents/?since=2026-11-{other}&until=2026-11-{other}"))
            assert "INC-1" not in shown


def test_what_looks_like_it_is_open_or_just_over() -> None:
    declared(title="Checkout fails for some")
    declared(title="Something else", services=(checkout(),))
    old = declared(title="Checkout failed long ago")
    Incident.unrestricted.filter(pk=old.pk).update(
        phase="closed", is_imported=True, resolved_at=clock.now() - timedelta(days=3)
    )
    alike = search.similar(linus(), "The checkout is broken", [], clock.now())
    assert {one.reference for one in alike} == {"INC-1", "INC-2"}
    assert [one.reference for one in search.similar(linus(), "no", [checkout()], clock.now())] == ["INC-2"]
