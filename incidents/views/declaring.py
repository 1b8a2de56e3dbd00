"""Declaring an incident, with what looks like it offered first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from incidents import lifecycle, search
from incidents.forms.declaring import DeclareForm
from incidents.severity import DEFINITIONS
from incidents.views.answers import submit, viewer
from incidents.vocabulary import Type
from kit import clock
from kit.rules import require


@require_http_methods(["GET", "POST"])
def declare(request: HttpRequest) -> HttpResponse:
    """Two inputs are enough."""
    require(viewer(request), "incidents.declare_incident")
    begun = {"type": request.GET.get("type", Type.AVAILABILITY), "recurrence_of": request.GET.get("recurrence_of", "")}
    form = DeclareForm(request.POST or None, initial=begun)
    made = []
    if request.method == "POST" and submit(
        form, lambda _: made.append(lifecycle.declare(form.declaration(), actor=viewer(request)))
    ):
        return redirect(made[0])
    status = 422 if form.is_bound else 200
    context = {"form": form, "definitions": DEFINITIONS.values()}
    return render(request, "incidents/declare.html", context, status=status)


@require_GET
def similar(request: HttpRequest) -> HttpResponse:
    """Open incidents like the words typed so far: “already known, join instead”."""
    form = DeclareForm(request.GET)
    form.is_valid()
    services = list(form.cleaned_data.get("services", ()))
    found = search.similar(viewer(request), request.GET.get("title", ""), services, clock.shown())
    return render(request, "incidents/parts/similar.html", {"found": found})


@require_GET
def suggest(request: HttpRequest) -> HttpResponse:
    """What the seven answers come to, with the rule that fired in words."""
    form = DeclareForm(request.GET)
    form.is_valid()
    suggestion = form.suggestion() if "type" in form.cleaned_data else None
    return render(request, "incidents/parts/suggestion.html", {"suggestion": suggestion})
