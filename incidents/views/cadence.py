"""The cadence in force, and the pages on which administrators make the next version of it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from incidents import cadence, ladders, policies
from incidents.forms.ladders import NoteForm, Rungs, SeatsForm, body_of, initial_of
from incidents.forms.settings import CadenceForm, PresetForm
from incidents.models import CadencePolicy
from incidents.views.answers import submit, viewer
from incidents.vocabulary import Duty, Severity
from kit.rules import require


@require_http_methods(["GET", "POST"])
def cadence_settings(request: HttpRequest) -> HttpResponse:
    """The cadence in force, its earlier versions, and a form that makes the next."""
    require(viewer(request), "incidents.manage_cadence")
    current = policies.current()
    form = CadenceForm(request.POST or None, initial=CadenceForm.initial_of(current.body))
    if request.method == "POST" and submit(
        form,
        lambda said: policies.revise(current.preset, form.body(), actor=viewer(request), note=said["note"]),
    ):
        return redirect("cadence")
    context = {
        "form": form,
        "current": current,
        "presets": PresetForm(initial={"preset": current.preset}),
        "versions": CadencePolicy.objects.select_related("created_by")[:20],
        "policy": policies.read(current),
        "ladders": [(duty, policies.read(current).ladders[duty]) for duty in ladders.EDITABLE],
    }
    return render(request, "incidents/cadence.html", context, status=422 if form.is_bound else 200)


@require_POST
def use_preset(request: HttpRequest) -> HttpResponse:
    form = PresetForm(request.POST)
    submit(form, lambda said: policies.use_preset(said["preset"], actor=viewer(request)))
    return redirect("cadence")


@require_http_methods(["GET", "POST"])
def cadence_seats(request: HttpRequest) -> HttpResponse:
    """Which roles each severity calls; saved as the next version."""
    require(viewer(request), "incidents.manage_cadence")
    current = policies.current()
    policy = policies.read(current)
    form = SeatsForm(request.POST or None, initial=SeatsForm.initial_of(policy.roles, policy.combined))
    if request.method == "POST" and submit(
        form,
        lambda said: policies.revise(current.preset, form.body(), actor=viewer(request), note=said["note"]),
    ):
        return redirect("cadence")
    status = 422 if form.is_bound else 200
    return render(request, "incidents/seats_form.html", {"form": form, "current": current}, status=status)


@require_http_methods(["GET", "POST"])
def cadence_ladder(request: HttpRequest, duty: str, severity: str) -> HttpResponse:
    """The steps of one ladder; saved as the next version."""
    require(viewer(request), "incidents.manage_cadence")
    if duty not in ladders.EDITABLE or severity not in Severity:
        raise Http404
    current = policies.current()
    steps = cadence.ladder(policies.read(current), duty, severity)
    rungs = Rungs(request.POST or None, initial=initial_of(steps))
    note = NoteForm(request.POST or None)
    if (
        request.method == "POST"
        and rungs.is_valid()
        and submit(
            note,
            lambda said: policies.revise_ladder(
                Duty(duty), Severity(severity), body_of(rungs), actor=viewer(request), note=said["note"]
            ),
        )
    ):
        return redirect("cadence")
    context = {
        "rungs": rungs, "note": note, "current": current, "duty": Duty(duty), "severity": Severity(severity),
    }  # fmt: skip
    return render(request, "incidents/ladder_form.html", context, status=422 if rungs.is_bound else 200)
