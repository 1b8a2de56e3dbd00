"""Whether something changed: the bootstrap against brute force, and the pages that say it in plain words."""

import re
from datetime import datetime, timedelta
from random import Random

import numpy
import pytest
from django.test import Client

from incidents.vocabulary import Severity
from insights import bootstrap, keeping, runs, sentences
from insights.distributions import proportion
from kit import clock
from tests.insights.stories import MINUTE, acknowledged, declared, mitigated_within, over
from tests.people import everybody_on_call, stella


def drawn(values: list[int], rounds: int = 20_000) -> "numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.float64]]":
    """Medians of samples that are really drawn."""
    generator = numpy.random.default_rng(7)
    return numpy.median(generator.choice(values, size=(rounds, len(values))), axis=1)  # type: ignore[no-any-return]


@pytest.mark.parametrize("n", [5, 6, 25, 60, 301])
def test_the_medians_are_those_of_samples_that_are_really_drawn(n: int) -> None:
    random = Random(3)
    values = sorted(int(random.lognormvariate(7, 1)) for _ in range(n))
    found = numpy.array(bootstrap.medians(runs.of(values), Random(bootstrap.SEED)))
    expected = drawn(values)
    scale = numpy.std(expected)
    assert abs(numpy.mean(found) - numpy.mean(expected)) < 0.12 * scale
    assert abs(numpy.std(found) - scale) < 0.12 * scale
    for share in (10, 25, 75, 90):
        assert abs(numpy.percentile(found, share) - numpy.percentile(expected, share)) < 0.35 * scale


def test_the_interval_of_a_difference_is_that_of_brute_force() -> None:
    random = Random(11)
    before, after = ([int(random.lognormvariate(mean, 1)) for _ in range(80)] for mean in (7.0, 8.0))
    found = bootstrap.of_medians(runs.of(before), runs.of(after))
    assert found
    low, high = numpy.percentile(drawn(after) - numpy.random.default_rng(1).permutation(drawn(before)), [2.5, 97.5])
    assert found.low == pytest.approx(low, rel=0.15)
    assert found.high == pytest.approx(high, rel=0.15)
    assert found.is_evident
    assert found.value == numpy.median(after) - numpy.median(before)
    assert found == bootstrap.of_medians(runs.of(before), runs.of(after))


def test_many_of_the_same_value_have_no_interval_at_all() -> None:
    same = runs.together([runs.of([0] * 5000), runs.of([0] * 5000, [7])])
    found = bootstrap.of_medians(same, same)
    assert found
    assert (found.value, found.low, found.high, found.is_evident) == (0, 0, 0, False)
    assert bootstrap.of_medians(same, runs.of([1, 2, 3, 4])) is None


def test_two_shares_differ_by_newcombes_interval() -> None:
    """The example of Newcombe 1998, table II: 56/70 and 48/80."""
    found = bootstrap.of_proportions(proportion(48, 80), proportion(56, 70))
    assert (round(found.value, 4), round(found.low, 4), round(found.high, 4)) == (0.2, 0.0524, 0.3339)
    assert found.is_evident


def test_a_difference_in_words() -> None:
    assert sentences.of_difference(bootstrap.Difference(-720, -1200, -300), periods=True) == (
        "12 min less (95 %: −20 min to −5 min)"
    )
    assert sentences.of_difference(bootstrap.Difference(60, -120, 300), periods=True) == (
        "no evidence of change (95 %: −2 min to +5 min)"
    )


@pytest.fixture
def world(db: None, morning: datetime) -> datetime:
    everybody_on_call()
    return morning


def seen(address: str, status: int = 200) -> str:
    keeping.catch_up(clock.now())
    client = Client()
    client.force_login(stella())
    answer = client.get(address)
    assert answer.status_code == status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("&lt;", "<")


def row(page: str, label: str) -> str:
    return page[page.index(f" {label} ") :][:160]


def test_out1_5_no_evidence_of_change_between_two_periods_that_hardly_differ(world: datetime) -> None:
    """G period A/B compared W the bootstrap interval of the median difference includes 0 T “no evidence of change”."""
    for days, minutes in ((40, (10, 20, 30, 40, 500)), (5, (12, 18, 33, 41, 300))):
        for length in minutes:
            mitigated_within(length, start=world - timedelta(days=days))
    page = seen("/insights/compare/?period=30d")
    assert "no evidence of change" in row(page, "Time to mitigate")
    assert "2026-09-25 to 2026-10-24" in page


def test_a_change_that_is_evident_is_told_with_its_interval(world: datetime) -> None:
    for days, minutes in ((40, range(200, 212)), (5, range(20, 32))):
        for length in minutes:
            mitigated_within(length, start=world - timedelta(days=days))
    assert "3 h less (95 %: −3 h" in row(seen("/insights/compare/?period=30d"), "Time to mitigate")


def test_two_rows_stand_beside_each_other(world: datetime) -> None:
    for length in range(10, 22):
        mitigated_within(length)
        mitigated_within(length * 10, severity=Severity.S3)
    page = seen("/insights/compare/?a=S2&b=S3")
    assert "more (95 %:" in row(page, "Time to mitigate")
    assert "no evidence of a difference" in row(page, "Time to declare")


def test_what_has_no_period_before_it_is_told_so(world: datetime) -> None:
    assert "has no period before it" in seen("/insights/compare/?period=all")
    assert "Name two rows to compare" in seen("/insights/compare/?a=S1", status=422)


def test_a_trend_shows_each_month_with_its_noise(world: datetime) -> None:
    for month in range(1, 4):
        for length in (10, 20, 30, 40, 500):
            mitigated_within(length, start=world - timedelta(days=30 * month))
    mitigated_within(10)
    page = seen("/insights/trend/?period=year")
    mitigate = page[page.index(" Time to mitigate ") :]
    assert "Oct 2026: 30 min (95 %: 10 min to 8 h 20 min), n = 5" in mitigate
    assert "Nov 2026 1 too few incidents to summarise" in mitigate


def test_out1_4_the_stage_that_grew_most_is_listed_first_with_its_incidents(world: datetime) -> None:
    """G a stage whose p75 share of total time grew vs the previous period W report opened T it is listed first."""
    for days, until_acknowledged in ((40, 2), (5, 30)):
        for _ in range(5):
            start = world - timedelta(days=days)
            incident = declared(start + MINUTE, felt_since=start)
            acknowledged(incident, start + (1 + until_acknowledged) * MINUTE)
            over(incident, mitigated_at=start + 60 * MINUTE)
    client = Client()
    client.force_login(stella())
    keeping.catch_up(clock.now())
    html = client.get("/insights/?period=30d").content.decode()
    stages = html[html.index('class="stages"') :].partition("</ul>")[0]
    assert re.findall(r'class="stage-name">([^<]+)<', stages)[0] == "Until somebody was on it"
    assert "46 points more than in the period before" in stages
    (link, *_) = [found.replace("&amp;", "&") for found in re.findall(r'href="(/insights/incidents/[^"]+)"', stages)]
    listed = client.get(link).content.decode()
    assert len(set(re.findall(r"/incidents/(INC-\d+)/", listed))) == 5
