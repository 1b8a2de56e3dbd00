"""The fields of a body are made once, and what one request sent does not show in the next."""

from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from kit import bodies


class Said(serializers.Serializer[Any]):
    made: ClassVar[list[None]] = []

    title = serializers.CharField(max_length=5)
    at = serializers.DateTimeField(required=False, default=None)
    colour = serializers.ChoiceField(choices=["red", "blue"], required=False)

    def get_fields(self) -> Any:
        self.made.append(None)
        return super().get_fields()


def sent(**body: object) -> Request:
    return cast("Request", SimpleNamespace(data=body))


def test_one_body_leaves_nothing_to_the_next() -> None:
    first = bodies.read(Said, sent(title="one", colour="red", at="2026-01-31T10:00Z"))
    with pytest.raises(ValidationError) as wrong:
        bodies.read(Said, sent(title="far too long", colour="green", at="0001-01-01T00:00Z", size=1))
    assert set(cast("dict[str, Any]", wrong.value.detail)) == {"title", "colour", "at", "size"}
    assert "allowed are red, blue" in str(wrong.value.detail)
    second = bodies.read(Said, sent(title="two"))
    assert dict(second.validated_data) == {"title": "two", "at": None}
    assert first.validated_data["title"] == "one"
    assert bodies.read(Said, sent(title="three")).fields["at"].validators == second.fields["at"].validators
    assert len(Said.made) == 1
