"""The OpenAPI document, for machines and, drawn by the house's own template, for people."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView

from kit.asked import Asked

Document = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Field:
    """One field of a body, or a parameter of an address."""

    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked or done."""

    method: str
    path: str
    about: str
    parameters: list[Field]
    body: list[Field]
    answers: list[tuple[str, str]]
    example: str

    @property
    def anchor(self) -> str:
        return f"{self.method.lower()}{self.path.replace('/', '-').replace('{', '').replace('}', '')}"


class OpenAPI(Asked, SpectacularAPIView):
    """The document as YAML or, by the Accept header, as JSON; for whoever is signed in."""


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """Every operation, by the first word of its address."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    grouped: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        word = path.removeprefix("/api/v1/").split("/", maxsplit=1)[0]
        found = [_operation(document, path, name, methods[name]) for name in METHODS if name in methods]
        grouped.setdefault(word, []).extend(found)
    return render(request, "api.html", {"groups": sorted(grouped.items())})


def _operation(document: Document, path: str, method: str, said: Document) -> Operation:
    content = said.get("requestBody", {}).get("content", {})
    body = _fields(document, content.get("application/json", {}).get("schema", {}))
    return Operation(
        method=method.upper(),
        path=path,
        about=said.get("description", ""),
        parameters=[_parameter(document, one) for one in said.get("parameters", ()) if one["in"] == "query"],
        body=body,
        answers=[(code, one.get("description", "")) for code, one in sorted(said["responses"].items())],
        example=json.dumps({one.name: "…" for one in body if one.required}, ensure_ascii=False) if body else "",
    )


def _parameter(document: Document, said: Document) -> Field:
    return Field(
        said["name"], _kind(document, said["schema"]), said.get("required", False), said.get("description", "")
    )


def _fields(document: Document, schema: Document) -> list[Field]:
    """The fields of a body, whose shape stands elsewhere in the document."""
    schema = _resolved(document, schema)
    required = set(schema.get("required", ()))
    return [
        Field(name, _kind(document, said), name in required, said.get("description", ""))
        for name, said in schema.get("properties", {}).items()
        if not said.get("readOnly")
    ]


def _kind(document: Document, said: Document) -> str:
    """“text”, “one of S1, S2”, “list of …”: what is allowed, in words."""
    schema = _resolved(document, said)
    if "enum" in schema:
        return "one of " + ", ".join(str(one) for one in schema["enum"] if one is not None)
    if schema.get("type") == "array":
        return f"list of {_kind(document, schema['items'])}"
    form = schema.get("format", "")
    return {"date-time": "time (ISO 8601)", "uuid": "id", "uri": "address"}.get(form) or schema.get("type", "object")


def _resolved(document: Document, schema: Document) -> Document:
    """Follow a reference, or the one part that a wrapper adds nothing to."""
    parts = schema.get("allOf") or schema.get("oneOf")
    if parts:
        return _resolved(document, parts[0])
    if "$ref" in schema:
        found: Document = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return _resolved(document, found)
    return schema
