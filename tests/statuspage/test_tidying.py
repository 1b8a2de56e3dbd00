"""The stacks are put in order a little at a time, whatever happens in between."""

import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from kit import clock
from statuspage import snapshot, tidying
from statuspage.models import Page, PublicIncident
from statuspage.stacks import INDEX, Stacks
from statuspage.vocabulary import State
from tests.statuspage.world import file, opened, page, rendered, site

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: Any) -> None:
    page()


@pytest.fixture
def one_rack_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "SECONDS", 0.0)


def past(count: int, *, days: int = 200) -> list[PublicIncident]:
    """So many incidents that were over long ago, one an hour."""
    begins = [clock.now() - timedelta(days=days, hours=number) for number in range(count)]
    return PublicIncident.objects.bulk_create(
        PublicIncident(
            page=page(), name=f"Incident {number}", state=State.RESOLVED, started_at=at, resolved_at=at,
            created_at=at, updated_at=at,
        )
        for number, at in enumerate(begins)
    )  # fmt: skip


def stacks() -> Stacks:
    return Stacks(site().parents[1] / "stacks")


def lying() -> set[str]:
    """What lies on the stacks, without the compressed forms."""
    found = {str(path.relative_to(stacks().folder)) for path in stacks().folder.rglob("[!.]*") if path.is_file()}
    return {path for path in found if not path.endswith(".gz")}


def names(path: str) -> list[str]:
    return [one["name"] for one in json.loads(file(path).read_text())["incidents"]]


def times_until_in_order() -> int:
    times = 1
    while not snapshot.tidy(clock.now()):
        times += 1
    return times


@pytest.mark.usefixtures("one_rack_at_a_time")
def test_a_long_history_is_put_in_order_by_many_small_steps_and_none_is_done_twice() -> None:
    past(120)
    snapshot.render_stale(clock.now())
    amounts = [len(lying())]
    while not snapshot.tidy(clock.now()):
        amounts.append(len(lying()))
    amounts.append(len(lying()))
    # Two later lists, two later pages of months, a sheet for each.
    assert amounts[-1] == 2 + 2 + 120
    assert max(after - before for before, after in pairwise(amounts)) == tidying.SHEETS
    assert times_until_in_order() == 1


@pytest.mark.usefixtures("one_rack_at_a_time")
def test_a_step_asks_for_as_much_however_long_the_history_is() -> None:
    def most_of_a_step() -> int:
        Page.objects.update(version=F("version") + 1)
        snapshot.render_stale(clock.now())
        asked, is_done = [], False
        while not is_done:
            with CaptureQueriesContext(connection) as statements:
                is_done = snapshot.tidy(clock.now())
            asked.append(len(statements))
        return max(asked)

    past(120)
    few = most_of_a_step()
    past(400, days=300)
    assert most_of_a_step() == few


@pytest.mark.usefixtures("one_rack_at_a_time")
def test_what_is_said_in_the_midst_of_a_round_is_right_at_its_end() -> None:
    past(120)
    snapshot.render_stale(clock.now())
    for _ in range(3):
        assert not snapshot.tidy(clock.now())
    assert names("api/v2/incidents/2.json")[0] == "Incident 50"
    # One more in the first list: every later one, of which some were looked at already, holds others than before.
    opened()
    times_until_in_order()
    assert names("api/v2/incidents/2.json") == [f"Incident {number}" for number in range(49, 99)]
    assert names("api/v2/incidents/3.json") == [f"Incident {number}" for number in range(99, 120)]


def test_what_nobody_wants_any_more_is_taken_away_when_the_round_is_done() -> None:
    gone = past(2)[0]
    rendered()
    path = f"incidents/{gone.public_id}.html"
    assert path in lying()
    gone.delete()
    Page.objects.update(version=F("version") + 1)
    snapshot.render_stale(clock.now())
    assert path in lying()
    times_until_in_order()
    assert path not in lying()
    assert not Path(f"{stacks().folder / path}.gz").exists()


@pytest.mark.parametrize("broken", [b"", b"this is no index" * 400])
def test_an_index_that_is_lost_or_broken_is_made_anew_and_the_files_stay(broken: bytes) -> None:
    gone, kept = past(2)
    rendered()
    (stacks().folder / INDEX).write_bytes(broken)
    gone.delete()
    Page.objects.update(version=F("version") + 1)
    assert f"incidents/{kept.public_id}.html" in lying()
    rendered()
    assert f"incidents/{kept.public_id}.html" in lying()
    assert f"incidents/{gone.public_id}.html" not in lying()
