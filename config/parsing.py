"""Bodies of requests to the API: JSON of a size and depth that a person's words need, and not more."""

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils import json as strict

MOST_BYTES = 1024 * 1024
DEEPEST = 20


class TooLarge(APIException):
    """More than is read."""

    status_code = 413
    default_code = "too_large"
    default_detail = f"A body may have up to {MOST_BYTES:,} bytes."


class BoundedJSON(JSONParser):
    """JSON, but neither so large nor so deep that reading it hurts, nor with characters that no database takes."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = stream.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise TooLarge
        said = _load(raw)
        for depth, value in _walk(said):
            if depth > DEEPEST:
                raise ParseError(f"Lists and objects may lie {DEEPEST} deep within each other.")
            if isinstance(value, str) and not _is_text(value):
                raise ParseError("Text may not hold the character NUL, or half of a pair of surrogates.")
        return said


def _load(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode(), parse_constant=strict.strict_constant)
    except RecursionError as error:
        raise ParseError(f"Lists and objects may lie {DEEPEST} deep within each other.") from error
    except ValueError as error:
        raise ParseError(f"This is not JSON in UTF-8: {error}.") from error


def _walk(said: Any) -> Iterator[tuple[int, Any]]:
    """Every value and every name with its depth; without recursion, which is what depth would break."""
    waiting = [(0, said)]
    while waiting:
        depth, value = waiting.pop()
        yield depth, value
        parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting += [(depth + 1, part) for part in parts]


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in value
