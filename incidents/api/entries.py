"""Entries of a timeline as machines get them: people by their handles, and no key of a row."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers

from incidents import narrative
from incidents.models import Event
from roles.models import User


class Entries(serializers.ListSerializer[Any]):
    """A page of a timeline: whom its entries name is asked once for all of them."""

    child: "EventOut"

    def to_representation(self, data: Any) -> list[Any]:
        self.child.handles = handles_of(data)
        return super().to_representation(data)


class EventOut(serializers.ModelSerializer[Event]):
    handles: Mapping[str, str] = {}
    actor = serializers.StringRelatedField[User]()
    sentence = serializers.SerializerMethodField()
    data = serializers.SerializerMethodField()  # type: ignore[assignment]

    class Meta:
        model = Event
        list_serializer_class = Entries
        fields = ("position", "kind", "sentence", "actor", "occurred_at", "recorded_at", "body", "data", "hash")

    def get_sentence(self, event: Event) -> str:
        return narrative.sentence(event)

    def get_data(self, event: Event) -> dict[str, Any]:
        said: dict[str, Any] = outward(event.data, self.handles)
        return said


def handles_of(events: Iterable[Event]) -> dict[str, str]:
    """The handles of everybody whom the entries name, by the keys that stand there; one statement for all."""
    named = {value for event in events for value in _keys(event.data)}
    return {str(pk): handle for pk, handle in User.objects.filter(pk__in=named).values_list("pk", "handle")}


def outward(fact: Any, known: Mapping[str, str]) -> Any:
    """The same fact with handles for people; the keys of other rows mean nothing outside and are left out."""
    if isinstance(fact, dict):
        return {name: outward(value, known) for name, value in fact.items() if not _is_strange(value, known)}
    if isinstance(fact, list):
        return [outward(value, known) for value in fact if not _is_strange(value, known)]
    return known.get(fact, fact) if isinstance(fact, str) else fact


def _is_strange(value: Any, known: Mapping[str, str]) -> bool:
    return _is_key(value) and value not in known


def _keys(fact: Any) -> Iterator[str]:
    if _is_key(fact):
        yield fact
    parts = fact.values() if isinstance(fact, dict) else fact if isinstance(fact, list) else ()
    for part in parts:
        yield from _keys(part)


def _is_key(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False
