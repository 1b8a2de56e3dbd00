"""Every address of the house; each room names its own."""

from typing import TYPE_CHECKING

from django.urls import URLPattern, URLResolver, include, path

from kit.later import later

if TYPE_CHECKING:
    from config import reading
    from insights import metering
    from notifications.views import health
else:
    (reading,) = later("config", "reading")
    (metering,) = later("insights", "metering")
    (health,) = later("notifications.views", "health")

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

handler400 = "config.problems.bad_request"
handler403 = "config.problems.permission_denied"
handler404 = "config.problems.page_not_found"
handler500 = "config.problems.server_error"
