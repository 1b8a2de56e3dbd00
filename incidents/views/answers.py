"""How the pages answer: find what may be seen, do it, and say what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from incidents import leave
from incidents.conflicts import Stale
from incidents.models import Incident
from kit.rules import Forbidden, RuleBroken, require
from roles.models import User


def viewer(request: HttpRequest) -> User:
    """Who is signed in; the middleware has seen to it that somebody is."""
    return cast("User", request.user)


def seen(request: HttpRequest, reference: str, needs: str = "") -> Incident:
    """The incident, where this person may see it; `DoesNotExist` becomes the same 404 in every other case.

    A page that leads to a command `needs` the command's permission, so that nobody fills in a form in vain.
    """
    incident = Incident.objects.visible_to(viewer(request)).select_related("cadence").get(reference=reference)
    if needs:
        require(viewer(request), needs, incident)
    return incident


def done(request: HttpRequest, incident: Incident) -> HttpResponse:
    """Back to the room; a page that sent it by htmx just looks again at once."""
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Trigger": "stirred"})
    return redirect(incident)


def click(request: HttpRequest, incident: Incident, command: Callable[[], object]) -> HttpResponse:
    """One click: done, or the rule's sentence above the room."""
    try:
        command()
    except RuleBroken as error:
        if getattr(request, "htmx", False):
            status = 403 if isinstance(error, Forbidden) else 409
            return render(request, "incidents/parts/refusal.html", {"error": error}, status=status)
        raise
    return done(request, incident)


def submit(form: forms.BaseForm, command: Callable[[dict[str, Any]], object]) -> bool:
    """Run the command with what the form cleaned; what it refuses stands beside the field it is about."""
    if not form.is_valid():
        return False
    try:
        command(form.cleaned_data)
    except Forbidden:
        raise
    except RuleBroken as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return False
    return True


def ask_for(
    request: HttpRequest,
    name: str,
    incident: Incident,
    form: forms.Form,
    command: Callable[[dict[str, Any]], object],
    **more: Any,
) -> HttpResponse:
    """A page with one form: posted and accepted it leads back to the room, else it is shown (again)."""
    if request.method == "POST" and submit(form, command):
        return done(request, incident)
    return page(request, name, incident, form, **more)


def page(request: HttpRequest, name: str, incident: Incident, form: forms.Form | None, **more: Any) -> HttpResponse:
    """A page about an incident; 422 where its form was refused, with everything typed still there."""
    status = 422 if form is not None and form.is_bound and form.errors else 200
    context = {"incident": incident, "form": form, "may": leave.of(incident, viewer(request))} | more
    return render(request, f"incidents/{name}.html", context, status=status)


@dataclass
class Comparison:
    """What the writer of a form saw of each field, sent with it; what two changed is shown with both values."""

    labels: Mapping[str, str]
    was: dict[str, str]
    conflicts: list[tuple[str, str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, request: HttpRequest, labels: Mapping[str, str], now: Mapping[str, str]) -> "Comparison":
        return cls(labels, {name: request.POST.get(f"was_{name}", now.get(name, "")) for name in labels})

    def save(self, command: Callable[[Mapping[str, str]], object]) -> None:
        """Call it with what was seen. Sending a refused form again compares with what is there now, knowingly."""
        try:
            command(self.was)
        except Stale as stale:
            self.conflicts += [(self.labels[name], *both) for name, both in stale.conflicts.items()]
            self.was |= {name: theirs for name, (theirs, _) in stale.conflicts.items()}
            raise
