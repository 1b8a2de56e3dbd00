"""The words an incident is found by: those of its title and situation, its reference, the names of its services.

PostgreSQL keeps them in `words`, a column beside the model's that triggers keep and a GIN index finds; SQLite, which
is for trying out, reads the texts of every incident. Both take a word for the beginning of one, and numbers and
words of one or two letters as they stand, so that both find the same.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, Value
from django.db.models.sql.compiler import SQLCompiler

from incidents.models import Incident, Service

# So many words of a question count.
MOST = 8
# Shorter words stand for themselves and not for the beginning of one.
BEGINS = 3
REFERENCE = re.compile(r"inc-[0-9a-z]+", re.IGNORECASE)
EDGES = re.compile(r"^[\W_]+|[\W_]+$")
LETTERS = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Word:
    """A word that was asked for: what it may stand for in a text, the reference it may be, the services it names."""

    parts: tuple[str, ...]
    reference: str
    services: tuple[UUID, ...] = ()


def of(text: str) -> list[Word]:
    """The words of a question, each with the services it may name; a statement."""
    asked = [word for word in map(_word, text.split()) if word.parts][:MOST]
    if not asked:
        return []
    names = {pk: split(name) for pk, name in Service.objects.values_list("pk", "name")}
    return [Word(word.parts, word.reference, _named(word.parts, names)) for word in asked]


def _word(text: str) -> Word:
    bare, parts = EDGES.sub("", text), tuple(split(text))
    if bare.isdecimal():
        return Word(parts, f"INC-{bare}")
    return Word(parts, bare.upper() if REFERENCE.fullmatch(bare) else "")


def split(text: str) -> list[str]:
    """The words of a text as the database splits it, in small letters."""
    return LETTERS.findall(text.lower())


def _named(parts: Sequence[str], names: Mapping[UUID, Sequence[str]]) -> tuple[UUID, ...]:
    return tuple(pk for pk, name in names.items() if all(any(_fits(part, one) for one in name) for part in parts))


def _fits(part: str, word: str) -> bool:
    return word.startswith(part) if _begins(part) else word == part


def _begins(part: str) -> bool:
    return len(part) >= BEGINS and not part.isdecimal()


def every(asked: Iterable[Word]) -> Q:
    """Incidents in which each of the words stands; nothing where there is none."""
    return _joined(list(asked), " & ", and_)


def some(asked: Iterable[Word]) -> Q:
    """Incidents in which one of the words stands."""
    return _joined(list(asked), " | ", or_)


def are_indexed() -> bool:
    return connection.vendor == "postgresql"


def _joined(asked: list[Word], sign: str, join: Callable[[Q, Q], Q]) -> Q:
    if not asked:
        return Q(pk__in=[])
    if are_indexed():
        return Q(_Stand(sign.join(_tsquery(word) for word in asked)))
    return reduce(join, [_read(word) for word in asked])


def _tsquery(word: Word) -> str:
    """References and services stand among the words behind a sign that no word begins with."""
    text = " & ".join(f"'{part}':*" if _begins(part) else f"'{part}'" for part in word.parts)
    others = [f"'#{word.reference.lower()}'"] if word.reference else []
    others += [f"'@{pk}'" for pk in word.services]
    return f"({' | '.join([f'({text})', *others])})"


class _Stand(Func):
    """`words @@ query` on the row that the question is about."""

    output_field = BooleanField()

    def __init__(self, query: str) -> None:
        super().__init__(F("pk"), Value(query))

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **more: Any) -> tuple[str, list[Any]]:
        key, query = self.get_source_expressions()
        # The column is none of the model's; it stands beside the key.
        return f'{compiler.quote_name_unless_alias(key.alias)}."words" @@ %s::tsquery', [query.value]


def _read(word: Word) -> Q:
    texts = [_pattern(part) for part in word.parts]
    asked = reduce(and_, [Q(title__iregex=one) | Q(what__iregex=one) for one in texts])
    if word.reference:
        asked |= Q(reference__iexact=word.reference)
    if word.services:
        concerned = Incident.services.through.objects.filter(incident=OuterRef("pk"), service__in=word.services)
        asked |= Q(Exists(concerned))
    return asked


def _pattern(part: str) -> str:
    """A word, or the beginning of one; what stands before it is no letter and no digit."""
    return rf"(?<![^\W_]){re.escape(part)}" + ("" if _begins(part) else r"(?![^\W_])")
