"""The dashboard, and the list of incidents behind each of its figures."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from insights import behind, choosing, drawing, keeping, panels, saving
from insights.behind import Figure
from insights.counts import COUNT_BY_KEY
from insights.durations import BY_KEY, Outcome
from insights.filters import Filters, Imported, Period
from insights.forms import DrillDownForm, FilterForm
from insights.stages import DEFINITION, Stage
from insights.views.answers import page, viewer
from kit import clock
from roles.models import User


@page(FilterForm, "insights/dashboard.html")
def dashboard(request: HttpRequest, user: User, form: FilterForm) -> HttpResponse:
    """How long it took, by severity, type, service or month; the filters live in the address."""
    now = clock.now()
    choice = choosing.choose(form.filters(), user=user, now=now)
    found = panels.dashboard(choice)
    context = {
        "form": form,
        "filters": choice.filters,
        "dashboard": found,
        "drawing": drawing.draw(found, choice.named),
        "stages_definition": DEFINITION,
        "elsewhere": [] if found.n else _elsewhere(choice.filters, user=user, now=now),
        "unfolded": keeping.waiting(),
        "saved": saving.seen_by(user),
    }
    return render(request, "insights/dashboard.html", context)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the choice of the address under a name, and go back to it."""
    user = viewer(request)
    choice = FilterForm(request.GET)
    if not choice.is_valid():
        return render(request, "insights/dashboard.html", {"form": choice}, status=422)
    name, shared = request.POST.get("name", ""), "shared" in request.POST
    kept = saving.save(choice.filters(), name=name, shared=shared, actor=user)
    return HttpResponseRedirect(reverse("insights") + kept.query)


@require_POST
def forget(request: HttpRequest, key: str) -> HttpResponse:
    saving.forget(key, actor=viewer(request))
    return HttpResponseRedirect(reverse("insights"))


def _elsewhere(filters: Filters, *, user: User, now: Any) -> list[tuple[str, str, int]]:
    """Where there would be something to see: (what, address, how many)."""
    wider = (
        ("declared at any time", Filters(period=Period.ALL, by=filters.by)),
        ("that were imported", Filters(period=Period.ALL, imported=Imported.ONLY, by=filters.by)),
    )
    found = ((what, other.query(), choosing.count(other, user=user, now=now)) for what, other in wider)
    return [(what, query, n) for what, query, n in found if n]


@page(DrillDownForm, "insights/incidents.html")
def incidents(request: HttpRequest, user: User, form: DrillDownForm) -> HttpResponse:
    """Exactly the incidents that a figure counts, longest first."""
    figure = _figure(form.cleaned_data)
    choice = choosing.choose(form.filters(), user=user, now=clock.now(), names=())
    pages = Paginator(behind.facts(figure, choice), behind.PAGE)
    shown = pages.get_page(form.cleaned_data["page"] or 1)
    context = {
        "form": form,
        "figure": figure,
        "filters": choice.filters,
        "group": behind.group_of(figure, choice),
        "page": shown,
        "lines": behind.lines(shown.object_list, figure, user=user),
    }
    return render(request, "insights/incidents.html", context)


def _figure(given: dict[str, Any]) -> Figure:
    return Figure(
        measure=BY_KEY.get(given["measure"]),
        stage=Stage(given["stage"]) if given["stage"] else None,
        count=COUNT_BY_KEY.get(given["count"]),
        kept={"yes": True, "no": False}.get(given["kept"]),
        group=given["group"],
        outcome=Outcome(given["outcome"] or Outcome.MEASURED),
        only_fallback=given["fallback"],
        least=given["least"],
        below=given["below"],
        most=given["most"],
    )
