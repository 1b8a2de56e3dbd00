"""Six months of incidents of the demo, each lived through by the commands that people have, at a shifted clock."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo import speaking
from demo.cast import Cast
from incidents import communications, engagement, levelling, lifecycle, situation, times
from incidents.lifecycle import Declaration
from incidents.models import Engagement, Incident
from incidents.statements import Words
from incidents.vocabulary import Phase, Posture, Severity, Type
from kit import clock
from reviews import finding, learning
from reviews.finding import Said
from reviews.models import Findings
from roles.catalogue import Role
from roles.models import User
from statuspage.models import Component
from statuspage.vocabulary import State, Status

WEEKS = 26
SEED = 7

PLOTS: tuple[tuple[str, str, Type, tuple[str, ...]], ...] = (
    ("Card payments are declined for some customers", "Checkout", Type.AVAILABILITY, ("S1", "S2", "S2")),
    ("Checkout answers slowly", "Checkout", Type.AVAILABILITY, ("S2", "S3")),
    ("Search returns no results in one region", "Search", Type.AVAILABILITY, ("S2", "S3", "S3")),
    ("The API answers with errors", "API", Type.AVAILABILITY, ("S1", "S2", "S2")),
    ("Webhooks arrive late", "Webhooks", Type.AVAILABILITY, ("S3", "S3", "S4")),
    ("The dashboard does not load", "Dashboard", Type.AVAILABILITY, ("S2", "S3")),
    ("Deploys are blocked by a failing test", "Build pipeline", Type.QUALITY, ("S3", "S4")),
    ("Invoices show the wrong currency", "Checkout", Type.QUALITY, ("S3", "S4")),
    ("Staff cannot sign in to the wiki", "Dashboard", Type.INTERNAL, ("S4", "S3")),
)
# Median minutes from the start of the impact to its end, by severity.
MEDIAN = {Severity.S1: 22, Severity.S2: 36, Severity.S3: 80, Severity.S4: 140}
STATUS = {
    Severity.S1: Status.MAJOR_OUTAGE,
    Severity.S2: Status.PARTIAL_OUTAGE,
    Severity.S3: Status.DEGRADED_PERFORMANCE,
}
Detection, Factor = Findings.Detection, Findings.Factor
# What had happened, what kind of thing that is, and who noticed it.
CAUSES = {
    "A change of configuration was rolled back.": (Factor.CONFIGURATION, Detection.MONITORING),
    "A database was out of connections; the limit was raised and the leak closed.": (
        Factor.CAPACITY,
        Detection.MONITORING,
    ),
    "A dependency was slow; calls to it now have a time limit.": (Factor.DEPENDENCY, Detection.CUSTOMER),
    "A deploy was reverted and its test extended.": (Factor.CHANGE, Detection.TEAM),
}


@dataclass(frozen=True)
class Plot:
    """What happens: minutes are counted from the start of the impact."""

    title: str
    service: str
    type: Type
    severity: Severity
    declared: float
    acknowledged: float
    mitigated: float
    resolved: float
    cause: str


def live_through(cast: Cast, now: datetime) -> None:
    """Every incident of the past, oldest first, each closed but for the one of the last days."""
    dice = random.Random(SEED)  # noqa: S311 - a story, no secret
    for week in range(WEEKS, 0, -1):
        for _ in range(dice.choice((1, 1, 2))):
            began = now - timedelta(weeks=week) + timedelta(minutes=dice.uniform(0, 6 * 24 * 60))
            _live(cast, _plot(dice), began)


def _plot(dice: random.Random) -> Plot:
    title, service, kind, levels = dice.choice(PLOTS)
    severity = Severity(dice.choice(levels))
    mitigated = max(9.0, dice.lognormvariate(0, 0.7) * MEDIAN[severity])
    declared = min(mitigated * 0.4, dice.lognormvariate(1.4, 0.7))
    acknowledged = declared + min(mitigated * 0.2, dice.lognormvariate(1.0, 0.6))
    resolved = mitigated + dice.lognormvariate(3.4, 0.5)
    return Plot(title, service, kind, severity, declared, acknowledged, mitigated, resolved, dice.choice(tuple(CAUSES)))


def _live(cast: Cast, plot: Plot, began: datetime) -> None:
    def at(minutes: float) -> datetime:
        return began + timedelta(minutes=minutes)

    with clock.at(at(plot.declared)):
        incident = _declare(cast, plot, began)
    lead = _lead(incident)
    with clock.at(at(plot.acknowledged)):
        _take_up(incident, lead, cast, plot)
    known_at = at((plot.acknowledged + plot.mitigated) / 2)
    with clock.at(known_at):
        lifecycle.transition(incident, Phase.MITIGATION, actor=lead)
        _say(incident, State.IDENTIFIED, "We know the cause and are putting it right.", cast)
    with clock.at(at(plot.mitigated + 1)):
        times.end_impact(incident, at(plot.mitigated), actor=lead)
        lifecycle.transition(incident, Phase.REMEDIATION, actor=lead, note=plot.cause)
        _say(incident, State.MONITORING, "It works again; we keep watching.", cast)
    with clock.at(at(plot.resolved)):
        _say(incident, State.RESOLVED, "This is fixed. No data was lost and you need to do nothing.", cast)
        lifecycle.transition(incident, Phase.POST_INCIDENT, actor=lead)
    with clock.at(at(plot.resolved) + timedelta(days=1)):
        _look_back(incident, lead, plot, known_at)


def _declare(cast: Cast, plot: Plot, began: datetime) -> Incident:
    said = Declaration(
        title=plot.title,
        type=plot.type,
        severity=plot.severity,
        rationale="Chosen by whoever declared it.",
        services=(cast.services[plot.service],),
        impact_started_at=began,
        detected_at=began,
    )
    return lifecycle.declare(said, actor=cast["Mia"])


def _lead(incident: Incident) -> User:
    """Whoever was asked in as incident manager, else as engineer, leads the story."""
    asked = Engagement.objects.filter(incident=incident).select_related("person")
    by_role = {one.role: one.person for one in asked}
    return by_role.get(Role.INCIDENT_MANAGER) or by_role[Role.ENGINEER]


def _take_up(incident: Incident, lead: User, cast: Cast, plot: Plot) -> None:
    for engaged in Engagement.objects.filter(incident=incident).select_related("person").distinct():
        if Engagement.objects.filter(pk=engaged.pk, state=Engagement.State.PAGED).exists():
            engagement.acknowledge(incident, actor=engaged.person)
    levelling.confirm(incident, actor=lead)
    new = {"affected": "Some merchants in Europe.", "doing": "Looking at the last changes."}
    situation.edit(incident, new, was={}, actor=lead)
    if plot.severity in STATUS and plot.type == Type.AVAILABILITY:
        communications.decide_posture(incident, Posture.POST, actor=lead)
        _say(incident, State.INVESTIGATING, "We are looking into it and will say more soon.", cast)
    else:
        reason = "Customers do not feel it."
        communications.decide_posture(incident, Posture.NOT_REQUIRED, actor=lead, reason=reason)


def _say(incident: Incident, state: State, body: str, cast: Cast) -> None:
    """A bulletin, where the public is told; the first opens the public incident."""
    incident.refresh_from_db()
    if incident.posture != Posture.POST:
        return
    link = incident.public_links.select_related("public_incident").first()
    components = Component.objects.filter(services__in=incident.services.all())
    status = STATUS[Severity(incident.severity)]
    words = Words(
        state=state,
        body=body,
        statuses={} if link else {component.public_id: status for component in components},
        name="" if link else incident.title,
        page=cast.page,
        public_incident=link.public_incident if link else None,
    )
    speaking.publish(incident, words, author=cast["Ada"])


def _look_back(incident: Incident, lead: User, plot: Plot, known_at: datetime) -> None:
    if plot.severity in (Severity.S1, Severity.S2):
        text = f"### What happened\n\n{plot.title}. {plot.cause}\n\n### What follows\n\nAn alert that sees it sooner."
        learning.write(incident, text, actor=lead)
        factor, detection = CAUSES[plot.cause]
        finding.record(incident, Said(detection, known_at, incident.severity, [factor]), actor=lead)
        due = clock.now() + timedelta(days=20)
        action = learning.add_action(incident, "Alert on it before customers do", owner=lead, due_at=due, actor=lead)
        learning.finish(action, actor=lead)
    lifecycle.transition(incident, Phase.CLOSED, actor=lead)
