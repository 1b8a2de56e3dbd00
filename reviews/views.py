"""The pages of looking back: the review of one incident, its actions, and everybody's actions."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from incidents import entries
from incidents.leave import REVIEW
from incidents.views.answers import Comparison, ask_for, page, seen, viewer
from reviews import finding, learning, spans
from reviews.finding import Said
from reviews.forms import ActionForm, FindingsForm, ReviewForm
from reviews.models import Action


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, reference: str) -> HttpResponse:
    """Write the review with what happened beside it, look at it as it will read, or go on with it."""
    incident, actor = seen(request, reference, REVIEW), viewer(request)
    written = learning.said(incident)
    compared = Comparison.of(request, {"text": "Review"}, written)
    hindsight = finding.of(incident).severity or incident.severity
    form = ReviewForm(request.POST or None, initial={"text": written["text"] or BEGINNING, "severity": hindsight})
    beside = {"compared": compared, "entries": entries.everything(incident, actor), "spans": spans.of(incident)}
    if request.POST.get("step") == "preview":
        return page(request, "review", incident, form, preview=form["text"].value(), **beside)
    return ask_for(
        request,
        "review",
        incident,
        form,
        lambda said: compared.save(lambda was: learning.write(incident, **said, actor=actor, was=was)),
        **beside,
    )


BEGINNING = """### Summary

### Impact

### Detection

### What helped, what hindered

### Where else does this weakness lie

### What follows
"""


@require_http_methods(["GET", "POST"])
def findings(request: HttpRequest, reference: str) -> HttpResponse:
    """What was found out: how it was noticed, its cause, its severity in hindsight; nothing of it is required."""
    incident, actor = seen(request, reference, REVIEW), viewer(request)
    found = finding.of(incident)
    said = {None: "", True: "yes", False: "no"}[found.is_false_alarm]
    initial = {name: getattr(found, name) for name in FindingsForm.base_fields} | {"is_false_alarm": said}
    form = FindingsForm(request.POST or None, initial=initial)
    return ask_for(
        request, "findings", incident, form, lambda said: finding.record(incident, Said(**said), actor=actor)
    )


@require_http_methods(["GET", "POST"])
def add_action(request: HttpRequest, reference: str) -> HttpResponse:
    incident, actor = seen(request, reference, REVIEW), viewer(request)
    return ask_for(
        request,
        "action",
        incident,
        ActionForm(request.POST or None, initial={"owner": actor.pk}),
        lambda said: learning.add_action(incident, actor=actor, **said),
    )


@require_POST
def finish(request: HttpRequest, pk: str) -> HttpResponse:
    action = Action.objects.visible_to(viewer(request)).select_related("incident").get(pk=pk)
    learning.finish(action, actor=viewer(request))
    return redirect("actions") if "back" in request.POST else redirect(action.incident)


@require_GET
def actions(request: HttpRequest) -> HttpResponse:
    """Every action that is not done, the most urgent first."""
    found = Action.objects.visible_to(viewer(request)).open().select_related("incident", "owner")
    return render(request, "reviews/actions.html", {"actions": found[:200]})
