"""The addresses of this room."""

from typing import TYPE_CHECKING

from django.urls import URLPattern, path

from kit.later import later

if TYPE_CHECKING:
    from insights import api
    from insights.views import comparing, dashboard, reports, telling
else:
    (api,) = later("insights", "api")
    comparing, dashboard, reports, telling = later("insights.views", "comparing", "dashboard", "reports", "telling")

urlpatterns: list[URLPattern] = [
    path("insights/", dashboard.dashboard, name="insights"),
    path("insights/save/", dashboard.save, name="save_choice"),
    path("insights/saved/<slug:key>/forget/", dashboard.forget, name="forget_choice"),
    path("insights/incidents/", dashboard.incidents, name="insights_incidents"),
    path("insights/compare/", comparing.compare, name="insights_compare"),
    path("insights/trend/", comparing.trend, name="insights_trend"),
    path("insights/business/", telling.in_plain_words, name="business"),
    path("insights/load/", telling.my_load, name="on_call_load"),
    path("insights/digest/", reports.choose_digest, name="choose_digest"),
    path("insights/report/", reports.periodical, name="insights_report"),
    path("incidents/<slug:reference>/report/", reports.incident, name="report"),
    path("incidents/<slug:reference>/report.md", reports.incident_as_markdown, name="report_markdown"),
    path("api/v1/incidents/<slug:reference>/report", api.IncidentReport.as_view(), name="api_report"),
    path("api/v1/metrics/facts", api.Facts.as_view(), name="api_facts"),
    path("api/v1/metrics/report.csv", api.ReportAsCsv.as_view(), name="api_report_csv"),
    path("api/v1/metrics/durations", api.Durations.as_view(), name="api_durations"),
    path("api/v1/metrics/durations.csv", api.DurationsAsCsv.as_view(), name="api_durations_csv"),
    path("api/v1/metrics/incidents.csv", api.IncidentsAsCsv.as_view(), name="api_durations_incidents_csv"),
]
