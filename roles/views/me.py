"""My own page: profile, what I am on call for, and my keys to the API."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kit import clock
from roles import keys, membership, rotations
from roles.forms.people import KeyForm, ProfileForm
from roles.models import PersonalToken, User
from roles.views.answers import WRONG, posted, submit, viewer


@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """My profile, saved by POST."""
    actor = viewer(request)
    form = ProfileForm(posted(request), instance=User.objects.get(pk=actor.pk))
    if submit(request, form, lambda: membership.describe(actor, actor=actor, **form.cleaned_data)):
        messages.success(request, "Your profile is saved.")
        return redirect("me")
    return _page(request, form, KeyForm())


@never_cache
@require_POST
def new_key(request: HttpRequest) -> HttpResponse:
    """Make a key; this answer is the only one that ever shows it."""
    actor = viewer(request)
    form = KeyForm(request.POST)
    made = submit(request, form, lambda: _create(form, actor))
    if made is None:
        return _page(request, ProfileForm(instance=actor), form)
    key, secret = made
    return render(request, "roles/key.html", {"key": key, "secret": secret}, status=201)


def _create(form: KeyForm, actor: User) -> tuple[PersonalToken, str]:
    said = form.cleaned_data
    return keys.create(said["name"], read_only=said["read_only"], expires_at=form.expires_at, actor=actor)


@require_POST
def revoke_key(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = viewer(request)
    key = actor.tokens.get(pk=pk)
    keys.revoke(key, actor=actor)
    messages.success(request, f"The key “{key.name}” no longer works.")
    return redirect("me")


def _page(request: HttpRequest, profile: forms.BaseForm, key: forms.BaseForm) -> HttpResponse:
    actor, now = viewer(request), clock.shown()
    context = {
        "profile": profile,
        "key_form": key,
        "keys": actor.tokens.filter(revoked_at=None).exclude(expires_at__lte=now),
        "shifts": rotations.shifts_of(actor, now),
        "now": now,
    }
    return render(request, "roles/me.html", context, status=WRONG if profile.errors or key.errors else 200)
