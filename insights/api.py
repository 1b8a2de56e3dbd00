"""Figures for machines: the same filters and the same numbers as the page, as JSON and CSV."""

from collections.abc import Iterable
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.models import Incident
from insights import choosing, documents, exporting, panels, periodic, reporting
from insights.choosing import Choice
from insights.forms import FilterForm, ReportForm
from insights.models import Fact
from insights.serializers import DashboardOut, FactOut, said
from kit import clock
from kit.asked import Asked
from kit.pages import Pages
from kit.queries import Query
from kit.rules import require
from roles.models import User

VIEW = "insights.view_dashboard"


class Figures(Asked):
    """What may be asked of figures, by whoever may see them."""

    asks: ClassVar[type[Query]] = FilterForm

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require(cast("User", request.user), VIEW)

    def choice(self, request: Request) -> Choice:
        """The incidents that the address chooses, of those the asker may see."""
        assert isinstance(self.query, FilterForm)
        return choosing.choose(self.query.filters(), user=cast("User", request.user), now=clock.now())


class CSV(BaseRenderer):
    """What the Accept header is held against; the lines themselves are streamed."""

    media_type = "text/csv"
    format = "csv"


def _as_csv(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


class Durations(Figures):
    """Time to declare, acknowledge, mitigate and resolve: n, percentiles, targets kept, and what was left out."""

    @extend_schema(operation_id="durations", responses=DashboardOut)
    def get(self, request: Request) -> Response:
        return Response(said(panels.dashboard(self.choice(request))))


class DurationsAsCsv(Figures):
    """The same figures as CSV, one line for each duration and group."""

    renderer_classes = (CSV,)

    @extend_schema(operation_id="durations_csv", responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponseBase:
        return _as_csv(exporting.figures(panels.dashboard(self.choice(request))), "durations")


class IncidentsAsCsv(Figures):
    """The incidents behind the figures as CSV: milestones, and each duration in seconds or why it has none."""

    renderer_classes = (CSV,)

    @extend_schema(
        operation_id="durations_incidents_csv",
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponseBase:
        return _as_csv(exporting.incidents(self.choice(request)), "incidents")


class ReportAsCsv(Figures):
    """The report of a month or quarter as CSV: a line for the company and one for each area."""

    asks: ClassVar[type[Query]] = ReportForm
    renderer_classes = (CSV,)

    @extend_schema(operation_id="report_csv", responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponseBase:
        assert isinstance(self.query, ReportForm)
        return _as_csv(periodic.csv(self.choice(request)), f"report-{self.query.stretch().name}")


class IncidentReport(Asked):
    """One incident as a document: summary, impact, timeline, roles, what was said, decisions, actions, metrics."""

    @extend_schema(operation_id="incident_report", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, reference: str) -> Response:
        user = cast("User", request.user)
        incident = Incident.objects.visible_to(user).get(reference=reference)
        return Response(documents.plain(reporting.of(incident, user=user)))


class Facts(Figures, ListAPIView[Fact]):
    """The facts that figures are made of, a row for each incident, ready for SQL; the newest first."""

    serializer_class = FactOut
    pagination_class = Pages
    ordering = ("-declared_at", "incident_id")

    def get_queryset(self) -> QuerySet[Fact]:
        assert isinstance(self.query, FilterForm)
        user = cast("User", self.request.user)
        return choosing.choose(self.query.filters(), user=user, now=clock.now(), names=()).facts
