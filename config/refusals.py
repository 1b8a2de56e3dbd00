"""What a page says when a command refuses and the view did not answer it in its own form."""

from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from kit.rules import Forbidden, RuleBroken


class Refusals:
    """Turns a broken rule into a page (403 or 409) and a row that is not there, or not seen, into the same 404."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, RuleBroken):
            status = 403 if isinstance(error, Forbidden) else 409
            return render(request, "refused.html", {"error": error}, status=status)
        # An id that cannot be one names nothing either.
        if isinstance(error, ObjectDoesNotExist | ValidationError):
            raise Http404 from error
        return None
