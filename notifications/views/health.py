"""What machines ask: can it work; and the engine's sign in every page's head."""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from notifications import health, metrics
from notifications.metrics import Source
from notifications.templatetags import engine as tag

NOT_READY = 503


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when everything needed answers, else 503 with a sentence for each problem."""
    found = health.look()
    return JsonResponse(found.as_json(), status=200 if found.is_ready else NOT_READY)


@login_not_required
@never_cache
@require_safe
def engine(request: HttpRequest) -> HttpResponse:
    """The sign alone, for the head to ask again; nothing, and no sign-in page either, for whoever is signed out."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    return render(request, "notifications/engine.html", {"engine": tag.engine()})


@login_not_required
@never_cache
@require_safe
def prometheus(request: HttpRequest, sources: Iterable[Source]) -> HttpResponse:
    """Metrics, for this machine and for whoever shows METRICS_TOKEN as a bearer token."""
    if not _may_read(request):
        return HttpResponse("Show METRICS_TOKEN as a bearer token, or ask from this machine.\n", status=403)
    return HttpResponse(metrics.latest(sources), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICS_TOKEN:
        return constant_time_compare(shown, settings.METRICS_TOKEN)
    # Behind a proxy every caller comes from this machine.
    return not settings.TRUST_PROXY and request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1")
