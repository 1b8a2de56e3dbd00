"""The pages of endpoints: added, changed, tried, switched."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from kit.rules import require
from notifications import endpoints, replay
from notifications.answers import Refused, Temporary
from notifications.forms.channels import EndpointForm, SpanForm
from notifications.models import Endpoint
from notifications.spelling import counted
from roles.views.answers import WRONG, posted, submit, viewer


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new endpoint; its secret is shown in the answer and never again."""
    user = viewer(request)
    require(user, endpoints.MANAGE)
    form = EndpointForm(posted(request))
    made = submit(request, form, lambda: endpoints.add(form.said(), actor=user))
    if made:
        return _secret(request, *made)
    return render(request, "notifications/endpoint_form.html", {"form": form}, status=WRONG if form.errors else 200)


@require_http_methods(["GET", "POST"])
def endpoint(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One endpoint: change it, try it, switch it."""
    user = viewer(request)
    require(user, endpoints.MANAGE)
    found = Endpoint.objects.get(pk=pk)
    form = EndpointForm(posted(request), endpoint=found)
    if submit(request, form, lambda: endpoints.change(found, form.said(), actor=user)):
        messages.success(request, "Saved.")
        return redirect(found)
    context = {"form": form, "endpoint": found, "span": SpanForm()}
    return render(request, "notifications/endpoint_form.html", context, status=WRONG if form.errors else 200)


@require_POST
def renew(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = Endpoint.objects.get(pk=pk)
    return _secret(request, found, endpoints.renew_secret(found, actor=viewer(request)))


def _secret(request: HttpRequest, found: Endpoint, secret: str) -> HttpResponse:
    if not secret:
        messages.success(request, f"“{found}” is added. Send it a test.")
        return redirect(found)
    return render(request, "notifications/endpoint_secret.html", {"endpoint": found, "secret": secret})


@require_POST
def trial(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a test and show what came back."""
    found = Endpoint.objects.get(pk=pk)
    try:
        messages.success(request, endpoints.trial(found, actor=viewer(request)))
    except (Temporary, Refused) as error:
        messages.error(request, str(error))
    return redirect(found)


@require_POST
def switch(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = Endpoint.objects.get(pk=pk)
    endpoints.switch(found, on="on" in request.POST, actor=viewer(request))
    return redirect(found)


@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = Endpoint.objects.get(pk=pk)
    endpoints.remove(found, actor=viewer(request))
    messages.success(request, f"“{found}” is removed.")
    return redirect("channels")


@require_POST
def repeat(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Once more what it was sent in a span."""
    user, found = viewer(request), Endpoint.objects.get(pk=pk)
    form = SpanForm(request.POST)
    count = submit(request, form, lambda: (replay.repeat(found, **form.cleaned_data, actor=user),))
    if count is None:
        messages.error(request, " ".join(str(sentence) for said in form.errors.values() for sentence in said))
    else:
        messages.success(request, f"{counted(count[0], 'letter')} go again, under the same ids.")
    return redirect(found)
