"""Rotations: who is on call when, and the forms that make and change them."""

from datetime import date, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kit import clock
from kit.rules import check, require
from roles import changes, coverage, organisation, overrides, rostering
from roles import rotations as questions
from roles.forms.rotations import EnlistForm, NewRotationForm, OverrideForm, RotationForm
from roles.models import Override, Rotation, Team, User
from roles.views.answers import WRONG, page, posted, submit, viewer


@require_GET
def rotations(request: HttpRequest) -> HttpResponse:
    """Every rotation: who has it, who is next, and where the next 14 days have gaps."""
    now = clock.shown()
    every = questions.with_people()
    context = {
        "report": coverage.report(every, now),
        "uncovered": coverage.uncovered(every, now),
        "days": coverage.AHEAD.days,
        "has_team": Team.objects.exists(),
    }
    return render(request, "roles/rotations.html", context)


@require_GET
def rotation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A rotation: the next shifts, its overrides, and the people in turn."""
    shown = questions.prefetched().get(pk=pk)
    return _page(request, shown, EnlistForm(rotation=shown), OverrideForm(initial={"zone": shown.time_zone}))


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    actor = viewer(request)
    require(actor, rostering.MANAGE)
    form = NewRotationForm(posted(request), initial=_beginning() | request.GET.dict())
    made = submit(request, form, lambda: _create(form, actor))
    return redirect("rotation", pk=made.pk) if made else page(request, "rotation_form", form)


def _beginning() -> dict[str, object]:
    """What a new rotation most likely is; of a house with one team, that team's."""
    teams = Team.objects.all()[:2]
    team = {"team": teams[0].pk} if len(teams) == 1 else {}
    return {"starts_on": _last_monday(), "time_zone": organisation.current().time_zone} | team


def _last_monday() -> date:
    """A week that has begun, so that somebody is on call at once."""
    yesterday = clock.shown().date() - timedelta(days=1)
    return yesterday - timedelta(days=yesterday.weekday())


def _create(form: NewRotationForm, actor: User) -> Rotation:
    return rostering.create(form.pattern, with_members=form.cleaned_data["with_members"], actor=actor)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a rotation; “preview” shows the shifts that would follow and changes nothing."""
    actor = viewer(request)
    require(actor, rostering.MANAGE)
    draft = questions.prefetched().get(pk=pk)
    form = RotationForm(posted(request), instance=draft)
    if "preview" in request.POST:
        now = clock.shown()
        shifts = questions.upcoming(draft, now) if form.is_valid() else []
        return page(request, "rotation_form", form, rotation=draft, shifts=shifts, now=now, is_preview=True)
    if submit(request, form, lambda: rostering.change(draft, form.pattern, actor=actor)):
        return redirect("rotation", pk=pk)
    return page(request, "rotation_form", form, rotation=draft)


@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = Rotation.objects.get(pk=pk)
    rostering.end(shown, actor=viewer(request))
    messages.success(request, f"The rotation {shown.name} is ended.")
    return redirect("rotations")


@require_POST
def enlist(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put somebody at the end of the turn."""
    shown = questions.prefetched().get(pk=pk)
    form = EnlistForm(request.POST, rotation=shown)
    command_ran = form.is_valid()
    if command_ran:
        rostering.enlist(shown, form.cleaned_data["person"], actor=viewer(request))
        return redirect(_turns(shown))
    require(viewer(request), rostering.MANAGE)
    return _page(request, shown, form, OverrideForm(initial={"zone": shown.time_zone}))


@require_POST
def turn(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Move somebody up or down the turn, or take them out."""
    shown, person = Rotation.objects.get(pk=pk), User.objects.get(pk=request.POST.get("person", ""))
    step, actor = request.POST.get("step", ""), viewer(request)
    check(step in ("up", "down", "out"), "no_such_step", f"“{step}” is no step. Allowed are up, down and out.")
    if step == "out":
        rostering.dismiss(shown, person, actor=actor)
    else:
        rostering.move(shown, person, later=step == "down", actor=actor)
    return redirect(_turns(shown))


@require_POST
def cover(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let somebody else have the rotation for a while."""
    actor = viewer(request)
    require(actor, overrides.MANAGE)
    shown = questions.prefetched().get(pk=pk)
    form = OverrideForm(request.POST)
    if submit(request, form, lambda: _cover(shown, form, actor)):
        return redirect("rotation", pk=pk)
    return _page(request, shown, EnlistForm(rotation=shown), form)


def _cover(shown: Rotation, form: OverrideForm, actor: User) -> Override:
    said = form.cleaned_data
    return overrides.cover(shown, said["person"], said["starts_at"], said["ends_at"], actor=actor)


@require_POST
def withdraw(request: HttpRequest, pk: UUID, override: UUID) -> HttpResponse:
    overrides.withdraw(Override.objects.get(pk=override, rotation_id=pk), actor=viewer(request))
    return redirect("rotation", pk=pk)


def _turns(shown: Rotation) -> str:
    return reverse("rotation", args=[shown.pk]) + "#turns"


def _page(request: HttpRequest, shown: Rotation, enlisting: forms.Form, covering: forms.Form) -> HttpResponse:
    now = clock.shown()
    context = {
        "rotation": shown,
        "coverage": coverage.report([shown], now)[0],
        "people": rostering.in_turn(shown, now),
        "has_begun": rostering.has_begun(shown, now),
        "shifts": questions.upcoming(shown, now),
        "overrides": [one for one in shown.overrides.all() if one.ends_at > now],
        "enlisting": enlisting,
        "covering": covering,
        "changes": changes.of(shown),
        "days": coverage.AHEAD.days,
        "now": now,
    }
    status = WRONG if enlisting.errors or covering.errors else 200
    return render(request, "roles/rotation.html", context, status=status)
