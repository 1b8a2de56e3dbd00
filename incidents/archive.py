"""The archive of a status page as files in the shape of the Statuspage API v2: read, and every fault named."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kit.rules import RuleBroken
from statuspage import foreign
from statuspage.foreign import Reader

Entry = dict[str, Any]
# So many faults are named; more of them are counted.
MOST_NAMED = 8
NO_SHAPE = "it must be in the shape of the Statuspage API v2"


@dataclass(frozen=True)
class Archive:
    """What the files say, checked: the page, its components, incidents and maintenances, oldest first."""

    page: Entry
    components: list[Entry]
    incidents: list[Entry]
    maintenances: list[Entry]


class Faulty(RuleBroken):
    """The files cannot be imported as they are; nothing was changed. `faults` names each one."""

    def __init__(self, faults: list[str]) -> None:
        named = faults[:MOST_NAMED]
        if len(faults) > len(named):
            named.append(f"… and {len(faults) - len(named)} more.")
        super().__init__("faulty_archive", "\n".join(named))
        self.faults = faults


@dataclass(frozen=True)
class Kind:
    """What one of the files holds: the name of its list, the word for an entry, and when an entry began."""

    key: str
    noun: str
    began: Callable[[Reader], datetime]


def _component_began(said: Reader) -> datetime:
    return foreign.component(said, datetime.min.replace(tzinfo=UTC)).created_at


KINDS = {
    "components.json": Kind("components", "component", _component_began),
    "incidents.json": Kind("incidents", "incident", lambda said: foreign.incident(said).started_at),
    "scheduled-maintenances.json": Kind(
        "scheduled_maintenances", "maintenance", lambda said: foreign.maintenance(said).started_at
    ),
}


def read(folder: Path) -> Archive:
    """Read the three files of a folder. Raises `Faulty` with every fault found, by file, entry and field."""
    faults: list[str] = []
    documents = {name: _document(folder / name, faults) for name in KINDS}
    components, incidents, maintenances = (_entries(name, document, faults) for name, document in documents.items())
    if faults:
        raise Faulty(faults)
    return Archive(_page(documents), components, incidents, maintenances)


def _document(path: Path, faults: list[str]) -> Entry | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        faults.append(f"{path.name}: {_why(error, path)}.")
        return None
    if isinstance(document, dict):
        return document
    faults.append(f"{path.name}: it holds no object; {NO_SHAPE}.")
    return None


def _why(error: OSError | ValueError, path: Path) -> str:
    match error:
        case FileNotFoundError():
            return f"there is no such file in {path.parent}"
        case OSError():
            return f"it cannot be read ({error.strerror})"
        case json.JSONDecodeError():
            return f"it is not JSON (line {error.lineno}, column {error.colno}: {error.msg})"
        case _:
            return "it is not text in UTF-8"


def _page(documents: Mapping[str, Entry | None]) -> Entry:
    pages = (document.get("page") for document in documents.values() if document)
    return next((page for page in pages if isinstance(page, dict)), {})


def _entries(name: str, document: Entry | None, faults: list[str]) -> list[Entry]:
    """The entries of a file, oldest first, with their faults noted; none where there is no file to speak of."""
    if document is None:
        return []
    kind = KINDS[name]
    found = document.get(kind.key)
    if not isinstance(found, list):
        faults.append(f"{name}: it holds no list “{kind.key}”; {NO_SHAPE}.")
        return []
    checked = list(_checked(f"{name}, {kind.noun}", found, kind, faults))
    return [entry for _, _, entry in sorted(checked, key=lambda each: each[:2])]


def _checked(where: str, found: list[Any], kind: Kind, faults: list[str]) -> Iterator[tuple[datetime, str, Entry]]:
    """Each entry in order with when it began and its id. What is wrong with the others goes to the faults."""
    seen: set[str] = set()
    for number, entry in enumerate(found, start=1):
        if not isinstance(entry, dict):
            faults.append(f"{where} {number}: it must be an object.")
            continue
        identity = str(entry.get("id", ""))
        try:
            began = kind.began(Reader(entry, f"{where} {number} (“{identity}”)" if identity else f"{where} {number}"))
        except RuleBroken as error:
            faults.append(error.sentence)
            continue
        if identity in seen:
            faults.append(f"{where} {number}, field “id”: “{identity}” stands in the file more than once.")
        seen.add(identity)
        yield began, identity, entry
