"""The addresses of looking back."""

from typing import TYPE_CHECKING

from django.urls import URLPattern, path

from kit.later import later

if TYPE_CHECKING:
    from reviews import api, views
else:
    api, views = later("reviews", "api", "views")

urlpatterns: list[URLPattern] = [
    path("incidents/<slug:reference>/review/", views.review, name="review"),
    path("incidents/<slug:reference>/findings/", views.findings, name="findings"),
    path("incidents/<slug:reference>/actions/add/", views.add_action, name="add_action"),
    path("actions/", views.actions, name="actions"),
    path("actions/<uuid:pk>/finish/", views.finish, name="finish_action"),
    path("api/v1/incidents/<slug:reference>/review", api.OneReview.as_view(), name="api_review"),
    path("api/v1/incidents/<slug:reference>/findings", api.OneFindings.as_view(), name="api_findings"),
    path("api/v1/incidents/<slug:reference>/actions", api.ActionsOfIncident.as_view(), name="api_actions_of"),
    path("api/v1/actions", api.Actions.as_view(), name="api_actions"),
    path("api/v1/actions/<slug:key>/finish", api.Finish.as_view(), name="api_finish_action"),
]
