"""The way in: setting the house up, and accepting an invitation."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from kit.rules import RuleBroken, require
from roles import joining, organisation
from roles import setup as steps
from roles.forms.joining import FirstForm, NewcomerForm
from roles.models import User
from roles.views.answers import page, posted, submit, viewer

BACKEND = "roles.backends.PasswordBackend"
GONE = 410


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """The set-up: for nobody yet, the first form; for administrators, the steps that are left."""
    if steps.is_nobody_here():
        return _first(request)
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    require(viewer(request), organisation.MANAGE)
    progress = steps.progress(viewer(request))
    request.session[steps.AT_IT] = progress.following is not None
    return render(request, "roles/setup.html", {"progress": progress})


@require_POST
def later(request: HttpRequest) -> HttpResponse:
    """The guide leaves the pages; the set-up's own page brings it back."""
    request.session[steps.AT_IT] = False
    return redirect("home")


def _first(request: HttpRequest) -> HttpResponse:
    form = FirstForm(posted(request))
    person = submit(request, form, lambda: _found(form))
    return _enter(request, person, "setup") if person else page(request, "first", form)


def _found(form: FirstForm) -> User:
    said = form.cleaned_data
    return joining.found(said["organisation"], said["email"], form.newcomer)


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation's link: GET shows it, POST joins."""
    if request.user.is_authenticated:
        return render(request, "roles/join_signed_in.html")
    try:
        invitation = joining.pending(token)
    except RuleBroken as error:
        return render(request, "roles/join_refused.html", {"error": error}, status=GONE)
    form = NewcomerForm(posted(request))
    person = submit(request, form, lambda: joining.accept(token, form.newcomer))
    if person:
        return _enter(request, person, "home")
    return page(request, "join", form, invitation=invitation, house=organisation.current())


def _enter(request: HttpRequest, person: User, to: str) -> HttpResponse:
    login(request, person, backend=BACKEND)
    return redirect(to)
