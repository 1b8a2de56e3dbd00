"""A page's components and groups: list, add, edit, order, retire. Nowhere here does a status change."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from kit import clock
from kit.rules import check
from statuspage import components, desk
from statuspage.forms.pages import ComponentForm
from statuspage.models import Component, Page
from statuspage.views.answers import page as answer
from statuspage.views.answers import posted, submit, viewer

STEPS = {"up": -1, "down": 1}


@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """The list in the order of the page, and a form that adds to it."""
    actor = viewer(request)
    page = get_object_or_404(Page, slug=slug)
    form = ComponentForm(posted(request), page=page)
    made = submit(form, lambda: components.add(page, form.part(), actor=actor))
    if made is None:
        return answer(request, "components", form, overview=desk.overview(page, clock.shown()))
    messages.success(request, f"{made.name} is on the page.")
    return redirect("statuspage_components", slug)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    actor = viewer(request)
    component = _find(slug, public_id)
    form = ComponentForm(posted(request), page=component.page, component=component, initial=ComponentForm.of(component))
    if submit(form, lambda: components.change(component, form.part(), actor=actor)) is None:
        return answer(request, "component_form", form, component=component, page=component.page)
    messages.success(request, "Saved. The public page shows it.")
    return redirect("statuspage_components", slug)


@require_POST
def move(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    step = request.POST.get("step", "")
    check(step in STEPS, "no_such_step", "Allowed are up and down.", field="step")
    components.move(_find(slug, public_id), STEPS[step], actor=viewer(request))
    return redirect("statuspage_components", slug)


@require_POST
def retire(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    retired = components.retire(_find(slug, public_id), actor=viewer(request))
    messages.success(request, f"{retired.name} is off the page; its history stays.")
    return redirect("statuspage_components", slug)


def _find(slug: str, public_id: str) -> Component:
    found = Component.objects.current().select_related("page", "group")
    return get_object_or_404(found, page__slug=slug, public_id=public_id)
