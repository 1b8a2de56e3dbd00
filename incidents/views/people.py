"""One click each: acknowledge, join, take, offer, accept, release, ask."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from incidents import engagement, holders, room, seats
from incidents.forms.people import AskForm, OfferForm
from incidents.leave import RESPOND
from incidents.models import Incident
from incidents.views.answers import ask_for, click, page, seen, viewer
from kit.rules import check
from roles.catalogue import Role
from roles.models import User


@require_POST
def acknowledge(request: HttpRequest, reference: str) -> HttpResponse:
    incident = seen(request, reference)
    return click(request, incident, lambda: engagement.acknowledge(incident, actor=viewer(request)))


@require_POST
def join(request: HttpRequest, reference: str) -> HttpResponse:
    incident = seen(request, reference)
    shadow = "shadow" in request.POST
    return click(request, incident, lambda: engagement.join(incident, actor=viewer(request), as_shadow=shadow))


@require_POST
def take(request: HttpRequest, reference: str) -> HttpResponse:
    incident = seen(request, reference)
    role = _role(request)
    return click(request, incident, lambda: engagement.take(incident, role, actor=viewer(request)))


@require_POST
def accept(request: HttpRequest, reference: str) -> HttpResponse:
    incident = seen(request, reference)
    role = _role(request)
    return click(request, incident, lambda: engagement.accept(incident, role, actor=viewer(request)))


@require_POST
def release(request: HttpRequest, reference: str) -> HttpResponse:
    incident = seen(request, reference)
    role, person = _role(request), User.objects.get(pk=request.POST.get("person", ""))
    answer = click(request, incident, lambda: engagement.release(incident, role, person, actor=viewer(request)))
    # Whoever let themselves go from a restricted one does not see its room any more.
    still = Incident.objects.visible_to(viewer(request)).filter(pk=incident.pk).exists()
    return answer if still else redirect("home")


@require_GET
def everyone(request: HttpRequest, reference: str) -> HttpResponse:
    """Every role, who holds it, and what can be done about it."""
    incident = seen(request, reference, RESPOND)
    viewing = room.view(incident, viewer(request))
    return page(request, "people", incident, None, seats=seats.everyone(viewing), lead=viewing.lead)


@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, reference: str) -> HttpResponse:
    """Offer a role to somebody, who must accept: one's own, or as who steers, anybody's."""
    incident, actor = seen(request, reference), viewer(request)
    role = _named(request.POST.get("role") or request.GET.get("role") or Role.LEAD)
    held = holders.holder(incident, role)
    engagement.require_holder_or_steer(incident, held, actor)
    return ask_for(
        request,
        "offer",
        incident,
        OfferForm(request.POST or None, initial={"role": role}, but=held.person if held else None),
        lambda said: engagement.offer(incident, role, said["person"], actor=actor),
        role=role,
        held=held,
    )


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask a named person, or whoever is on call for a team."""
    incident, actor = seen(request, reference, RESPOND), viewer(request)
    return ask_for(
        request,
        "ask",
        incident,
        AskForm(request.POST or None),
        lambda said: engagement.ask(incident, said["whom"], said["text"], actor=actor),
    )


def _role(request: HttpRequest) -> Role:
    """The role a button names."""
    return _named(request.POST.get("role", ""))


def _named(named: str) -> Role:
    """A name that is none is refused like any other rule."""
    check(named in Role.values, "no_such_role", f"“{named}” is no role. Allowed are: {', '.join(Role.values)}.")
    return Role(named)
