"""Scheduled maintenance: the list, a new one, and one with its next steps."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kit.rules import require
from statuspage import becoming, maintenance, subscribing
from statuspage.forms.maintenance import BecomeForm, MaintenanceForm, RescheduleForm, WordsForm
from statuspage.models import Page, PublicIncident
from statuspage.views.answers import page as answer
from statuspage.views.answers import posted, submit, viewer
from statuspage.vocabulary import State

STEPS: dict[str, Callable[..., object]] = {
    "start": maintenance.start,
    "verify": maintenance.verify,
    "complete": maintenance.complete,
    "cancel": maintenance.cancel,
    "update": maintenance.update,
}
# What can be done from a state: the step, its button, and what it means for readers.
OFFERED: dict[State, list[tuple[str, str, str]]] = {
    State.SCHEDULED: [
        ("start", "Begin now", "Its components are under maintenance from now on."),
        ("update", "Tell readers more", "Nothing else changes."),
        ("cancel", "Cancel it", "It will not take place; say why."),
    ],
    State.IN_PROGRESS: [
        ("verify", "The work is done, verify", "Its components stay under maintenance."),
        ("complete", "Complete", "Its components become operational."),
        ("update", "Tell readers more", "Nothing else changes."),
    ],
    State.VERIFYING: [
        ("complete", "Complete", "Its components become operational."),
        ("start", "Go on working", "It is in progress again."),
        ("update", "Tell readers more", "Nothing else changes."),
    ],
}
A_PAGE = 25


@require_GET
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    page = get_object_or_404(Page, slug=slug)
    found = PublicIncident.objects.maintenances().filter(page=page).order_by("-scheduled_for")
    part = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "statuspage/maintenances.html", {"page": page, "part": part})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    actor = viewer(request)
    require(actor, maintenance.MANAGE)
    page = get_object_or_404(Page, slug=slug)
    form = MaintenanceForm(posted(request), page=page)
    made = submit(form, lambda: maintenance.schedule(page, form.plan(), actor=actor))
    if made is None:
        hear = subscribing.would_hear(page, page.components.values_list("public_id", flat=True))
        return answer(request, "maintenance_form", form, page=page, hear=hear)
    messages.success(request, "Announced. The public page and its subscribers are told.")
    return redirect("statuspage_maintenance", slug, made.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """A maintenance with its bulletins, its next steps, and another window (posted here)."""
    found, actor = _find(slug, public_id), viewer(request)
    form = RescheduleForm(posted(request), initial=RescheduleForm.of(found))
    if submit(form, lambda: maintenance.reschedule(found, **form.cleaned_data, actor=actor)) is None:
        return answer(request, "maintenance", form, **_shown(found))
    messages.success(request, "Moved. The public page and its subscribers are told.")
    return redirect("statuspage_maintenance", slug, public_id)


@require_POST
def step(request: HttpRequest, slug: str, public_id: str, name: str) -> HttpResponse:
    """One step by hand, with its words."""
    if name not in STEPS:
        raise Http404
    found, actor = _find(slug, public_id), viewer(request)
    words = WordsForm(request.POST)
    if submit(words, lambda: STEPS[name](found, words.cleaned_data["body"], actor=actor)) is None:
        form = RescheduleForm(initial=RescheduleForm.of(found))
        context = _shown(found) | {"form": form, "words": words, "tried": name}
        return render(request, "statuspage/maintenance.html", context, status=422)
    messages.success(request, "Published.")
    return redirect("statuspage_maintenance", slug, public_id)


@require_POST
def become(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """An incident goes on in its place."""
    found, actor = _find(slug, public_id), viewer(request)
    form = BecomeForm(request.POST, page=found.page)
    if submit(form, lambda: becoming.become(found, form.cleaned_data["incident"], actor=actor)) is None:
        window = RescheduleForm(initial=RescheduleForm.of(found))
        context = _shown(found) | {"form": window, "becoming": form}
        return render(request, "statuspage/maintenance.html", context, status=422)
    messages.success(request, "The maintenance is over; the incident goes on in its place.")
    return redirect("statuspage_maintenance", slug, public_id)


def _find(slug: str, public_id: str) -> PublicIncident:
    found = PublicIncident.objects.maintenances().select_related("page")
    return get_object_or_404(found, page__slug=slug, public_id=public_id)


def _shown(found: PublicIncident) -> dict[str, Any]:
    return {
        "page": found.page,
        "maintenance": found,
        "bulletins": found.bulletins.prefetch_related("affected").select_related("author"),
        "steps": [] if found.is_imported else OFFERED.get(State(found.state), []),
        "hear": subscribing.would_hear(
            found.page, found.bulletins.values_list("affected__component__public_id", flat=True)
        ),
        "words": WordsForm(),
        "tried": "",
        "becoming": BecomeForm(page=found.page),
        "may_become": found.state in (State.IN_PROGRESS, State.VERIFYING),
    }
