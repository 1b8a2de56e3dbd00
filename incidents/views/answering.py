"""The page behind the link in a page: shown on GET, answered on POST, without sign-in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from incidents import answering, engagement, holders
from incidents.models import Engagement
from kit import clock
from kit.rules import RuleBroken

REFUSED = 410


# The link itself is the proof, and it works where a browser keeps no cookies.
@csrf_exempt
@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Mail scanners follow links: looking changes nothing, the button does."""
    try:
        asked = engagement.answer(token) if request.method == "POST" else answering.called(token, clock.now())
    except RuleBroken as error:
        return unlinked(render(request, "incidents/answer.html", {"error": error}, status=REFUSED))
    incident = asked.incident
    context = {
        "asked": asked,
        "incident": incident,
        "mine": Engagement.objects.active().filter(incident=incident, person=asked.person_id),
        # Of a restricted incident nothing is said to whoever has not signed in.
        "engaged": [] if incident.is_restricted else holders.active(incident),
    }
    return unlinked(render(request, "incidents/answer.html", context))


def unlinked(answer: HttpResponse) -> HttpResponse:
    """Nobody else learns the address of this page."""
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
