"""Rendering to files: only what changed, never to an older version, each page alone."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from kit import clock
from statuspage import reading, sheets, snapshot
from statuspage.models import Component, Page, PublicIncident
from statuspage.shelf import KEPT, Drawn, Shelf, Standing
from statuspage.vocabulary import State, Status
from tests.statuspage.world import file, opened, page, rendered, site, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: Any) -> None:
    page()


def shelf(settings: Any) -> Shelf:
    return Shelf(Path(settings.PUBLIC_ROOT) / "denomas")


def render() -> None:
    snapshot.render(page().pk)


def inodes(*paths: str) -> list[int]:
    return [(site() / path).stat().st_ino for path in paths]


def test_the_first_rendering_needs_no_request_and_writes_everything() -> None:
    render()
    for path in ("index.html", "uptime.html", "history.html", "history.atom", "badge.svg", "api/v2/summary.json"):
        assert (site() / path).exists()
        assert (site() / f"{path}.gz").exists()
    assert snapshot.standing(page()) == Standing(1, snapshot.standing(page()).at)  # type: ignore[union-attr]
    assert snapshot.is_live(page())


def test_a_publish_is_on_disk_at_its_version_and_asking_again_does_nothing() -> None:
    render()
    opened()
    assert not snapshot.is_live(page())
    render()
    first = site().resolve()
    render()
    assert site().resolve() == first
    assert "Payments fail" in (site() / "index.html").read_text()


def test_only_what_changed_is_written_anew() -> None:
    over = opened()
    tell(State.RESOLVED, about=over)
    render()
    kept = (f"incidents/{over.public_id}.html", f"incidents/{over.public_id}.html.gz", "assets/page.css", "robots.txt")
    before, index = inodes(*kept), inodes("index.html")
    opened(name="API")
    render()
    assert inodes(*kept) == before
    assert inodes("index.html") != index


def test_an_incident_that_says_more_is_drawn_anew() -> None:
    incident = opened()
    tell(State.RESOLVED, about=incident)
    render()
    tell(State.POSTMORTEM, about=incident, body="The cause was a full disk.", at=clock.now() + timedelta(days=1))
    render()
    assert "full disk" in (site() / f"incidents/{incident.public_id}.html").read_text()


def test_older_lists_follow_a_bulletin() -> None:
    for number in range(51):
        over = opened(name="API", at=clock.now() - timedelta(days=1, minutes=number))
        tell(State.RESOLVED, about=over, at=clock.now() - timedelta(days=1))
    latest = opened(name="API")
    snapshot.render_all()
    older = file("api/v2/incidents/2.json")
    before = older.read_bytes()
    tell(statuses={"API": Status.MAJOR_OUTAGE}, about=latest)
    render()
    assert older.read_bytes() == before
    while not snapshot.tidy(clock.now()):
        """A little at a time."""
    assert b'"status":"major_outage"' in older.read_bytes()


def test_the_past_lies_on_the_stacks_and_is_never_missing() -> None:
    over = opened()
    tell(State.RESOLVED, about=over)
    path = f"incidents/{over.public_id}.html"
    rendered()
    assert (site() / path).exists()
    with clock.shifted(reading.FRESH + timedelta(hours=1)):
        tell(name="Another")
        # It leaves the version by a publish alone, with no tick between.
        render()
        assert not (site() / path).exists()
        assert "Payments fail" in file(path).read_text()
        Page.objects.update(name="Denomas Cloud", version=F("version") + 1)
        snapshot.render_all()
        assert "Denomas Cloud" in file(path).read_text()
        PublicIncident.objects.filter(pk=over.pk).delete()
        Page.objects.update(version=F("version") + 1)
        snapshot.render_all()
        assert not file(path).exists()


def test_a_version_holds_as_few_files_with_a_long_history_as_without() -> None:
    rendered()
    few = sum(1 for _ in site().rglob("*"))
    long_ago = clock.now() - timedelta(days=200)
    PublicIncident.objects.bulk_create(
        PublicIncident(
            page=page(), name=f"Incident {number}", state=State.RESOLVED, started_at=long_ago, resolved_at=long_ago,
            created_at=long_ago, updated_at=long_ago,
        )
        for number in range(120)
    )  # fmt: skip
    Page.objects.update(version=F("version") + 1)
    assert "Incident 119" in rendered("history/3.html")
    assert sum(1 for _ in site().rglob("*")) == few
    assert [len(json.loads(file(f"api/v2/incidents/{place}.json").read_text())["incidents"]) for place in (2, 3)] == [
        50, 20,
    ]  # fmt: skip


def test_a_version_asks_as_many_statements_for_many_incidents_as_for_few() -> None:
    def asked() -> int:
        Page.objects.update(version=F("version") + 1)
        with CaptureQueriesContext(connection) as statements:
            render()
        return len(statements)

    tell(State.RESOLVED, about=opened(), at=clock.now() + timedelta(minutes=1))
    few = asked()
    for number in range(6):
        opened(name="API", at=clock.now() + timedelta(minutes=number))
    assert asked() == few


def test_a_changed_setting_draws_every_sheet_anew() -> None:
    over = opened()
    tell(State.RESOLVED, about=over)
    render()
    Page.objects.update(name="Denomas Cloud", version=9)
    render()
    assert "Denomas Cloud" in (site() / f"incidents/{over.public_id}.html").read_text()


def test_the_files_never_turn_to_an_older_version(settings: Any) -> None:
    render()
    on_disk = shelf(settings)
    with on_disk.held():
        on_disk.show(Standing(7, clock.now()), [Drawn("index.html", b"newer")])
    render()
    snapshot.render_stale(clock.now() + timedelta(hours=1))
    assert (site() / "index.html").read_bytes() == b"newer"


def test_a_few_versions_are_kept_for_whoever_is_reading_them(settings: Any) -> None:
    for number in range(KEPT + 4):
        tell(name=f"Incident {number}")
        render()
    assert len(list((shelf(settings).folder / "versions").iterdir())) == KEPT + 1


def test_what_a_killed_process_left_half_built_is_cleared(settings: Any) -> None:
    half = shelf(settings).folder / "versions" / ".building-000000000001-x"
    half.mkdir(parents=True)
    render()
    assert not half.exists()


def test_a_quiet_page_is_rendered_every_five_minutes() -> None:
    now = clock.now()
    assert snapshot.render_stale(now) == ["denomas"]
    assert snapshot.render_stale(now + timedelta(minutes=4)) == []
    assert snapshot.render_stale(now + timedelta(minutes=6)) == ["denomas"]


def test_a_quiet_page_is_rendered_at_its_own_midnight() -> None:
    Page.objects.update(time_zone="Asia/Kolkata")
    midnight = datetime(2026, 11, 24, 0, 0, tzinfo=ZoneInfo("Asia/Kolkata"))
    with clock.at(midnight - timedelta(minutes=1)):
        assert snapshot.render_stale(clock.now()) == ["denomas"]
        assert snapshot.render_stale(midnight - timedelta(seconds=30)) == []
        assert snapshot.render_stale(midnight + timedelta(seconds=1)) == ["denomas"]


def test_what_is_behind_is_rendered_by_the_ticker_even_where_nobody_published_here() -> None:
    render()
    opened()
    assert snapshot.render_stale(clock.now()) == ["denomas"]
    assert snapshot.is_live(page())


def test_a_page_that_breaks_stops_neither_the_others_nor_the_ticker(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = clock.now()
    Page.objects.create(name="Aaa", slug="aaa", url="http://aaa.example", created_at=now, updated_at=now)
    whole = sheets.index

    def torn(content: Any, look: str, listed: Any) -> bytes:
        if content.page.slug == "aaa":
            raise ValueError("a template that cannot be")
        return whole(content, look, listed)

    monkeypatch.setattr(sheets, "index", torn)
    assert snapshot.render_stale(now) == ["denomas"]
    assert "aaa could not be rendered" in caplog.text
    # It is not tried again with every tick, and again after a while.
    caplog.clear()
    snapshot.render_stale(now)
    assert not caplog.text
    failed = site().parents[2] / "aaa" / ".failed"
    os.utime(failed, (0, 0))
    monkeypatch.setattr(sheets, "index", whole)
    assert snapshot.render_stale(now) == ["aaa"]
    assert not failed.exists()


def test_much_can_be_published_and_rendered_once() -> None:
    with snapshot.postponed():
        for number in range(3):
            tell(name=f"Incident {number}")
            render()
        assert snapshot.standing(page()) is None
    assert snapshot.standing(page()) == Standing(4, snapshot.standing(page()).at)  # type: ignore[union-attr]


def test_hosts_lead_to_their_folders_and_follow_a_change(settings: Any) -> None:
    rendered()
    root = Path(settings.PUBLIC_ROOT)
    assert (root / "hosts.json").read_text().count("denomas") == 3
    assert (root / ".hosts" / "status.denomas.example").resolve() == root / "denomas"
    Page.objects.update(url="https://status.example.com", host="help.example.com", version=5)
    render()
    assert {link.name for link in (root / ".hosts").iterdir()} == {"status.example.com", "help.example.com"}


def test_an_unknown_status_is_drawn_as_the_worst_and_never_as_green() -> None:
    Component.objects.filter(name="API").update(status="on_fire")
    text = rendered()
    assert 'data-status="major_outage"' in text
    assert "Unknown" in text
    assert "Important systems are down" in text
