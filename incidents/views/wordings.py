"""The wordings that bulletins begin with, as administrators keep them; and the states side by side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from incidents import choices, wordings
from incidents.forms.settings import WordingForm
from incidents.views.answers import submit, viewer
from kit.rules import require


@require_GET
def states(request: HttpRequest) -> HttpResponse:
    """The public states side by side, for whoever wonders which one it is."""
    return render(request, "incidents/states.html", {"states": choices.compared()})


@require_http_methods(["GET", "POST"])
def kept(request: HttpRequest) -> HttpResponse:
    """All of them, each with its own form; what is refused stays in its field."""
    require(viewer(request), wordings.MANAGE)
    sent = WordingForm(request.POST or None)
    if request.method == "POST" and submit(
        sent, lambda said: wordings.change(said["key"], said["text"], actor=viewer(request))
    ):
        return redirect("wordings")
    context = {
        "wordings": wordings.every().values(),
        "sent": sent,
        "places": wordings.KNOWN_PLACES,
        "first": wordings.INVESTIGATING,
    }
    return render(request, "incidents/wordings.html", context, status=422 if sent.is_bound else 200)
