"""A report as Markdown and as plain values for JSON; the page has its template. No figure is made here."""

from collections.abc import Iterator
from typing import Any

from incidents import narrative
from incidents.entries import Entry
from incidents.vocabulary import Severity
from insights.reporting import Report, role_of
from insights.spelling import at, span


def _cell(text: object) -> str:
    """A text that breaks no table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def _table(head: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(_cell(value) for value in row)} |"


def markdown(report: Report) -> str:
    """The whole document; headings and tables, times in UTC."""
    parts = (_summary, _impact, _metrics, _timeline, _people, _communications, _decisions, _actions, _learned)
    return "\n".join(line for part in parts for line in (*part(report), "")).strip() + "\n"


def facts(report: Report) -> list[tuple[str, str]]:
    """What stands at the top, in words."""
    incident = report.incident
    told = (
        ("Severity", incident.get_severity_display() or "unknown"),
        ("Severity at first", incident.initial_severity),
        ("Severity at its worst", incident.peak_severity),
        ("Severity in hindsight", report.findings.severity if report.findings else ""),
        ("Type", incident.get_type_display()),
        ("Phase", incident.get_phase_display()),
        ("Services", ", ".join(service.name for service in incident.services.all())),
        ("Detected", at(incident.detected_at)),
        ("Declared", at(incident.declared_at)),
        ("Acknowledged", at(incident.acknowledged_at)),
        ("Mitigated", at(incident.mitigated_at)),
        ("Resolved", at(incident.resolved_at)),
        ("Closed", at(incident.closed_at)),
    )
    return [(label, said) for label, said in told if said]


def _summary(report: Report) -> Iterator[str]:
    incident = report.incident
    yield f"# {incident.reference}: {incident.title}"
    yield ""
    if report.watermark:
        yield f"> {report.watermark}"
        yield ""
    yield f"As of {at(report.made_at)}."
    for label, text in (
        ("What", incident.what),
        ("Who is affected", incident.affected),
        ("What we do", incident.doing),
    ):
        if text:
            yield ""
            yield f"**{label}.** {text}"
    yield ""
    yield from _table(("Fact", ""), iter(facts(report)))


def _impact(report: Report) -> Iterator[str]:
    yield "## Impact"
    yield ""
    if not report.windows:
        yield "No window of impact is recorded."
        return
    rows = ((at(one.started_at), at(one.ended_at), "yes" if one.is_estimated else "no") for one in report.windows)
    yield from _table(("From", "To", "Estimated"), rows)


def _metrics(report: Report) -> Iterator[str]:
    yield "## Metrics"
    yield ""
    rows = ((one.label, span(one.seconds) if one.seconds is not None else "–", one.why) for one in report.metrics)
    yield from _table(("Duration", "Took", "Note"), rows)
    yield ""
    yield from _table(("Kept", "Of"), ((one.label, f"{one.hits} of {one.of}") for one in report.kept))


def _entry(entry: Entry) -> tuple[object, ...]:
    return at(entry.at), entry.who, narrative.sentence(entry.event), entry.body


def _timeline(report: Report) -> Iterator[str]:
    yield "## Timeline"
    yield ""
    yield from _table(("Time", "Who", "What", "Text"), map(_entry, report.timeline))


def _people(report: Report) -> Iterator[str]:
    yield "## Roles"
    yield ""
    rows = (
        (role_of(one), one.person, at(one.created_at), at(one.acknowledged_at), at(one.released_at))
        for one in report.people
    )
    yield from _table(("Role", "Who", "Asked", "Acknowledged", "Released"), rows)


def _communications(report: Report) -> Iterator[str]:
    yield "## Communications"
    yield ""
    public = ((at(one.display_at), f"Public: {one.get_state_display()}", one.body) for one in report.bulletins)
    inside = ((at(one.at), narrative.sentence(one.event), one.body) for one in report.told)
    yield from _table(("Time", "What", "Text"), iter([*public, *inside]))


def _decisions(report: Report) -> Iterator[str]:
    yield "## Decisions"
    yield ""
    yield from _table(("Time", "Who", "What", "Why"), map(_entry, report.decisions))


def _actions(report: Report) -> Iterator[str]:
    yield "## Actions"
    yield ""
    rows = ((one.title, one.owner, at(one.due_at), at(one.done_at)) for one in report.actions)
    yield from _table(("What", "Who", "Until", "Done"), rows)


def _learned(report: Report) -> Iterator[str]:
    yield "## Review"
    yield ""
    yield report.review.text if report.review else "No review is written."
    if report.findings:
        yield ""
        yield f"Noticed by: {report.findings.get_detection_display() or 'not said'}. "
        yield f"Cause known: {at(report.findings.cause_known_at)}. "
        yield f"Contributed: {', '.join(report.factors) or 'not said'}."


def plain(report: Report) -> dict[str, Any]:
    """The same as values for JSON; people by their names, times in ISO 8601."""
    incident = report.incident
    return {
        "reference": incident.reference,
        "title": incident.title,
        "made_at": report.made_at,
        "restricted": incident.is_restricted,
        "watermark": report.watermark,
        "severity": incident.severity,
        "severity_word": Severity(incident.severity).label if incident.severity else "",
        "initial_severity": incident.initial_severity,
        "peak_severity": incident.peak_severity,
        "reviewed_severity": report.findings.severity if report.findings else "",
        "type": incident.type,
        "phase": incident.phase,
        "services": [service.name for service in incident.services.all()],
        "summary": {"what": incident.what, "affected": incident.affected, "doing": incident.doing},
        **{name: getattr(incident, name) for name in TIMES},
        "impact": [
            {"started_at": one.started_at, "ended_at": one.ended_at, "estimated": one.is_estimated}
            for one in report.windows
        ],
        **_lists(report),
    }


TIMES = ("detected_at", "declared_at", "acknowledged_at", "mitigated_at", "resolved_at", "closed_at", "reopened_at")


def _lists(report: Report) -> dict[str, Any]:
    review, findings = report.review, report.findings
    return {
        "metrics": [{"key": m.key, "label": m.label, "seconds": m.seconds, "note": m.why} for m in report.metrics],
        "kept": [{"key": k.key, "label": k.label, "hits": k.hits, "of": k.of} for k in report.kept],
        "timeline": [_said(entry) for entry in report.timeline],
        "decisions": [_said(entry) for entry in report.decisions],
        "roles": [
            {"role": one.role, "person": str(one.person), "shadow": one.is_shadow, "asked_at": one.created_at,
             "acknowledged_at": one.acknowledged_at, "released_at": one.released_at}
            for one in report.people
        ],
        "bulletins": [{"at": b.display_at, "state": b.state, "body": b.body} for b in report.bulletins],
        "notices": [_said(entry) for entry in report.told],
        "actions": [
            {"key": a.key, "title": a.title, "owner": str(a.owner), "due_at": a.due_at, "done_at": a.done_at}
            for a in report.actions
        ],
        "review": review.text if review else "",
        "detection": findings.detection if findings else "",
        "cause_known_at": findings.cause_known_at if findings else None,
        "factors": list(findings.factors) if findings else [],
    }  # fmt: skip


def _said(entry: Entry) -> dict[str, Any]:
    return {"at": entry.at, "who": entry.who, "what": narrative.sentence(entry.event), "text": entry.body}
