"""Every address of the house; each room names its own."""

from django.urls import URLPattern, URLResolver, include, path

from config import problems, reading
from insights import metering
from notifications.views import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("roles.entrance")),
    path("", include("incidents.urls")),
    path("", include("reviews.urls")),
    path("", include("roles.urls")),
    path("", include("statuspage.urls")),
    path("", include("notifications.urls")),
    path("", include("insights.urls")),
    path("metrics", health.prometheus, {"sources": (metering.families,)}, name="metrics"),
    path("api/v1/schema", reading.OpenAPI.as_view(), name="api_schema"),
    path("api/v1/docs", reading.docs, name="api_docs"),
]

handler400 = problems.bad_request
handler403 = problems.permission_denied
handler404 = problems.page_not_found
handler500 = problems.server_error
