"""The dashboard as it is drawn: strips, sentences, and a link behind every figure. No figure is made here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import floor, isinf

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from insights import charts, sentences
from insights.behind import WHY
from insights.charts import Column, Mark, Slice, Strip, Tick
from insights.counts import Count
from insights.distributions import Proportion
from insights.durations import Measure
from insights.filters import By, Filters
from insights.panels import Dashboard, Panel, Rate, Row
from insights.pools import LeftOut
from insights.spelling import brief, span
from insights.stages import Share

# A page shows so many rows of a chart, the table behind it some more; the CSV holds all.
MOST_ROWS, MOST_IN_TABLE = 6, 24
# Which row has a sentence of its own above the panel: the first of the severities, the last of the months.
TOLD_APART = {By.SEVERITY: 0, By.MONTH: -1}


# By row and run, the references of the few incidents that are chosen, by their seconds.
Named = Mapping[tuple[str, str], Mapping[int, str]]


class Links:
    """Addresses of the incidents behind a figure, under the filters of the page."""

    def __init__(self, filters: Filters) -> None:
        self.base = reverse("insights_incidents")
        self.filters = filters

    def to(self, **figure: object) -> str:
        return self.base + self.filters.query(**figure)

    def rate(self, count: Count, **which: object) -> str:
        return self.to(count=count.key, **which)

    def row(self, measure: Measure, row: Row, **bounds: object) -> str:
        group = {"group": row.group.key} if row.group.key else {}
        return self.to(measure=measure.key, **group, **bounds)


@dataclass(frozen=True)
class Number:
    """A figure in words, in minutes for the table, and the address of its incidents."""

    name: str
    words: str
    minutes: str
    href: str


@dataclass(frozen=True)
class DrawnRow:
    """A row as the template needs it."""

    row: Row
    strip: Strip
    # Drawn here and not by the template: there are thousands.
    marks: SafeString
    sentence: str
    href: str
    numbers: list[Number]
    kept: str
    kept_href: str


@dataclass(frozen=True)
class DrawnLeftOut:
    left: LeftOut
    why: str
    href: str


@dataclass(frozen=True)
class DrawnPanel:
    """A panel as the template needs it."""

    panel: Panel
    sentence: str
    rows: list[DrawnRow]
    table: list[DrawnRow]
    # How many rows stand in the table alone, and how many not even there.
    hidden: int
    unlisted: int
    # What a dot stands for, where it is more than one incident.
    dots: str
    left_out: list[DrawnLeftOut]
    fallback_href: str
    target: str


@dataclass(frozen=True)
class DrawnRate:
    """A proportion as the template needs it: in words, and its interval in per cent of the width."""

    rate: Rate
    words: str
    interval: str
    share: str
    low: str
    width: str
    href: str
    # Those that did not go well, or that did what should not happen.
    other_href: str


@dataclass(frozen=True)
class DrawnStage:
    """A stage of the bar in words; `half` and `three_quarters` are empty of too few incidents."""

    share: Share
    percent: str
    words: str
    half: str
    three_quarters: str
    # By how many points its share grew since the period before; empty where it did not.
    grew: str
    href: str


@dataclass(frozen=True)
class Drawing:
    """The whole page, on one scale."""

    panels: list[DrawnPanel]
    rates: list[DrawnRate]
    ticks: list[Tick]
    slices: list[Slice]
    stages: list[DrawnStage]
    # What the bar says, in a sentence.
    went: str


def draw(dashboard: Dashboard, named: Named) -> Drawing:
    """Draw what the figures say; all panels share one axis, so that they can be compared."""
    links = Links(dashboard.filters)
    scale = charts.axis(panel.everything for panel in dashboard.panels)
    return Drawing(
        panels=[_panel(panel, scale, links, named) for panel in dashboard.panels],
        rates=[_rate(rate, links) for rate in dashboard.rates],
        ticks=scale.ticks,
        slices=charts.bar(dashboard.shares),
        stages=[_stage(share, dashboard.growth.get(share.stage, 0.0), links) for share in _by_growth(dashboard)],
        went=sentences.of_stages(dashboard.shares),
    )


def _panel(panel: Panel, scale: charts.Axis, links: Links, named: Named) -> DrawnPanel:
    shown, listed = (_first(panel.rows, most, links.filters.by) for most in (MOST_ROWS, MOST_IN_TABLE))
    columns = {row.group: charts.columns(row.measured, scale) for row in (panel.everything, *shown)}
    of_all = charts.dots_stand_for([columns[panel.everything.group]])
    each = charts.dots_stand_for(columns[row.group] for row in shown)
    table = [
        _row(panel, row, columns.get(row.group, []), scale, of_all if row is panel.everything else each, links, named)
        for row in (panel.everything, *listed)
    ]
    target = panel.measure.target
    return DrawnPanel(
        panel=panel,
        sentence=_lead(panel, links.filters.by),
        rows=[drawn for drawn in table if drawn.row in (panel.everything, *shown)],
        table=table,
        hidden=len(listed) - len(shown),
        unlisted=len(panel.rows) - len(listed),
        dots=_dots(of_all, each),
        left_out=[
            DrawnLeftOut(left, WHY[left.outcome], links.to(measure=panel.measure.key, outcome=left.outcome.value))
            for left in panel.left_out
        ],
        fallback_href=links.to(measure=panel.measure.key, fallback="yes"),
        target=span(target.total_seconds()) if target else "",
    )


def _first(rows: tuple[Row, ...], most: int, by: By) -> tuple[Row, ...]:
    """Of months the latest, of everything else the first in their order."""
    return rows[-most:] if by == By.MONTH else rows[:most]


def _rate(rate: Rate, links: Links) -> DrawnRate:
    found, count = rate.found, rate.count
    if found is None:
        return DrawnRate(rate, "", "", "", "", "", "", "")
    share, low, width = (charts.percent(value * 100) for value in (found.share, found.low, found.high - found.low))
    return DrawnRate(
        rate=rate,
        words=f"{found.hits} of {found.n}",
        interval=sentences.interval(found),
        share=share,
        low=low,
        width=width,
        href=links.rate(count),
        other_href=links.rate(count, kept="no" if count.is_good else "yes"),
    )


def _dots(of_all: int, each: int) -> str:
    if of_all == 1:
        return ""
    others = f", and up to {each} in the others" if each > 1 else ""
    return f"A dot stands for up to {of_all} incidents in the first row{others}."


def _lead(panel: Panel, by: By) -> str:
    """What the panel shows: of all, and of the gravest severity or the latest month that can be summarised."""
    if not panel.everything.summary.n:
        why = ", ".join(f"{WHY[left.outcome]}: {left.count}" for left in panel.left_out if left.count)
        return f"No incident here was measured ({why})."
    said = [sentences.of_row(panel.measure, panel.everything)]
    telling = [row for row in panel.rows if not row.summary.too_few]
    if telling and len(panel.rows) > 1 and by in TOLD_APART:
        said.append(sentences.of_row(panel.measure, telling[TOLD_APART[by]]))
    return " ".join(said)


def _row(
    panel: Panel, row: Row, columns: list[Column], scale: charts.Axis, each: int, links: Links, named: Named
) -> DrawnRow:
    measure, kept = panel.measure, row.within
    target = measure.target.total_seconds() if measure.target else None
    references = named.get((row.group.key, measure.key), {})
    strip = charts.strip(row, columns, scale, each=each, target=target, named=references)
    return DrawnRow(
        row=row,
        strip=strip,
        marks=_drawn(strip.marks, links.row(measure, row)),
        sentence=f"{row.group.label}: {sentences.of_row(measure, row)}",
        href=links.row(measure, row),
        numbers=list(_numbers(measure, row, links)),
        kept=_kept(kept),
        kept_href=links.row(measure, row, most=target) if kept else "",
    )


def _kept(kept: Proportion | None) -> str:
    return f"{kept.hits} of {kept.n} ({sentences.interval(kept)})" if kept else ""


def _drawn(marks: Iterable[Mark], listed: str) -> SafeString:
    """Every mark as a link: one incident's to the incident, a column of several to the list of exactly these."""
    return SafeString("".join(f'<a href="{escape(_behind(mark, listed))}" {_shape(mark)}</a>' for mark in marks))


def _behind(mark: Mark, listed: str) -> str:
    if mark.reference:
        return reverse("room", args=[mark.reference])
    upper = "" if isinf(mark.below) else f"&below={mark.below}"
    return f"{listed}&least={mark.least}{upper}"


def _shape(mark: Mark) -> str:
    hit = f'<rect x="{mark.hit}" width="{mark.width}"/>'
    solid = _dotted("dots", mark, mark.solid_top, mark.end)
    hollow = _dotted("dots", mark, mark.top, mark.hollow_end) + _dotted(
        "dots is-hollow", mark, mark.top, mark.hollow_end
    )
    return f'tabindex="-1"><title>{escape(mark.label)}</title>{hit}{solid}{hollow}'


def _dotted(kind: str, mark: Mark, top: float | None, end: float | None) -> str:
    if top is None or end is None:
        return ""
    return f'<line class="{kind}" x1="{mark.x}" x2="{mark.x}" y1="{top:g}" y2="{end:g}"/>'


def _numbers(measure: Measure, row: Row, links: Links) -> Iterator[Number]:
    found = row.summary.percentiles
    if found is None:
        return
    for name, value in (("median", found.p50), ("p75", found.p75), ("p90", found.p90), ("p95", found.p95)):
        if value is not None:
            # Rounded down, so that an incident exactly at the percentile is among those that took at least as long.
            least = floor(value * 1000) / 1000
            yield Number(name, brief(value), f"{value / 60:.1f}", links.row(measure, row, least=least))


def _by_growth(dashboard: Dashboard) -> list[Share]:
    """The stage that grew most first, the others in the order of the way."""
    grew = [stage for stage, growth in dashboard.growth.items() if growth > 0]
    most = max(grew, key=lambda stage: dashboard.growth[stage], default=None)
    return sorted(dashboard.shares, key=lambda share: share.stage != most)


def _stage(share: Share, growth: float, links: Links) -> DrawnStage:
    half, most = (sentences.percent(each) if each is not None else "" for each in (share.p50, share.p75))
    grew = f"{growth * 100:.0f}" if growth >= 0.005 else ""
    href = links.to(stage=share.stage.value)
    return DrawnStage(share, sentences.percent(share.share), span(share.seconds), half, most, grew, href)
