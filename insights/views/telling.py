"""The business view in plain words, and the load of being on call."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from insights import business, load
from insights.views.answers import viewer
from kit import clock
from roles.models import User


@require_safe
def in_plain_words(request: HttpRequest) -> HttpResponse:
    """What is open, for stakeholders: no word of ours, nothing that is restricted."""
    return render(request, "insights/business.html", {"stories": business.stories(viewer(request))})


@require_safe
def my_load(request: HttpRequest) -> HttpResponse:
    """One's own load, and that of the people of the rotations one leads; nobody else's."""
    user, now = cast("User", request.user), clock.now()
    return render(request, "insights/load.html", {"mine": load.of(user, now), "led": load.led_by(user, now)})
