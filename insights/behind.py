"""The incidents behind a figure: exactly those that it counts, longest first."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Min, Q, QuerySet

from incidents.models import Incident, PhaseEntry
from incidents.vocabulary import Phase
from insights.choosing import Choice
from insights.counts import Count
from insights.durations import BY_KEY, FALLBACK_CODES, OUTCOMES, Measure, Outcome, notes_of
from insights.facts import STAGES
from insights.filters import UNKNOWN, By
from insights.gathering import within
from insights.grouping import EVERYTHING, SEVERITIES, SEVERITY_UNKNOWN, Group
from insights.models import Fact
from insights.spelling import span
from insights.stages import Stage
from roles.models import User

PAGE = 50
# As the rows of a month are named: “2026-01”.
MONTH = re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])")

WHY = {
    Outcome.MEASURED: "measured",
    Outcome.PENDING: "still open, so not over yet",
    Outcome.NOT_APPLICABLE: "not applicable",
    Outcome.MISSING: "a time is not known",
    Outcome.INVALID: "the times contradict each other",
}


@dataclass(frozen=True)
class Figure:
    """A figure as its link names it: a duration, stage or proportion, a row, an outcome, and bounds in seconds."""

    measure: Measure | None = None
    stage: Stage | None = None
    count: Count | None = None
    group: str = ""
    outcome: Outcome = Outcome.MEASURED
    # Of a proportion: those that were kept, those that were not, or both.
    kept: bool | None = None
    only_fallback: bool = False
    least: float | None = None
    below: float | None = None
    most: float | None = None

    @property
    def column(self) -> str:
        """Of its facts; empty for a proportion."""
        return self.measure.key if self.measure else f"stage_{self.stage.value}" if self.stage else ""

    @property
    def title(self) -> str:
        if self.count:
            return self.count.label
        return self.measure.label if self.measure else f"Time {self.stage.label if self.stage else ''}"

    @property
    def why(self) -> str:
        return WHY[self.outcome]

    @property
    def bounds(self) -> str:
        """“at least 20 min and below 24 min”; empty where there are none."""
        told = [("at least", self.least or None), ("below", self.below), ("at most", self.most)]
        return " and ".join(f"{word} {span(seconds)}" for word, seconds in told if seconds is not None)


def facts(figure: Figure, choice: Choice) -> "QuerySet[Fact]":
    """The facts that the figure counts, longest first, then newest first."""
    found = choice.facts.filter(_in_row(figure, choice))
    if figure.count:
        return found.filter(_counted(figure.count, figure.kept), _counts(choice)).order_by("-declared_at", "pk")
    if figure.outcome == Outcome.NOT_APPLICABLE:
        return found.filter(_not_applicable(figure, choice)).order_by("-declared_at", "pk")
    found = found.filter(_counts(choice), outside="")
    if figure.outcome != Outcome.MEASURED:
        return found.filter(**{f"{figure.column}_code": OUTCOMES.index(figure.outcome)}).order_by("-declared_at", "pk")
    return found.filter(_measured(figure)).order_by(F(figure.column).desc(), "-declared_at", "pk")


def _counts(choice: Choice) -> Q:
    return Q() if choice.filters.with_drills else Q(is_drill=False)


def _not_applicable(figure: Figure, choice: Choice) -> Q:
    code = Q(**{f"{figure.column}_code": OUTCOMES.index(Outcome.NOT_APPLICABLE)})
    return ~Q(outside="") | code | (Q() if choice.filters.with_drills else Q(is_drill=True))


def _counted(count: Count, kept: bool | None) -> Q:
    found = Q(**{f"{count.key}_of__gt": 0})
    if kept is None:
        return found
    all_kept = F(f"{count.key}_of")
    return found & (Q(**{f"{count.key}_hits__gt": 0}) if kept else Q(**{f"{count.key}_hits__lt": all_kept}))


def _measured(figure: Figure) -> Q:
    bounds = {"isnull": False, "gte": figure.least, "lt": figure.below, "lte": figure.most}
    found = Q(**{f"{figure.column}__{bound}": value for bound, value in bounds.items() if value is not None})
    if figure.only_fallback:
        found &= Q(**{f"{figure.column}_code__in": FALLBACK_CODES})
    if figure.stage:
        # A way that took no time has no stages.
        found &= Q(*((f"{name}__gt", 0) for name in STAGES), _connector=Q.OR)
    return found


def group_of(figure: Figure, choice: Choice) -> Group | None:
    """The row that the figure names; None where there is no such row."""
    if not figure.group:
        return EVERYTHING
    if choice.grouping.by == By.SEVERITY:
        return SEVERITY_UNKNOWN if figure.group == UNKNOWN else SEVERITIES.get(figure.group)
    named = choice.grouping.find(figure.group)
    return named[1] if named else next((group for group in choice.rows if group.key == figure.group), None)


def _in_row(figure: Figure, choice: Choice) -> Q:
    if not figure.group:
        return Q()
    match choice.grouping.by:
        case By.SEVERITY:
            return Q(severity="" if figure.group == UNKNOWN else figure.group)
        case By.MONTH:
            month = MONTH.fullmatch(figure.group)
            return Q(day__year=int(month[1]), day__month=int(month[2])) if month else Q(pk=None)
    named = choice.grouping.find(figure.group)
    return within(named[0]) if named else Q(pk=None)


@dataclass(frozen=True)
class Line:
    """One incident behind a figure, as it is listed."""

    incident: Incident
    # What it took, how much of it was kept, or why it was not counted.
    told: str
    notes: tuple[str, ...]
    # When it was first over, where it was reopened since; the duration counts the latest.
    first_over_at: datetime | None


def lines(shown: Iterable[Fact], figure: Figure, *, user: User) -> list[Line]:
    """The rows of a page of the list; two statements and one for the reopened."""
    kept = list(shown)
    seen = Incident.objects.visible_to(user).filter(pk__in=[fact.pk for fact in kept])
    incidents = {incident.pk: incident for incident in seen.prefetch_related("services")}
    reopened = [pk for pk, incident in incidents.items() if incident.reopened_at]
    first = _first_over(reopened, figure) if reopened else {}
    return [
        Line(incidents[fact.pk], _told(fact, figure), _notes(fact, figure), first.get(fact.pk))
        for fact in kept
        if fact.pk in incidents
    ]


def _told(fact: Fact, figure: Figure) -> str:
    if figure.count:
        return f"{getattr(fact, f'{figure.count.key}_hits')} of {getattr(fact, f'{figure.count.key}_of')}"
    if figure.outcome == Outcome.NOT_APPLICABLE:
        return fact.outside or ("drill" if fact.is_drill else "not in its population")
    return span(getattr(fact, figure.column)) if figure.outcome == Outcome.MEASURED else figure.why


def _notes(fact: Fact, figure: Figure) -> tuple[str, ...]:
    if figure.measure is None or figure.outcome != Outcome.MEASURED:
        return ()
    return notes_of(getattr(fact, f"{figure.measure.key}_code"))


def _first_over(reopened: list[UUID], figure: Figure) -> dict[UUID, datetime]:
    over = Phase.REMEDIATION if figure.measure is BY_KEY["mitigate"] else Phase.POST_INCIDENT
    entries = PhaseEntry.objects.filter(incident__in=reopened, phase=over).order_by()
    return dict(entries.values_list("incident").annotate(Min("entered_at")))
