"""What this process began to send and what came of it, in a file of its own that outlives it.

The database learns of letters many at a time. Should the process be killed before it does, whoever finds the file
knows which of the letters it held went out, which it never began, and which one was on its way: only that one may
arrive twice. Where the file cannot be found (the host is gone) all that the process held counts as on its way.

The file is locked for as long as its process lives, which is how others know that it does not.
"""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.conf import settings

from kit.secrets import new_id

ENDING = ".journal"
BOOT = Path("/proc/sys/kernel/random/boot_id")
# A letter in the journal: its number in the ledger, and the fence under which it was held.
Held = tuple[int, int]


@dataclass(frozen=True)
class Ended:
    """What came of a letter, in the words that are written into the ledger; times are ISO 8601."""

    state: str
    detail: str
    due_at: str | None
    maybe_doubled: bool
    started_at: str
    ended_at: str


@dataclass
class Past:
    """What a journal says: `begun` letters without an entry in `ended` were on their way."""

    begun: set[Held] = field(default_factory=set)
    ended: dict[Held, Ended] = field(default_factory=dict)
    # Whether all lines are there: since it was written this machine has not started anew.
    is_whole: bool = True


@cache
def boot() -> str:
    """This run of the machine; what a process wrote before a power cut may never have reached the disk."""
    try:
        return BOOT.read_text().strip()[:8]
    except OSError:
        return "boot"


def folder() -> Path:
    return Path(settings.VAR) / "journals"


class Journal:
    """The open journal of this process. Every line is one write, so that a kill leaves it whole or absent."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()[:30]}-{os.getpid()}-{boot()}-{new_id()}"
        place = folder()
        place.mkdir(parents=True, exist_ok=True)
        self._path = place / f"{self.name}{ENDING}"
        # Nobody may find it before it is locked.
        draft = place / f".{self.name}"
        self._file = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        draft.rename(self._path)

    def begin(self, held: Held) -> None:
        """Before the first byte of the letter leaves."""
        self._write(b"[%d, %d]\n" % held)

    def end(self, held: Held, ended: Ended) -> None:
        """As soon as it is known what came of it."""
        self._write(b"[%d, %d, %b]\n" % (*held, json.dumps(vars(ended)).encode()))

    def forget(self) -> None:
        """The ledger knows all of it."""
        os.ftruncate(self._file, 0)

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        os.close(self._file)

    def leave(self) -> None:
        """Not all of it is in the ledger: whoever looks next finds it as if the process had ended."""
        os.close(self._file)

    def _write(self, line: bytes) -> None:
        os.write(self._file, line)


def orphans() -> list[str]:
    """The names of journals on this host whose process has ended without closing them."""
    return [path.name.removesuffix(ENDING) for path in _all() if _is_orphan(path)]


def _all() -> Iterator[Path]:
    place = folder()
    return iter(sorted(place.glob(f"*{ENDING}"))) if place.is_dir() else iter(())


def _is_orphan(path: Path) -> bool:
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True


def read(name: str) -> Past | None:
    """What a process noted, alive or not; None where its journal is not on this host."""
    try:
        lines = (folder() / f"{name}{ENDING}").read_bytes().splitlines()
    except FileNotFoundError:
        return None
    past = Past(is_whole=f"-{boot()}-" in name)
    for line in lines:
        # A line that a power cut tore says nothing, nor one that another version wrote.
        with suppress(ValueError, TypeError):
            number, fence, *ended = json.loads(line)
            if ended:
                past.ended[number, fence] = Ended(**ended[0])
            else:
                past.begun.add((number, fence))
    return past


def remove(name: str) -> None:
    """All that an orphan said is in the ledger."""
    (folder() / f"{name}{ENDING}").unlink(missing_ok=True)
