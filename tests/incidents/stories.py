"""Incidents to begin a story with, made by the commands that people have."""

from typing import Any

from incidents import approvals, communications, engagement, lifecycle, outgoing
from incidents.cadence import TAKE_BACK
from incidents.communications import Words
from incidents.lifecycle import Declaration
from incidents.models import Approval, Draft, Incident, Obligation, Service
from incidents.vocabulary import Duty, Posture, Severity, Type
from kit import clock
from roles.models import User
from statuspage.models import Bulletin
from statuspage.vocabulary import State, Status
from tests.conftest import MORNING
from tests.people import ada, grace, linus, team
from tests.statuspage_world import component, page


def declared(severity: Severity | None = Severity.S2, *, by: User | None = None, **said: Any) -> Incident:
    """An availability incident that somebody has just declared."""
    words = {"title": "Checkout fails for a fifth of customers", "type": Type.AVAILABILITY, "severity": severity} | said
    return lifecycle.declare(Declaration(**words), actor=by or linus())


def payments() -> Service:
    return Service.objects.get_or_create(slug="payments", defaults={"name": "Payments", "owner": team()})[0]


def answered(severity: Severity = Severity.S2, **said: Any) -> Incident:
    """Declared, and everybody who was called is on it."""
    incident = declared(severity, **said)
    for engaged in list(incident.engagements.select_related("person")):
        engagement.acknowledge(incident, actor=engaged.person)
    return incident


def ada_alone(severity: Severity = Severity.S2, **said: Any) -> Incident:
    """Declared; of those who were called only Ada has answered, so nobody else looks at what she publishes."""
    return engagement.acknowledge(declared(severity, **said), actor=ada())


def owed(incident: Incident, duty: Duty) -> Obligation | None:
    return Obligation.objects.open().filter(incident=incident, duty=duty).first()


def kinds(incident: Incident) -> list[str]:
    """The kinds of the timeline's entries, oldest first."""
    return list(incident.events.order_by("position").values_list("kind", flat=True))


def told_public(incident: Incident, state: State = State.INVESTIGATING, **said: Any) -> Bulletin:
    """Publish a bulletin as communications does: the first opens the public incident, later ones go on with it."""
    if incident.posture != Posture.POST:
        communications.decide_posture(incident, Posture.POST, actor=grace())
    link = incident.public_links.first()
    # Who speaks and who finds it right are two people, wherever somebody else is there (SUP-4).
    words = Words(
        state=state,
        body=said.pop("body", "We are looking into failing payments."),
        public_incident=link.public_incident if link else None,
        page=page(),
        name="" if link else "Payments fail",
        statuses=said.pop("statuses", {} if link else {component().public_id: Status.PARTIAL_OUTAGE}),
        **said,
    )
    found_right(incident, words)
    return communications.publish(incident, words, actor=ada())


def found_right(incident: Incident, words: Words) -> None:
    """Somebody else finds a bulletin of Ada's right, where somebody must; the timeline and the letters say nothing."""
    second = approvals.approver(incident, ada())
    page_of = words.page or (words.public_incident.page if words.public_incident else page())
    if second is None or approvals.of(incident, words, actor=ada(), now=clock.now()).way:
        return
    draft = Draft.objects.create(
        incident=incident, page=page_of, state=words.state, discarded_at=clock.now(),
        created_at=clock.now(), updated_at=clock.now(),
    )  # fmt: skip
    Approval.objects.create(
        incident=incident, draft=draft, digest=approvals.digest(words), promise=words.next_update_at,
        asked_by=ada(), asked_at=clock.now(), approver=second.person, role=second.role,
        answer=Approval.Answer.RIGHT, answered_by=second.person, answered_at=clock.now(),
    )  # fmt: skip


def go_out() -> None:
    """The seconds pass in which a bulletin could be taken back, and the ticker looks."""
    with clock.shifted(TAKE_BACK):
        outgoing.publish_due(clock.now())


def minutes_until_due(incident: Incident, duty: Duty) -> float | None:
    """How far ahead the duty is due, in minutes after ten o'clock (the mornings of the tests)."""
    found = owed(incident, duty)
    return (found.due_at - MORNING).total_seconds() / 60 if found else None
