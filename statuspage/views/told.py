"""What readers were told: the list of public incidents, one of them to be put right, and one that was never told."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit import clock
from kit.rules import require
from statuspage import records
from statuspage.forms.records import AfterwardsForm, ImpactForm, SlipForm
from statuspage.models import Bulletin, Page, PublicIncident
from statuspage.pages import MANAGE
from statuspage.views.answers import page as answer
from statuspage.views.answers import posted, submit, viewer

A_PAGE = 25


@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    page = get_object_or_404(Page, slug=slug)
    found = PublicIncident.objects.incidents().filter(page=page).order_by("-started_at", "-pk")
    part = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "statuspage/told.html", {"page": page, "part": part})


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """A public incident with its bulletins; another impact is posted here."""
    found, actor = _find(slug, public_id), viewer(request)
    form = ImpactForm(posted(request), about=found)
    if submit(form, lambda: records.override_impact(found, form.said(), actor=actor)) is None:
        return answer(request, "told_one", form, **_shown(found))
    messages.success(request, "Saved. The public page shows it; nobody is written to.")
    return redirect("statuspage_told_one", slug, public_id)


@require_POST
def slip(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """A slip of a bulletin put right."""
    bulletins = Bulletin.objects.select_related("public_incident__page").filter(public_incident__is_maintenance=False)
    about, actor = get_object_or_404(bulletins, public_incident__page__slug=slug, public_id=public_id), viewer(request)
    form, found = SlipForm(request.POST, about=about), about.public_incident
    if submit(form, lambda: records.put_right(about, form.cleaned_data["body"], actor=actor)) is None:
        context = _shown(found, tried=form, of=about) | {"form": ImpactForm(about=found)}
        return render(request, "statuspage/told_one.html", context, status=422)
    messages.success(request, "Put right, and marked as edited. Nobody is written to.")
    return redirect("statuspage_told_one", slug, found.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def afterwards(request: HttpRequest, slug: str) -> HttpResponse:
    """Write down what was over before anybody told it."""
    actor = viewer(request)
    require(actor, MANAGE)
    page = get_object_or_404(Page, slug=slug)
    form = AfterwardsForm(posted(request), page=page)
    made = submit(form, lambda: records.tell_afterwards(page, form.said(), actor=actor))
    if made is None:
        return answer(request, "afterwards_form", form, page=page)
    messages.success(request, "Written down. It stands in the history and counts in the uptime; nobody is written to.")
    return redirect("statuspage_told_one", slug, made.public_id)


def _find(slug: str, public_id: str) -> PublicIncident:
    found = PublicIncident.objects.incidents().select_related("page")
    return get_object_or_404(found, page__slug=slug, public_id=public_id)


def _shown(found: PublicIncident, *, tried: SlipForm | None = None, of: Bulletin | None = None) -> dict[str, Any]:
    now = clock.shown()
    bulletins = list(found.bulletins.prefetch_related("affected").select_related("author", "public_incident"))
    slips = {one.pk: SlipForm(about=one) for one in bulletins if records.may_be_put_right(one, now)}
    if tried and of:
        slips[of.pk] = tried
    return {"page": found.page, "incident": found, "bulletins": [(one, slips.get(one.pk)) for one in bulletins]}
