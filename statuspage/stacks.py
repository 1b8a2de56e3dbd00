"""The older files of a page on disk: each is replaced by itself, and no version of the page holds them.

<root>/<page>/stacks/… beside the versions. The servers look here for what the shown version does not have, so that a
new version is a few dozen files, however long the history is.
"""

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from statuspage.shelf import Drawn, forms, replace

STAMPS = ".stamps.json"


@dataclass(frozen=True)
class Stacks:
    """The folder of the older files of one page."""

    folder: Path

    @property
    def _seen(self) -> Path:
        return self.folder / ".in-order"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold them against other processes; what is read inside is never older than what lies there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
            yield

    def stamps(self) -> dict[str, str]:
        """What the files were drawn from, by path."""
        path = self.folder / STAMPS
        if not path.exists():
            return {}
        stamps: dict[str, str] = json.loads(path.read_text())
        return stamps

    def is_in_order(self, about: str) -> bool:
        """Whether nothing was left to do when the page was as `about` says."""
        return self._seen.exists() and self._seen.read_text() == about

    def put(self, files: list[Drawn]) -> None:
        """Write these, each in one step. The caller holds the stacks."""
        for file in files:
            assert file.content is not None
            target = self.folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            for path, content in forms(target, file.content):
                replace(path, content, tagged=True)
        self._note(self.stamps() | {file.path: file.stamp for file in files})

    def tidy(self, wanted: Mapping[str, str], about: str) -> None:
        """Everything wanted lies here: take away what is not, and say so."""
        stamps = self.stamps()
        for path in stamps.keys() - wanted.keys():
            for form in (path, f"{path}.gz"):
                (self.folder / form).unlink(missing_ok=True)
        if stamps.keys() - wanted.keys():
            self._note({path: stamp for path, stamp in stamps.items() if path in wanted})
        replace(self._seen, about.encode())

    def _note(self, stamps: Mapping[str, str]) -> None:
        replace(self.folder / STAMPS, json.dumps(stamps, indent=0).encode())
