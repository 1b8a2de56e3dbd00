"""Notices to stakeholders and executives, composed from the record (domain §2.6, §2.7 wordings 12 and 13)."""

from typing import Any

from incidents.phases import ENDS
from incidents.severity import DEFINITIONS
from incidents.vocabulary import Phase, Posture, Severity
from notifications import moments
from notifications.moments import Moment
from notifications.record import Record
from notifications.vocabulary import To
from notifications.words import Words
from roles.catalogue import Role

Facts = list[tuple[str, str]]

HEADS: dict[Moment, str] = {
    Moment.MITIGATED: "Mitigated",
    Moment.RESOLVED: "Resolved",
    Moment.SETBACK: "Not over after all",
    Moment.REOPENED: "Reopened",
    Moment.WITHDRAWN: "Withdrawn",
    Moment.CONTINUES: "Continues in another incident",
}
MEANS: dict[Moment, str] = {
    Moment.MITIGATED: "Customers should no longer feel it. We keep working until it is unlikely to come back.",
    Moment.RESOLVED: "It is over. There is nothing you need to do.",
    Moment.SETBACK: "It is not over after all: customers may feel it again.",
    Moment.WITHDRAWN: "It turned out to be no incident. Please take back what you passed on.",
    Moment.CONTINUES: "It is the same disturbance as another incident, where the work goes on.",
}
# What the words that somebody wrote with it are to the reader.
_SAID: dict[Moment, str] = {
    Moment.CHANGED: "Reason",
    Moment.MITIGATED: "What was done",
    Moment.RESOLVED: "What was done",
    Moment.SETBACK: "What is different now",
    Moment.REOPENED: "What came back",
    Moment.WITHDRAWN: "Reason",
    Moment.CONTINUES: "Reason",
}
OVER = (Moment.RESOLVED, Moment.WITHDRAWN, Moment.CONTINUES)


def brief(record: Record) -> Words:
    """One notice for one of the two audiences."""
    moment = moments.of(record.event)
    assert moment is not None
    facts = _executive(record, moment) if record.to == To.EXECUTIVES else _stakeholder(record, moment)
    incident = record.incident
    return Words(
        subject=f"{head(record, moment)}: {incident.title} [{incident.reference}]",
        first=_first(record, moment),
        facts=tuple((label, value) for label, value in facts if label and value),
        url=record.url,
        link=f"Open {incident.reference}",
        mark=record.mark,
        data=data(record, moment),
    )


def head(record: Record, moment: Moment) -> str:
    """What a subject begins with: the state, in a word or three."""
    facts = record.event.data
    if moment == Moment.CONFIRMED:
        return f"{facts['severity']} confirmed"
    if moment == Moment.CHANGED:
        return f"{'Raised' if facts['to'] < facts['from'] else 'Corrected'} from {facts['from']} to {facts['to']}"
    if moment == Moment.NOTICE:
        return f"{record.incident.severity}, {record.incident.get_phase_display().lower()}"
    return HEADS.get(moment, "Update")


def _first(record: Record, moment: Moment) -> str:
    """What it means for the reader."""
    if moment in MEANS:
        return MEANS[moment]
    severity = record.incident.severity
    meaning = f"{DEFINITIONS[Severity(severity)].customers}." if severity else ""
    return f"{meaning} {_effect(record)}".strip()


def _effect(record: Record) -> str:
    """Who is affected, in the responders' own words; what is happening where that is not written yet."""
    incident = record.incident
    return incident.affected or (incident.what if incident.what != incident.title else "")


def _stakeholder(record: Record, moment: Moment) -> Facts:
    incident, is_over = record.incident, moment in OVER
    return [
        (_SAID.get(moment, ""), record.event.body),
        ("What is happening", "" if is_over or incident.what == incident.title else incident.what),
        # Elsewhere the first line says it already.
        ("Who is affected", incident.affected if moment in MEANS else ""),
        ("Services", record.services),
        ("Since", record.since),
        ("What we do now", "" if is_over else incident.doing or "Not written down yet."),
        _changed(record),
        ("People", "" if is_over else record.people),
        ("To customers you can say", "" if is_over else _safe_sentence(record)),
        ("Status page", _page_url(record)),
        ("Please", "" if is_over else "Do not estimate a finish time."),
        ("Questions to", _asked(record, Role.COMMUNICATIONS, Role.INCIDENT_MANAGER, Role.ENGINEER)),
        ("Note", record.notes),
        ("Next update", "" if is_over else _next(record)),
    ]


def _executive(record: Record, moment: Moment) -> Facts:
    incident, is_over = record.incident, moment in OVER
    definition = DEFINITIONS[Severity(incident.severity)] if incident.severity else None
    risk = f"{definition.customers}; {definition.company.lower()}." if definition else ""
    return [
        (_SAID.get(moment, ""), record.event.body),
        ("Problem", incident.what or incident.title),
        ("Who is affected and how many", incident.affected or "Not established yet."),
        ("Since", record.since),
        ("What we believe is the cause", _cause(incident.phase)),
        ("What we are doing", "" if is_over else incident.doing or "Not written down yet."),
        ("Next milestone", "" if is_over else ENDS[Phase(incident.phase)]),
        _changed(record),
        ("Risk if it continues", "" if is_over else risk),
        ("Decision or help needed", "" if is_over else _decision(incident.posture)),
        ("Questions to", _asked(record, Role.EXECUTIVE_LIAISON, Role.INCIDENT_MANAGER, Role.ENGINEER)),
        ("People", "" if is_over else record.people),
        ("Status page", _page_url(record)),
        ("Note", record.notes),
        ("Next brief", "" if is_over else _next(record)),
    ]


def _asked(record: Record, *roles: Role) -> str:
    """Who answers this reader: the first of these roles that somebody holds."""
    held = {one.role: one.person for one in reversed(record.gathered.engaged[record.incident.pk])}
    return next((f"{held[role]} ({role.label.lower()})" for role in roles if role in held), "")


def _changed(record: Record) -> tuple[str, str]:
    before = record.told_before
    if before is None:
        return ("", "")
    return (f"Changed since {record.at(before.created_at)}", "\n".join(record.changes) or "Nothing that concerns you.")


def _cause(phase: str) -> str:
    if phase in (Phase.TRIAGE, Phase.IDENTIFICATION):
        return "Not known yet."
    return "Believed to be known; a mitigation is agreed." if phase == Phase.MITIGATION else "Known and dealt with."


def _decision(posture: str) -> str:
    return "Whether the public is told is still to be decided." if posture == Posture.UNDECIDED else "None."


def _safe_sentence(record: Record) -> str:
    """Only what the public was told already is safe to repeat."""
    if record.bulletin:
        return f"“{' '.join(record.bulletin.body.split())}”"
    return "That we are looking into it. Nothing is on the status page."


def _page_url(record: Record) -> str:
    if record.bulletin is None:
        return ""
    public = record.bulletin.public_incident
    return f"{public.page.url}/incidents/{public.public_id}"


def _next(record: Record) -> str:
    return f"{record.at(record.next_at)}, or when something changes" if record.next_at else "When something changes."


def data(record: Record, moment: Moment) -> dict[str, Any]:
    """The same for machines; times in ISO 8601, None where unknown."""
    incident = record.incident
    return {
        "moment": moment.value,
        "audience": record.to.value,
        "incident": {
            "reference": incident.reference,
            "title": incident.title,
            "type": incident.type,
            "severity": incident.severity,
            "phase": incident.phase,
            "what": incident.what,
            "affected": incident.affected,
            "doing": incident.doing,
            "started_at": record.started_at.isoformat(),
            "declared_at": incident.declared_at.isoformat(),
            "mitigated_at": incident.mitigated_at.isoformat() if incident.mitigated_at else None,
            "resolved_at": incident.resolved_at.isoformat() if incident.resolved_at else None,
            "url": record.url,
        },
        "text": record.event.body,
        "next_update_at": record.next_at.isoformat() if record.next_at else None,
    }
