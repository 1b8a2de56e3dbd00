"""What a body may say: a field that is not known is refused, and a refusal says what is allowed."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from kit.instants import check_year

Shape = TypeVar("Shape", bound=serializers.Serializer[Any])
Field = serializers.Field[Any, Any, Any, Any]
# So much of what was sent is repeated in a refusal.
GIVEN, VALUE = "“{{input!s:.60}}”", "“{{value!s:.60}}”"
SENTENCES: tuple[tuple[type[Field], str, str], ...] = (
    (serializers.ChoiceField, "invalid_choice", f"{GIVEN} is not allowed; allowed are {{allowed}}."),
    (serializers.BooleanField, "invalid", "Allowed are true and false."),
    (serializers.Serializer, "invalid", "A JSON object is needed here."),
    (serializers.SlugRelatedField, "does_not_exist", f"There is none that is called {VALUE} here."),
)


def read(shape: type[Shape], request: Request) -> Shape:
    """The body in that shape, checked. Raises DRF's `ValidationError` with everything that is wrong."""
    said, model = shape(data=request.data), _model(shape)
    said.fields, said.error_messages = model.fields, model.error_messages
    said.is_valid()
    wrong = dict(said.errors) if isinstance(said.errors, dict) else {"": said.errors}
    wrong |= _strange(said, request.data)
    if wrong:
        raise ValidationError(wrong)
    return said


@cache
def _model(shape: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """Its fields, made once a process; they keep nothing of what they check, so every request may use the same."""
    made = shape()
    _say_what_is_allowed(made)
    return made


def _strange(said: serializers.Serializer[Any], given: Any, path: str = "") -> dict[str, list[str]]:
    """A sentence for every field, at any depth, that the shape does not have."""
    if not isinstance(given, Mapping):
        return {}
    allowed = f"allowed are {', '.join(said.fields)}" if said.fields else "nothing is needed here"
    found = {f"{path}{name}": [f"There is no field “{name}”; {allowed}."] for name in given if name not in said.fields}
    for name, field in said.fields.items():
        if isinstance(field, serializers.Serializer):
            found |= _strange(field, given.get(name), f"{path}{name}.")
    return found


def _say_what_is_allowed(field: Field) -> None:
    """Each field says in a sentence what it takes, where DRF only says that this was not it."""
    for kind, code, sentence in SENTENCES:
        if isinstance(field, kind):
            field.error_messages[code] = sentence.format(allowed=_allowed(field))
    if isinstance(field, serializers.DateTimeField):
        field.validators = [*field.validators, check_year]
    for part in _parts(field):
        _say_what_is_allowed(part)


def _allowed(field: Field) -> str:
    return ", ".join(str(choice) for choice in field.choices) if isinstance(field, serializers.ChoiceField) else ""


def _parts(field: Field) -> list[Field]:
    """The fields that a field is made of."""
    if isinstance(field, serializers.Serializer):
        return list(field.fields.values())
    inner = getattr(field, "child", None) or getattr(field, "child_relation", None)
    return [inner] if inner is not None else []
