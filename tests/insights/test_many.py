"""Many rows and many days: what the dashboard shows of them is bounded, and counted from as little as possible."""

import re
from datetime import datetime, timedelta

import pytest

from incidents.models import Service
from tests.insights.stories import mitigated_within
from tests.insights.test_dashboard import panel, seen, words
from tests.people import everybody_on_call

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


def test_of_many_services_the_first_are_drawn_some_more_stand_in_the_table_and_all_in_the_csv(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("insights.drawing.MOST_ROWS", 1)
    monkeypatch.setattr("insights.drawing.MOST_IN_TABLE", 2)
    for name in ("Alpha", "Beta", "Gamma"):
        mitigated_within(10, services=(Service.objects.create(name=name, slug=name.lower()),))
    mitigate = panel(seen("/insights/?by=service"), "mitigate")
    assert re.findall(r'class="strip-label">([^<]*)<', mitigate) == ["All", "Alpha"]
    assert re.findall(r'<th scope="row">([^<]*)<', mitigate) == ["All", "Alpha", "Beta"]
    assert "1 more row stands in the table, and 1 more in the CSV ." in words(mitigate)
    assert 'href="/api/v1/metrics/durations.csv?by=service"' in mitigate


def test_the_months_until_today_hold_what_the_days_hold(morning: datetime) -> None:
    for days in (0, 1, 40, 89, 90, 300):
        mitigated_within(10, start=morning - timedelta(days=days, minutes=20))
    until = f"until={morning.date()}"
    assert "4 incidents chosen" in words(seen("/insights/"))
    assert "6 incidents chosen" in words(seen(f"/insights/?period=custom&{until}"))
    assert "5 incidents chosen" in words(seen(f"/insights/?period=custom&until={morning.date() - timedelta(days=1)}"))
    assert "6 incidents chosen" in words(seen("/insights/?period=year"))
