"""A statement while the database is gone: readers see it at once, and the database takes it in afterwards."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import feedparser
import pytest
from django.conf import settings as house

from kit import clock
from kit.rules import RuleBroken
from statuspage import drawer, emergency, publishing, snapshot, takein
from statuspage.models import Bulletin, PublicIncident, Untold
from statuspage.vocabulary import State
from tests.statuspage.contract import complaints
from tests.statuspage.world import opened, page, rendered, site, tell

pytestmark = pytest.mark.django_db
WORDS = "We cannot reach our **database**."


@pytest.fixture(autouse=True)
def world() -> None:
    opened()
    rendered()


def folder() -> Path:
    return Path(house.PUBLIC_ROOT) / "denomas"


def shown(name: str) -> Any:
    return json.loads((site() / f"api/v2/{name}.json").read_text())


def test_it_works_with_the_database_stopped(tmp_path: Path) -> None:
    """A real process, and a database at whose address nobody listens."""
    env = os.environ | {
        "SITREP_MODE": "quickstart", "SITREP_VAR": str(tmp_path), "PUBLIC_ROOT": str(house.PUBLIC_ROOT),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing", "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    run = [sys.executable, "manage.py", "publish_emergency", WORDS]
    done = subprocess.run(run, check=False, env=env, cwd=Path(house.ROOT), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Published as investigating" in done.stdout
    assert "<strong>database</strong>" in (site() / "index.html").read_text()
    run += ["--state", "fine"]
    wrong = subprocess.run(run, check=False, env=env, cwd=Path(house.ROOT), capture_output=True, text=True)
    assert wrong.returncode == 1
    assert "Allowed are investigating, identified, monitoring, resolved." in wrong.stderr


def test_readers_see_it_everywhere_at_once_and_the_documents_keep_the_contract() -> None:
    before = site().resolve()
    said = emergency.publish(folder(), WORDS, name="Everything is slow")
    assert site().resolve().parent.name > before.parent.name
    assert "Everything is slow" in (site() / "index.html").read_text()
    assert "Payments fail" in (site() / "index.html").read_text()
    assert "Everything is slow" in (site() / f"incidents/{said.incident}.html").read_text()
    for name in ("summary", "incidents", "incidents/unresolved"):
        assert complaints(name, shown(name)) == []
        assert [one["name"] for one in shown(name)["incidents"]] == ["Everything is slow", "Payments fail"]
    for name in ("history.atom", "history.rss"):
        feed = feedparser.parse((site() / name).read_text())
        assert (feed.bozo, [one.title for one in feed.entries]) == (False, ["Everything is slow", "Payments fail"])
    assert (site() / "assets/page.css.gz").exists()


def test_another_goes_on_with_it_and_the_end_takes_it_off_the_front_page() -> None:
    first = emergency.publish(folder(), WORDS)
    second = emergency.publish(folder(), "We found it.", state=State.IDENTIFIED)
    assert second.incident == first.incident
    assert (site() / "index.html").read_text().count('id="emergency"') == 1
    assert len(shown("summary")["incidents"][0]["incident_updates"]) == 2
    emergency.publish(folder(), "It is back.", state=State.RESOLVED)
    assert 'id="emergency"' not in (site() / "index.html").read_text()
    assert [one["name"] for one in shown("summary")["incidents"]] == ["Payments fail"]
    assert shown("incidents")["incidents"][0]["status"] == "resolved"
    assert len(feedparser.parse((site() / "history.atom").read_text()).entries) == 2
    assert emergency.publish(folder(), "Again.").incident != first.incident


def test_the_database_takes_it_in_under_the_same_ids_and_readers_never_lose_it() -> None:
    first = emergency.publish(folder(), WORDS)
    second = emergency.publish(folder(), "We found it.", state=State.IDENTIFIED)
    # Whoever publishes before the ticker has taken it in does not draw it away.
    tell(name="Another")
    snapshot.render(page().pk)
    assert first.incident in (site() / "index.html").read_text()
    Untold.objects.all().delete()
    assert takein.take_in(clock.now()) == 2
    assert drawer.is_empty(folder())
    snapshot.render_all()
    assert {one["id"] for one in shown("summary")["incidents"]} >= {first.incident}
    taken = PublicIncident.objects.get(public_id=first.incident)
    assert list(taken.bulletins.values_list("public_id", "body")) == [
        (second.bulletin, "We found it."), (first.bulletin, WORDS),
    ]  # fmt: skip
    assert Bulletin.objects.get(public_id=first.bulletin).display_at == first.at
    told = [one.bulletin for one in Untold.objects.all() if one.bulletin and one.bulletin.tells_subscribers]
    assert [one.public_id for one in told] == [second.bulletin]
    assert takein.take_in(clock.now()) == 0


def test_what_a_crash_left_in_the_drawer_is_not_said_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    emergency.publish(folder(), WORDS)
    with monkeypatch.context() as patch:
        patch.setattr(drawer, "taken", lambda *_: None)
        takein.take_in(clock.now())
    takein.take_in(clock.now())
    assert Bulletin.objects.filter(body=WORDS).count() == 1
    assert drawer.is_empty(folder())


def test_what_cannot_be_said_is_refused() -> None:
    for body, state in (("", State.INVESTIGATING), ("x" * 5001, State.INVESTIGATING), (WORDS, State.SCHEDULED)):
        with pytest.raises(RuleBroken):
            emergency.publish(folder(), body, state=state)
    with pytest.raises(RuleBroken, match="no rendered files"):
        emergency.publish(folder().parent / "nowhere", WORDS)
    assert publishing.hold(page().pk)


@pytest.mark.parametrize("name", ["", " \n ", "Two\nlines\x00 of\u202e it", "x" * 300])
def test_no_title_that_somebody_types_in_haste_stands_in_the_way_afterwards(name: str) -> None:
    said = emergency.publish(folder(), WORDS, name=name)
    assert takein.take_in(clock.now()) == 1
    taken = PublicIncident.objects.get(public_id=said.incident)
    assert taken.name == said.name
    assert taken.name in ("Service disruption", "Two lines of it", "x" * 200)
