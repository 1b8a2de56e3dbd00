"""The room: one page where everybody works, and the poll that keeps it fresh."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from incidents import bulletins, outgoing, room, situation
from incidents.entries import SHOWS, Shown
from incidents.forms.speaking import UpdateForm
from incidents.leave import RESPOND
from incidents.models import Event, Incident
from incidents.views.answers import page, seen, submit, viewer
from incidents.vocabulary import Audience
from roles.models import User


@require_GET
def enter(request: HttpRequest, reference: str) -> HttpResponse:
    """The room. What was merged leads to the incident that goes on."""
    incident = seen(request, reference)
    if incident.merged_into_id and "stay" not in request.GET:
        survivor = Incident.objects.visible_to(viewer(request)).filter(pk=incident.merged_into_id).first()
        if survivor:
            return redirect(survivor)
    text = outgoing.unsent(incident, viewer(request))
    return _room(request, incident, UpdateForm(initial={"text": text}))


def _room(request: HttpRequest, incident: Incident, form: UpdateForm) -> HttpResponse:
    inside = room.enter(incident, viewer(request), Shown.of(request.GET))
    return page(request, "room", incident, form, room=inside, shows=SHOWS)


@login_not_required
@require_GET
def pulse(request: HttpRequest, reference: str) -> HttpResponse:
    """The regions of the room, or 304 where nothing changed since the tag: two statements, the session's included.

    It asks for itself who looks and whether they may, in one statement with the version (`room.pulse`).
    """
    user = room.pulse(request.session, reference)
    if user is None:
        return HttpResponseForbidden() if "_auth_user_id" not in request.session else HttpResponseNotFound()
    shown = Shown.of(request.GET)
    tag = shown.tag(user.pulse)  # type: ignore[attr-defined]
    if request.headers.get("HX-PTag") == tag:
        return HttpResponse(status=304, headers={"HX-PTag": tag})
    request.user = user
    # The middleware, which sees only pages that need sign-in, did not do it.
    with timezone.override(user.zone):
        response = _regions(request, seen(request, reference), user, shown)
    response["HX-PTag"] = tag
    return response


def _regions(request: HttpRequest, incident: Incident, user: User, shown: Shown) -> HttpResponse:
    inside = room.enter(incident, user, shown)
    context = {"incident": incident, "room": inside, "may": inside.may, "shows": SHOWS}
    return render(request, "incidents/parts/regions.html", context)


@require_POST
def update(request: HttpRequest, reference: str) -> HttpResponse:
    """The composer: one text for whoever is ticked; with the public ticked it goes on as a draft."""
    incident = seen(request, reference)
    form = UpdateForm(request.POST)
    posted: list[Event] = []
    if not submit(form, lambda said: posted.append(_post(incident, said, viewer(request)))):
        return _room(request, incident, form)
    draft = posted[0].data.get("draft")
    return redirect(f"{reverse('bulletin', args=[reference])}?draft={draft}") if draft else redirect(incident)


def _post(incident: Incident, said: dict[str, Any], actor: User) -> Event:
    audiences = [Audience(one) for one in said["audiences"]]
    draft = bulletins.begun(incident, said["text"]) if Audience.PUBLIC in audiences else None
    return situation.post(incident, said["text"], actor=actor, audiences=audiences, draft=draft, held=True)


@require_POST
def take_back(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """An update that was just sent; its text is back in the composer."""
    incident = seen(request, reference, RESPOND)
    outgoing.take_back_update(incident, position, actor=viewer(request))
    return redirect(incident)
