"""The ledger of every letter."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from kit.rules import require
from notifications import finding, packing, replay
from notifications.finding import Page
from notifications.forms.letters import LedgerForm
from notifications.models import Delivery, Stuck
from notifications.spelling import counted
from roles.views.answers import WRONG, viewer


@require_GET
def letters(request: HttpRequest) -> HttpResponse:
    """Letters about incidents one may see, and what could not be written."""
    user = viewer(request)
    require(user, replay.MAY)
    form = LedgerForm(request.GET)
    page = Page([], None, None)
    if form.is_valid():
        said = form.cleaned_data
        page = finding.page(finding.find(user, said), before=said["before"], after=said["after"])
    context = {
        "form": form,
        "page": page,
        "stuck": Stuck.objects.visible_to(user).select_related("event__incident", "bulletin__public_incident"),
    }
    return render(request, "notifications/letters.html", context, status=WRONG if form.errors else 200)


@require_GET
def letter(request: HttpRequest, key: UUID) -> HttpResponse:
    """One letter: what it says, to whom, and every attempt."""
    user = viewer(request)
    require(user, replay.MAY)
    found = Delivery.objects.visible_to(user).select_related("notice__incident", "notice__event").get(key=key)
    context = {"letter": found, "tries": found.tries.all(), "body": packing.body(found.notice)}
    return render(request, "notifications/letter.html", context)


@require_POST
def send_again(request: HttpRequest, key: UUID) -> HttpResponse:
    found = replay.send_again(key, actor=viewer(request))
    messages.success(request, "It waits again and is sent within a second.")
    return redirect(found)


@require_POST
def write_again(request: HttpRequest, pk: int) -> HttpResponse:
    replay.write_again(pk, actor=viewer(request))
    messages.success(request, "It is tried again with the next tick.")
    return redirect("letters")


@require_POST
def send_all_again(request: HttpRequest) -> HttpResponse:
    """Every parked letter that fits the filters."""
    user = viewer(request)
    form = LedgerForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Put the filters right first.")
        return redirect("letters")
    count = replay.send_all_again(finding.find(user, form.cleaned_data), actor=user)
    messages.success(request, f"{counted(count, 'letter')} wait again and go within seconds.")
    return redirect("letters")
