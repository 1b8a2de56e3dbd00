"""What the pages of figures share: who looks, and an address without what nobody chose."""

from typing import cast

from django.http import HttpRequest

from insights.filters import Period
from kit.rules import require
from roles.models import User

VIEW = "insights.view_dashboard"


def viewer(request: HttpRequest) -> User:
    """Who looks; they must be allowed to."""
    user = cast("User", request.user)
    require(user, VIEW)
    return user


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
