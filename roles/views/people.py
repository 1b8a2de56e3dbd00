"""The directory, a person's page, and what administrators do about people."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kit import clock
from kit.rules import require
from roles import changes, directory, membership, organisation, rotations
from roles.forms.joining import GroupsForm
from roles.forms.people import ProfileForm
from roles.models import User
from roles.views.answers import page, posted, submit, viewer

PEOPLE_A_PAGE = 40


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Who is on call now, the teams, and everybody; found by words."""
    words = request.GET.get("q", "").replace("\x00", "")[:120].strip()
    found = directory.find(words, clock.shown())
    here = Paginator(found.people, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    called = {shift.person.pk: shift for shift in reversed(found.on_call)}
    context = {"found": found, "words": words, "here": here, "called": called}
    return render(request, "roles/people.html", context)


@require_GET
def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A colleague: teams, rotations, local time, and what they are on call for."""
    shown = User.objects.prefetch_related("teams", "groups").get(pk=pk)
    now = clock.shown()
    context = {
        "person": shown,
        "shifts": rotations.shifts_of(shown, now),
        "now": now,
        "groups": GroupsForm(initial={"groups": shown.group_names}),
        "changes": changes.of(shown),
        "house": organisation.current(),
    }
    return render(request, "roles/person.html", context)


@require_http_methods(["GET", "POST"])
def groups(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Which groups a person is in."""
    actor = viewer(request)
    require(actor, membership.MANAGE)
    shown = User.objects.get(pk=pk)
    form = GroupsForm(posted(request), initial={"groups": shown.group_names})
    if submit(request, form, lambda: membership.regroup(shown, form.cleaned_data["groups"], actor=actor)):
        messages.success(request, f"{shown.name}’s groups are changed.")
        return redirect("person", pk=pk)
    return page(request, "groups", form, person=shown)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A person's profile, changed by an administrator."""
    actor = viewer(request)
    require(actor, membership.MANAGE)
    shown = User.objects.get(pk=pk)
    form = ProfileForm(posted(request), instance=User.objects.get(pk=pk))
    if submit(request, form, lambda: membership.describe(shown, actor=actor, **form.cleaned_data)):
        return redirect("person", pk=pk)
    return page(request, "profile", form, person=shown)


@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask once, then let somebody go."""
    actor = viewer(request)
    require(actor, membership.MANAGE)
    shown = User.objects.get(pk=pk)
    if request.method == "POST":
        membership.deactivate(shown, actor=actor)
        messages.success(request, f"{shown.name} can no longer sign in.")
        return redirect("person", pk=pk)
    now = clock.shown()
    context = {"person": shown, "shifts": rotations.shifts_of(shown, now), "now": now}
    return render(request, "roles/leave.html", context)


@require_POST
def come_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = membership.reactivate(User.objects.get(pk=pk), actor=viewer(request))
    messages.success(request, f"{shown.name} can sign in again.")
    return redirect("person", pk=pk)
