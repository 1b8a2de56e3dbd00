"""Who was told what of one incident, when, and who was not: as a page and as an export."""

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from incidents.models import Incident
from kit import tables
from kit.rules import require
from notifications import told
from roles.views.answers import viewer

COLUMNS = (
    "audience", "subject", "about", "written_at", "recipient", "channel", "state", "at", "attempts", "reason",
    "maybe_doubled", "count",
)  # fmt: skip


@require_GET
def page(request: HttpRequest, reference: str) -> HttpResponse:
    incident = _seen(request, reference)
    context = {
        "incident": incident,
        "notices": told.notices(incident),
        "not_told": told.not_told(incident),
        "span": told.span(incident),
    }
    return render(request, "notifications/told.html", context)


@require_GET
def export(request: HttpRequest, reference: str, form: str) -> HttpResponseBase:
    """The rows of the page, as `csv` or `json`."""
    incident = _seen(request, reference)
    if form == "json":
        return JsonResponse({"incident": incident.reference, "rows": list(told.rows(incident))})
    lines = tables.lines(COLUMNS, ([row[name] for name in COLUMNS] for row in told.rows(incident)))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{incident.reference}-told.csv"'
    return answer


def _seen(request: HttpRequest, reference: str) -> Incident:
    """Whoever responds to it may know who was told; whoever may not see it finds nothing."""
    incident = Incident.objects.visible_to(viewer(request)).get(reference=reference)
    require(viewer(request), "incidents.respond_incident", incident)
    return incident
