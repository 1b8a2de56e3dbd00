"""Reports to print and to keep: of one incident, of a month, of a quarter."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from incidents.views import answers
from insights import choosing, digest, documents, periodic, reporting
from insights.facts import DURATIONS
from insights.forms import ReportForm
from insights.reporting import Report
from insights.views.answers import page, viewer
from kit import clock
from roles.models import User

log = logging.getLogger(__name__)


@require_safe
def incident(request: HttpRequest, reference: str) -> HttpResponse:
    """One incident as a page that prints well."""
    report = _report(request, reference)
    context = {"report": report, "incident": report.incident, "facts": documents.facts(report)}
    return render(request, "insights/report.html", context)


@require_safe
def incident_as_markdown(request: HttpRequest, reference: str) -> HttpResponse:
    report = _report(request, reference)
    answer = HttpResponse(documents.markdown(report), content_type="text/markdown; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{report.incident.reference}.md"'
    return answer


def _report(request: HttpRequest, reference: str) -> Report:
    found, user = answers.seen(request, reference), answers.viewer(request)
    if found.is_restricted:
        log.info("The report of %s was exported by %s", found.reference, user.handle)
    return reporting.of(found, user=user)


@page(ReportForm, "insights/periodical.html")
def periodical(request: HttpRequest, user: User, form: ReportForm) -> HttpResponse:
    """A month or a quarter: a line for each area with the same columns, and the incidents behind them."""
    choice = choosing.choose(form.filters(), user=user, now=clock.now(), names=DURATIONS)
    facts = choice.facts.order_by("-declared_at", "pk").select_related("incident")
    context = {
        "form": form,
        "stretch": form.stretch(),
        "filters": choice.filters,
        "head": periodic.HEAD,
        "lines": [[*zip(periodic.HEAD, line, strict=True)] for line in periodic.lines(choice)],
        "facts": [(fact, choice.groups_of(fact)) for fact in facts[: periodic.MOST_INCIDENTS]],
        "n": choice.everything.n,
        "query": request.GET.urlencode(),
        "has_digest": digest.is_chosen(user),
    }
    return render(request, "insights/periodical.html", context)


@require_POST
def choose_digest(request: HttpRequest) -> HttpResponse:
    """Begin or stop the weekly digest."""
    digest.choose(wanted="wanted" in request.POST, actor=viewer(request))
    return redirect("insights_report")
