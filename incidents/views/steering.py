"""Steering: severity, phase, monitoring, times, impact, details, and the ways out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from incidents import exits, holders, intervals, levelling, lifecycle, merging, phases, room, situation, times
from incidents.forms import steering as forms
from incidents.intervals import Intervals
from incidents.leave import RESPOND, STEER
from incidents.models import Incident
from incidents.severity import DEFINITIONS, FROM_WORST, Definition, is_worse
from incidents.views.answers import Comparison, ask_for, click, seen, viewer
from incidents.vocabulary import Milestone, Phase, Severity, Type
from kit import clock

FORM = ["GET", "POST"]
Said = dict[str, Any]


@require_POST
def confirm(request: HttpRequest, reference: str) -> HttpResponse:
    incident = seen(request, reference, STEER)
    return click(request, incident, lambda: levelling.confirm(incident, actor=viewer(request)))


@dataclass(frozen=True)
class Level:
    """A severity with its definition and what choosing it would do."""

    definition: Definition
    is_now: bool
    is_graver: bool
    does: levelling.Consequences
    intervals: Intervals


@require_http_methods(FORM)
def severity(request: HttpRequest, reference: str) -> HttpResponse:
    """Every level with its definition and what choosing it would do; then raise or correct."""
    incident, actor, now = seen(request, reference, STEER), viewer(request), clock.shown()
    form = forms.SeverityForm(
        request.POST or None, initial={"severity": request.GET.get("to", incident.severity)}, incident=incident
    )
    return ask_for(
        request,
        "severity",
        incident,
        form,
        lambda said: levelling.change(
            incident, Severity(said["severity"]), actor=actor, reason=said["reason"], because=said["because"]
        ),
        levels=[_level(incident, one, now) for one in FROM_WORST],
        kinds=(("when-raising", forms.RAISING), ("when-lowering", forms.LOWERING)),
        lead=holders.lead(incident),
    )


def _level(incident: Incident, to: Severity, now: datetime) -> Level:
    return Level(
        definition=DEFINITIONS[to],
        is_now=to == incident.severity,
        is_graver=is_worse(to, incident.severity),
        does=levelling.preview(incident, to, now),
        intervals=intervals.of(incident, to),
    )


@require_http_methods(FORM)
def phase(request: HttpRequest, reference: str) -> HttpResponse:
    """The phases one can go to, each with what stands in its way; the next one is chosen unless it is barred."""
    incident, actor = seen(request, reference, STEER), viewer(request)
    ways = [to for to in phases.WAY if to in phases.NEXT[Phase(incident.phase)]]
    stops = {to: room.stops(incident, to, actor) for to in ways}
    onward = phases.next_phase(incident.phase)
    meant = request.GET.get("to") or ("" if onward is None or stops.get(onward) else onward.value)
    return ask_for(
        request,
        "phase",
        incident,
        forms.PhaseForm(request.POST or None, initial={"to": meant}),
        lambda said: lifecycle.transition(incident, Phase(said["to"]), actor=actor, note=said["note"]),
        ways=[(to, phases.ends(to), stops[to]) for to in ways],
    )


@require_http_methods(FORM)
def monitor(request: HttpRequest, reference: str) -> HttpResponse:
    incident, actor = seen(request, reference, STEER), viewer(request)
    return ask_for(
        request,
        "monitor",
        incident,
        forms.MonitorForm(request.POST or None),
        lambda said: lifecycle.monitor(incident, actor=actor, minutes=said["minutes"]),
    )


@require_http_methods(FORM)
def recur(request: HttpRequest, reference: str) -> HttpResponse:
    """It came back while we watched, or after it was mitigated."""
    incident, actor = seen(request, reference, STEER), viewer(request)
    form = forms.RecurForm(request.POST or None)
    return ask_for(request, "recur", incident, form, lambda said: lifecycle.recur(incident, actor=actor, **said))


@require_POST
def fixed(request: HttpRequest, reference: str) -> HttpResponse:
    incident = seen(request, reference, STEER)
    return click(request, incident, lambda: exits.fix_and_close(incident, actor=viewer(request)))


@require_http_methods(FORM)
def decline(request: HttpRequest, reference: str) -> HttpResponse:
    incident, actor = seen(request, reference, STEER), viewer(request)
    form = forms.ReasonForm(request.POST or None)
    return ask_for(
        request, "decline", incident, form, lambda said: exits.decline(incident, actor=actor, reason=said["reason"])
    )


@require_http_methods(FORM)
def take_back(request: HttpRequest, reference: str) -> HttpResponse:
    """A declined one, back into triage."""
    incident, actor = seen(request, reference, STEER), viewer(request)
    form = forms.ReasonForm(request.POST or None)
    return ask_for(
        request, "take_back", incident, form, lambda said: exits.take_back(incident, actor=actor, reason=said["reason"])
    )


@require_http_methods(FORM)
def merge(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose the incident that goes on, among the live ones one may see."""
    incident, actor = seen(request, reference, STEER), viewer(request)
    candidates = Incident.objects.visible_to(actor).open().exclude(pk=incident.pk)
    return ask_for(
        request,
        "merge",
        incident,
        forms.MergeForm(request.POST or None, candidates=candidates),
        lambda said: merging.merge(incident, said["survivor"], actor=actor, reason=said["reason"]),
        candidates=candidates,
    )


@require_http_methods(FORM)
def impact(request: HttpRequest, reference: str) -> HttpResponse:
    """From when to when it was felt."""
    incident, actor = seen(request, reference, RESPOND), viewer(request)
    windows = list(incident.windows.all())
    form = forms.ImpactForm(request.POST or None, windows=windows)
    return ask_for(
        request,
        "impact",
        incident,
        form,
        lambda _: times.record_impact(incident, form.impact(clock.now()), actor=actor),
        windows=windows,
    )


@require_http_methods(FORM)
def correct_time(request: HttpRequest, reference: str) -> HttpResponse:
    """Every milestone with its time; one is put right with its reason."""
    incident, actor = seen(request, reference, STEER), viewer(request)
    entries = list(incident.phase_entries.all())

    def correct(said: Said) -> object:
        which, more = said["which"], {"actor": actor, "reason": said["reason"]}
        if which in Milestone.values:
            return times.correct(incident, Milestone(which), said["at"], **more)
        return times.correct_phase(incident, int(which), said["at"], **more)

    return ask_for(
        request,
        "times",
        incident,
        forms.TimeForm(request.POST or None, entries=entries),
        correct,
        known=[(milestone, getattr(incident, milestone)) for milestone in Milestone],
        entries=entries,
    )


@require_http_methods(FORM)
def details(request: HttpRequest, reference: str) -> HttpResponse:
    """Type and services."""
    incident, actor = seen(request, reference, STEER), viewer(request)
    compared = Comparison.of(request, DETAILS, situation.details(incident))
    return ask_for(
        request,
        "details",
        incident,
        forms.DetailsForm(request.POST or None, initial={"type": incident.type, "services": incident.services.all()}),
        lambda said: compared.save(
            lambda was: situation.edit_details(
                incident, actor=actor, type=Type(said["type"]), services=list(said["services"]), was=was
            )
        ),
        compared=compared,
    )


DETAILS = {"type": "Type", "services": "Affected services"}
