"""What the pages of figures share: who looks, and an address without what nobody chose."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from insights.filters import Period
from insights.forms import FilterForm
from kit.rules import require
from roles.models import User

VIEW = "insights.view_dashboard"
Form = TypeVar("Form", bound=FilterForm)


def viewer(request: HttpRequest) -> User:
    """Who looks; they must be allowed to."""
    user = cast("User", request.user)
    require(user, VIEW)
    return user


def page(
    form_of: type[Form], template: str
) -> Callable[[Callable[[HttpRequest, User, Form], HttpResponse]], Callable[[HttpRequest], HttpResponse]]:
    """A view of figures: for whoever may look, under a tidy address, of filters that are as they may be.

    Where they are not, the template says so.
    """

    def dressed(view: Callable[[HttpRequest, User, Form], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
        @wraps(view)
        def answer(request: HttpRequest) -> HttpResponse:
            user, tidy = viewer(request), tidied(request)
            if tidy:
                return HttpResponseRedirect(tidy)
            form = form_of(request.GET)
            if not form.is_valid():
                return render(request, template, {"form": form}, status=422)
            return view(request, user, form)

        return require_safe(answer)

    return dressed


def tidied(request: HttpRequest) -> str:
    """The same address without what a form sends though nobody chose it; empty where there is nothing to tidy."""
    given = request.GET.copy()
    for name in [name for name, value in given.items() if value == ""]:
        del given[name]
    if len(given) == len(request.GET):
        return ""
    # The form always sends both days; they belong to a custom period alone.
    if given.get("period") != Period.CUSTOM:
        given.pop("since", None)
        given.pop("until", None)
    return f"{request.path}?{given.urlencode()}" if given else request.path
