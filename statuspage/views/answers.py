"""How the pages answer: run a command with what a form read, and show what it refuses beside the field."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from kit.rules import Forbidden, RuleBroken
from statuspage.maintenance import Person

Result = TypeVar("Result")
WRONG = 422


def viewer(request: HttpRequest) -> Person:
    """Who is signed in; the middleware has seen to it that somebody is."""
    return cast("Person", request.user)


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was posted, however little, or nothing."""
    return request.POST if request.method == "POST" else None


def submit(form: forms.BaseForm, command: Callable[[], Result]) -> Result | None:
    """What the command gives if the form was posted and both accept it; else None, the form saying why."""
    if not form.is_valid():
        return None
    try:
        return command()
    except Forbidden:
        # Who may not do it has no form to read the reason in.
        raise
    except RuleBroken as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return None


def page(request: HttpRequest, name: str, form: forms.BaseForm, **more: Any) -> HttpResponse:
    """A page with a form; 422 where it was refused, with everything typed still there."""
    status = WRONG if form.is_bound and form.errors else 200
    return render(request, f"statuspage/{name}.html", {"form": form} | more, status=status)
