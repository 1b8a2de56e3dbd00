"""What the OpenAPI document says beside what the views declare: queries, and errors as problem documents."""

from typing import Any

from django import forms
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from kit.queries import flat

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "An error as RFC 9457 has it; `code` is stable and for machines, `detail` is for people.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
        "blockers": {"type": "array", "items": {"type": "object"}},
        "conflicts": {"type": "object"},
        "permission": {"type": "string"},
    },
}
ANSWERS = {
    "400": "The input is not allowed.",
    "401": "Nobody is signed in.",
    "403": "Not allowed to this person.",
    "404": "There is no such thing here, or it may not be seen.",
    "409": "A rule refuses it.",
}


KINDS: dict[type[forms.Field], Any] = {
    forms.DateTimeField: OpenApiTypes.DATETIME,
    forms.DateField: OpenApiTypes.DATE,
    forms.IntegerField: OpenApiTypes.INT,
    forms.BooleanField: OpenApiTypes.BOOL,
}


class Described(AutoSchema):
    """A view's description, with what its address may be asked."""

    def get_override_parameters(self) -> list[Any]:
        asks = getattr(self.view, "asks", None) if self.method == "GET" else None
        return [_parameter(name, field) for name, field in asks.base_fields.items()] if asks else []


def _parameter(name: str, field: forms.Field) -> OpenApiParameter:
    # The rows of a table are no part of the document.
    is_choice = isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField)
    return OpenApiParameter(
        name,
        next((said for one, said in KINDS.items() if isinstance(field, one)), OpenApiTypes.STR),
        description=str(field.help_text or field.label or ""),
        enum=[value for value, _ in flat(field) if value != ""] if is_choice else None,  # type: ignore[arg-type]
        many=isinstance(field, forms.MultipleChoiceField),
    )


def only_ours(endpoints: list[Any]) -> list[Any]:
    """Before: the addresses below /api/v1/."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


def with_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """After: every operation names the errors it can answer with, and no body has fields that are not listed."""
    for name, schema in result["components"]["schemas"].items():
        if name.endswith("Request"):
            schema["additionalProperties"] = False
    result["components"]["schemas"]["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            for code, description in ANSWERS.items():
                operation["responses"].setdefault(code, {"description": description, "content": content})
    return result
