"""Errors of the API as problem documents (RFC 9457), with the rule's code; nothing below /api/ answers otherwise."""

from typing import Any

from django.core.exceptions import (
    DisallowedHost,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler

from config.parsing import TooLarge
from kit.rules import Forbidden, RuleBroken

CONTENT_TYPE = "application/problem+json"
BELOW = "/api/"
NO_KEY = "Send a key of yours as `Authorization: Bearer sitrep_…`. You make one on your profile, at /me/."
KEPT = ("www-authenticate", "retry-after", "allow")


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every error becomes `{type, title, status, code, detail, errors?}`."""
    # Whatever the view gives when all is well, a problem is JSON.
    context["request"].accepted_renderer = JSONRenderer()
    context["request"].accepted_media_type = CONTENT_TYPE
    if isinstance(error, RuleBroken):
        return _broken(error)
    if isinstance(error, ObjectDoesNotExist):
        error = Http404()
    response = exception_handler(error, context)
    if response is None:
        return None
    methods = [one for one in getattr(context["view"], "allowed_methods", ()) if one not in ("OPTIONS", "HEAD")]
    code, detail = _said(error, " and ".join(methods))
    errors = _fields(error.detail) if isinstance(error, exceptions.ValidationError) else []
    kept = {key: value for key, value in response.items() if key.lower() in KEPT}
    return _answer(response.status_code, document(response.status_code, code, detail, errors), headers=kept)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django itself refuses: a host that is not ours, a form that is too large, an address that is none."""
    if not request.path.startswith(BELOW):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return _plain(TooLarge.status_code, TooLarge.default_code, str(TooLarge.default_detail))
    if isinstance(exception, DisallowedHost):
        return _plain(400, "bad_host", "This host is not answered here; ask by a name that ALLOWED_HOSTS holds.")
    assert isinstance(exception, SuspiciousOperation)
    return _plain(400, "bad_request", "This request is not one that is answered.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(BELOW):
        return defaults.permission_denied(request, exception)
    return _plain(403, "forbidden", "You may not do this.")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(BELOW):
        return defaults.page_not_found(request, exception)
    detail = "There is no such address. Those of the API have no slash at the end; /api/v1/docs lists them."
    return _plain(404, "not_found", detail)


def server_error(request: HttpRequest) -> HttpResponse:
    if not request.path.startswith(BELOW):
        return defaults.server_error(request)
    detail = "Something broke on our side, and is written down in the log. What you sent may be right."
    return _plain(500, "server_error", detail)


def _broken(error: RuleBroken) -> Response:
    code = status.HTTP_403_FORBIDDEN if isinstance(error, Forbidden) else status.HTTP_409_CONFLICT
    errors = [{"field": error.field, "code": error.code, "detail": error.sentence}] if error.field else []
    extra: dict[str, Any] = {"blockers": [vars(blocker) for blocker in getattr(error, "blockers", [])]}
    extra |= {"conflicts": getattr(error, "conflicts", {}), "permission": getattr(error, "permission", "")}
    said = document(code, error.code, error.sentence, errors)
    return _answer(code, said | {key: value for key, value in extra.items() if value})


def _said(error: Exception, allowed: str) -> tuple[str, str]:
    if isinstance(error, exceptions.ValidationError):
        return "invalid", "Some of what was sent is not allowed; `errors` says what is."
    if isinstance(error, exceptions.NotAuthenticated):
        return "not_authenticated", NO_KEY
    if isinstance(error, exceptions.MethodNotAllowed):
        return "method_not_allowed", f"Allowed here are {allowed}."
    if isinstance(error, exceptions.APIException):
        codes = error.get_codes()
        return str(codes if isinstance(codes, str) else "error"), str(error.detail)
    if isinstance(error, PermissionDenied):
        return "forbidden", "You may not do this."
    return "not_found", "There is no such thing here."


def _fields(detail: Any, path: str = "") -> list[dict[str, str]]:
    """Flatten DRF's nested errors into one list with dotted field names; empty for what is about the whole."""
    if isinstance(detail, dict):
        named = [("" if key == "non_field_errors" else key, value) for key, value in detail.items()]
        return [found for key, value in named for found in _fields(value, f"{path}.{key}".strip("."))]
    if isinstance(detail, list):
        return [found for value in detail for found in _fields(value, path)]
    return [{"field": path, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}]


def document(code: int, name: str, detail: str, errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """The members that every problem has."""
    said = {
        "type": f"urn:sitrep:problem:{name}",
        "title": name.replace("_", " ").capitalize(),
        "status": code,
        "code": name,
        "detail": detail,
    }
    return said | ({"errors": errors} if errors else {})


def _answer(code: int, body: dict[str, Any], *, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status=code, headers=headers, content_type=CONTENT_TYPE)


def _plain(code: int, name: str, detail: str) -> JsonResponse:
    """The same where no view of the API was reached."""
    return JsonResponse(document(code, name, detail), status=code, content_type=CONTENT_TYPE)
