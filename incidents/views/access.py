"""Who may see an incident: members, restricting it, opening it up."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from incidents import access, checklists
from incidents.forms.access import GrantForm
from incidents.forms.steering import ReasonForm
from incidents.leave import GRANT, RESPOND, STEER
from incidents.views.answers import ask_for, click, seen, viewer
from roles.models import User

FORM = ["GET", "POST"]


@require_http_methods(FORM)
def members(request: HttpRequest, reference: str) -> HttpResponse:
    """Who may see it; let one more person in."""
    incident, actor = seen(request, reference, STEER), viewer(request)
    return ask_for(
        request,
        "members",
        incident,
        GrantForm(request.POST or None),
        lambda said: access.grant(incident, said["person"], actor=actor, reason=said["reason"]),
        members=incident.members.select_related("person", "granted_by"),
    )


@require_POST
def revoke(request: HttpRequest, reference: str) -> HttpResponse:
    incident, actor = seen(request, reference, STEER), viewer(request)
    person = User.objects.get(pk=request.POST.get("person", ""))
    return click(request, incident, lambda: access.revoke(incident, person, actor=actor))


@require_http_methods(FORM)
def restrict(request: HttpRequest, reference: str) -> HttpResponse:
    incident, actor = seen(request, reference, STEER), viewer(request)
    return ask_for(
        request,
        "restrict",
        incident,
        ReasonForm(request.POST or None),
        lambda said: access.restrict(incident, actor=actor, reason=said["reason"]),
    )


@require_http_methods(FORM)
def open_up(request: HttpRequest, reference: str) -> HttpResponse:
    incident, actor = seen(request, reference, GRANT), viewer(request)
    return ask_for(
        request,
        "open_up",
        incident,
        ReasonForm(request.POST or None),
        lambda said: access.open_up(incident, actor=actor, reason=said["reason"]),
    )


@require_POST
def tick(request: HttpRequest, reference: str) -> HttpResponse:
    """A line of the checklist."""
    incident, actor = seen(request, reference, RESPOND), viewer(request)
    item, done = request.POST.get("item", ""), "done" in request.POST
    return click(request, incident, lambda: checklists.tick(incident, item, done=done, actor=actor))
