"""The folder of mail that nobody was sent: for administrators, from this machine only, and otherwise not there."""

from ipaddress import ip_address

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from notifications import outbox
from notifications.audiences import MANAGE
from roles.views.answers import viewer

SANDBOX = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups"],
}


def may_look(request: HttpRequest) -> bool:
    """Behind a proxy everybody seems to come from this machine, so nobody may look there."""
    if settings.TRUST_PROXY or not viewer(request).has_perm(MANAGE):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    _check(request)
    return render(request, "notifications/outbox.html", {"mails": outbox.newest()})


@require_GET
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def mail(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "notifications/outbox_mail.html", {"mail": _found(request, name)})


@require_GET
@xframe_options_sameorigin
@csp(SANDBOX)  # type: ignore[arg-type]
def html(request: HttpRequest, name: str) -> HttpResponse:
    """The mail's HTML as it came, in a sandbox: nothing in it runs, loads or knows who looks."""
    return HttpResponse(_found(request, name).html)


def _found(request: HttpRequest, name: str) -> outbox.Kept:
    _check(request)
    found = outbox.read(name)
    if found is None:
        raise Http404
    return found


def _check(request: HttpRequest) -> None:
    if not may_look(request):
        raise Http404
