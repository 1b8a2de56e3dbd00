"""One incident as a document: everything that is known of it, put together by itself (BG1-3). A question."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from incidents import entries, narrative
from incidents.entries import Entry
from incidents.models import Engagement, ImpactWindow, Incident
from incidents.vocabulary import Kind
from insights.counts import COUNTS
from insights.durations import MEASURES, Outcome, reading
from insights.reading import Milestones, milestones
from kit import clock
from reviews.models import Action, Findings, Review
from roles.catalogue import Role
from roles.models import User
from statuspage.models import Bulletin

TOLD = (Kind.NOTICE, Kind.UPDATED)


@dataclass(frozen=True)
class Metric:
    """One figure of this incident: seconds, or why there are none."""

    key: str
    label: str
    seconds: int | None
    why: str


@dataclass(frozen=True)
class Kept:
    """What went well of what could have, on this incident."""

    key: str
    label: str
    hits: int
    of: int


@dataclass(frozen=True)
class Report:
    """Everything that stands in the document, in its order."""

    incident: Incident
    made_at: datetime
    made_for: User
    windows: list[ImpactWindow]
    timeline: list[Entry]
    decisions: list[Entry]
    people: list[Engagement]
    bulletins: list[Bulletin]
    told: list[Entry]
    actions: list[Action]
    review: Review | None
    findings: Findings | None
    metrics: list[Metric]
    kept: list[Kept]

    @property
    def factors(self) -> list[str]:
        labels = dict(Findings.Factor.choices)
        return [str(labels.get(factor, factor)) for factor in self.findings.factors] if self.findings else []

    @property
    def watermark(self) -> str:
        """What every page of a restricted incident's report says."""
        if not self.incident.is_restricted:
            return ""
        return f"Members only. Exported for {self.made_for} on {self.made_at:%Y-%m-%d %H:%M} UTC; do not pass it on."


def of(incident: Incident, *, user: User) -> Report:
    """The report of an incident that this person may see; a dozen statements."""
    told = entries.everything(incident, user)
    (found,) = milestones([incident.pk])
    return Report(
        incident=incident,
        made_at=clock.now(),
        made_for=user,
        windows=list(incident.windows.all()),
        timeline=told,
        decisions=[entry for entry in told if entry.event.kind in narrative.DECISIONS],
        people=list(incident.engagements.select_related("person").order_by("created_at")),
        bulletins=_bulletins(incident),
        told=[entry for entry in told if entry.event.kind in TOLD],
        actions=list(Action.objects.visible_to(user).filter(incident=incident).select_related("owner")),
        review=Review.objects.visible_to(user).filter(incident=incident).select_related("author").first(),
        findings=Findings.objects.visible_to(user).filter(incident=incident).first(),
        metrics=list(_metrics(found)),
        kept=list(_kept(found)),
    )


def _bulletins(incident: Incident) -> list[Bulletin]:
    linked = Q(public_incident__internal_link__incident=incident)
    return list(Bulletin.objects.filter(linked).order_by("display_at", "pk"))


WHY = {
    Outcome.PENDING: "not over yet",
    Outcome.NOT_APPLICABLE: "not applicable",
    Outcome.MISSING: "a time is not known",
    Outcome.INVALID: "the times contradict each other",
}


def _metrics(found: Milestones) -> Iterator[Metric]:
    for measure in MEASURES:
        read = reading(measure, found)
        yield Metric(measure.key, measure.label, read.seconds, WHY.get(read.outcome, "; ".join(read.because)))


def _kept(found: Milestones) -> Iterator[Kept]:
    for count in COUNTS:
        hits, of = count.of(found)
        if of:
            yield Kept(count.key, count.label, hits, of)


def role_of(engagement: Engagement) -> str:
    """“Incident manager”, or that somebody only watched."""
    return f"{Role(engagement.role).label}{', watching' if engagement.is_shadow else ''}"
