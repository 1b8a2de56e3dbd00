"""Finding: the list of incidents with words and filters, and the board of what is going on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from incidents import board, search
from incidents.forms.listing import FilterForm
from incidents.models import Incident
from incidents.views.answers import viewer
from kit import clock


@require_GET
def incidents(request: HttpRequest) -> HttpResponse:
    """The list, a page at a time; the filters live in the address."""
    form = FilterForm(request.GET, beside=("cursor",))
    seen = Incident.objects.visible_to(viewer(request))
    if not form.is_valid():
        # Not everything, which nobody asked for.
        return render(request, "incidents/list.html", {"form": form, "page": search.NOTHING}, status=422)
    found = search.page(seen.prefetch_related("services"), form.cleaned_data, request.GET.get("cursor", ""))
    return render(request, "incidents/list.html", {"form": form, "page": found})


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The board: what is open, what is late, what is mine."""
    return render(request, "incidents/board.html", {"board": board.of(viewer(request), clock.shown())})


@require_GET
def late(request: HttpRequest) -> HttpResponse:
    """What is late, and whom it is waiting for."""
    user = viewer(request)
    return render(request, "incidents/late.html", {"late": board.waited_for(user, clock.shown())})
