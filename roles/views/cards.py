"""The role cards: what each role does, does not, and does first."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kit import clock
from roles.catalogue import CARDS, ON_ROTATION, Role
from roles.rotations import on_call_now


@require_GET
def cards(request: HttpRequest) -> HttpResponse:
    return render(request, "roles/cards.html", {"cards": CARDS.values()})


@require_GET
def card(request: HttpRequest, role: str) -> HttpResponse:
    """One card, made to be printed, with who has the role now."""
    if role not in Role.values:
        raise Http404
    shifts = [shift for shift in on_call_now(clock.shown()) if shift.rotation.role == role]
    context = {"card": CARDS[Role(role)], "shifts": shifts, "is_on_rotation": role in ON_ROTATION}
    return render(request, "roles/card.html", context)
