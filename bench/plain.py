"""What plain Django takes on this machine: one view with one query, nothing else; the limit that web is measured at."""

import os
import sys
from typing import Any

import django
from django.conf import settings

from config.environment import database

ROWS = 1


def configure() -> None:
    """Django with a database and one address, and none of the house's middleware."""
    settings.configure(
        SECRET_KEY="plain",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": database(os.environ["DATABASE_URL"])},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
        USE_TZ=True,
    )
    django.setup()


if not settings.configured:
    configure()

from django.contrib.contenttypes.models import ContentType  # noqa: E402 - needs the settings
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402


def one_query(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(ContentType.objects.order_by("pk").values_list("model", flat=True).first()))


urlpatterns = [path("", one_query), path("healthz", one_query)]
application: Any = get_wsgi_application() if "granian" in sys.argv[0] or os.environ.get("BENCH_PLAIN") else None
