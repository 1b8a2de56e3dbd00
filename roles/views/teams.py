"""Teams: their pages, and the forms that make, change and dissolve them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kit import clock
from kit.rules import require
from roles import changes, directory, teams
from roles.forms.people import TeamForm
from roles.models import Team
from roles.views.answers import page, posted, submit, viewer


@require_GET
def team(request: HttpRequest, slug: str) -> HttpResponse:
    """A team: when to ask it, where, who is on call, its people, services and rotations."""
    shown = Team.objects.get(slug=slug)
    context = {"entry": directory.entry(shown, clock.shown()), "changes": changes.of(shown)}
    return render(request, "roles/team.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    actor = viewer(request)
    require(actor, teams.MANAGE)
    form = TeamForm(posted(request))
    made = submit(request, form, lambda: teams.create(form.charter, actor=actor))
    return redirect("team", slug=made.slug) if made else page(request, "team_form", form)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    actor = viewer(request)
    require(actor, teams.MANAGE)
    shown = Team.objects.get(slug=slug)
    form = TeamForm(posted(request), instance=Team.objects.get(slug=slug))
    if submit(request, form, lambda: teams.change(shown, form.charter, actor=actor)):
        return redirect("team", slug=slug)
    return page(request, "team_form", form, team=shown)


@require_POST
def dissolve(request: HttpRequest, slug: str) -> HttpResponse:
    shown = Team.objects.get(slug=slug)
    teams.dissolve(shown, actor=viewer(request))
    messages.success(request, f"The team {shown.name} is dissolved.")
    return redirect("people")
