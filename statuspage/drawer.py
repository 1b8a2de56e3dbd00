"""The drawer of a page: emergency statements that the database has not taken in yet. Files alone; no database."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from statuspage.shelf import replace
from statuspage.vocabulary import ENDED, State

TAKEN = "taken"


@dataclass(frozen=True)
class Emergency:
    """One emergency statement: whose it is, what it says, and from when."""

    incident: str
    bulletin: str
    name: str
    state: State
    body: str
    at: datetime

    @property
    def is_over(self) -> bool:
        return self.state in ENDED


def put(folder: Path, said: Emergency) -> None:
    """Keep it below the page's folder until it is taken in."""
    drawer = folder / "emergency"
    drawer.mkdir(parents=True, exist_ok=True)
    written = asdict(said) | {"at": said.at.isoformat()}
    replace(drawer / f"{said.at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}.json", json.dumps(written, indent=1).encode())


def waiting(folder: Path) -> list[Emergency]:
    """What was not taken in yet, the oldest first."""
    return [_read(path) for path in sorted((folder / "emergency").glob("*.json"))]


def is_empty(folder: Path) -> bool:
    return not any((folder / "emergency").glob("*.json"))


def taken(folder: Path, several: list[Emergency]) -> None:
    """The database has these from now on."""
    drawer, at = folder / "emergency", {one.bulletin for one in several}
    (drawer / TAKEN).mkdir(exist_ok=True)
    for path in drawer.glob("*.json"):
        if _read(path).bulletin in at:
            path.rename(drawer / TAKEN / path.name)


def _read(path: Path) -> Emergency:
    said = json.loads(path.read_text())
    return Emergency(**said | {"state": State(said["state"]), "at": datetime.fromisoformat(said["at"])})
