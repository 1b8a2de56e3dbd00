"""The versions of a page's files on disk: a new one is built beside the others and shown by turning one symlink.

<root>/<page>/current -> versions/<name>; <name>/site is what is served, <name>/stamps.json what it was drawn from.
"""

import fcntl
import gzip
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

KEPT = 4
WAIT_SECONDS = 10.0
# Beyond this many bytes the best compression takes longer than it is worth.
WELL_PACKED = 400_000
SYNCED_AT_ONCE = 8
NAME = "%Y%m%dT%H%M%S.%fZ"


class Busy(Exception):
    """Somebody else has been rendering this page for longer than we wait."""


class Standing(NamedTuple):
    """Which version of the page lies on disk, and of when."""

    version: int
    at: datetime


@dataclass(frozen=True)
class Drawn:
    """One file of a version: its bytes, or None where the version before has it; and what it was drawn from."""

    path: str
    content: bytes | None
    stamp: str = ""


@dataclass(frozen=True)
class Shelf:
    """The folder of one page."""

    folder: Path

    @property
    def current(self) -> Path:
        return self.folder / "current"

    @property
    def failed(self) -> Path:
        """A mark that the last rendering broke; its age says when."""
        return self.folder / ".failed"

    def standing(self) -> Standing | None:
        """What is shown now, read from the symlink alone."""
        try:
            version, _, at = self.current.readlink().name.partition("-")
        except FileNotFoundError:
            return None
        return Standing(int(version), datetime.strptime(at, NAME).replace(tzinfo=UTC))

    def stamps(self) -> dict[str, str]:
        """What the shown version's files were drawn from, by path; empty where nothing is shown."""
        path = self.current / "stamps.json"
        if not path.exists():
            return {}
        stamps: dict[str, str] = json.loads(path.read_text())
        return stamps

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the page against other processes and threads. Raises `Busy` after ten seconds."""
        self.folder.mkdir(parents=True, exist_ok=True)
        until = time.monotonic() + WAIT_SECONDS
        with (self.folder / ".lock").open("w") as file:
            while not _locked(file.fileno()):
                if time.monotonic() > until:
                    raise Busy(f"{self.folder.name} is being rendered by another process.")
                time.sleep(0.01)
            yield

    @contextmanager
    def marked_if_it_breaks(self) -> Iterator[None]:
        """Leave the mark behind when what happens inside raises, and take it away when all goes well."""
        with ExitStack() as stack:
            stack.callback(self.failed.touch)
            yield
            stack.pop_all()
            self.failed.unlink(missing_ok=True)

    def show(self, standing: Standing, files: list[Drawn]) -> None:
        """Build the version and turn the symlink. The caller holds the page, and has seen that it is not older."""
        name = f"{standing.version:012d}-{standing.at.astimezone(UTC):{NAME}}"
        versions = self.folder / "versions"
        building = versions / f".building-{name}"
        shutil.rmtree(building, ignore_errors=True)
        site, before = building / "site", self.current.resolve() / "site"
        for folder in {(site / file.path).parent for file in files}:
            folder.mkdir(parents=True, exist_ok=True)
        stamps = {file.path: file.stamp for file in files if file.stamp}
        written = [_write(building / "stamps.json", json.dumps(stamps, indent=0).encode())]
        for file in files:
            written += _place(file, site, before)
        _sync_all([*written, *{building, site, *((site / file.path).parent for file in files)}])
        built = versions / name
        shutil.rmtree(built, ignore_errors=True)
        building.rename(built)
        _sync(versions)
        turn(self.current, Path("versions") / name)
        self._prune(name)

    def _prune(self, shown: str) -> None:
        """Keep the shown version and a few before it, for whoever is reading them; half-built ones go."""
        versions = self.folder / "versions"
        others = sorted(one.name for one in versions.iterdir() if one.name != shown and not one.name.startswith("."))
        half_built = [one.name for one in versions.iterdir() if one.name.startswith(".building-")]
        for name in (*others[:-KEPT], *half_built):
            shutil.rmtree(versions / name, ignore_errors=True)


def turn(link: Path, target: Path) -> None:
    """Let the symlink point elsewhere, in one step that lasts."""
    new = _beside(link)
    new.symlink_to(target)
    new.replace(link)
    _sync(link.parent)


def replace(path: Path, content: bytes) -> None:
    """Write a whole file in one step that lasts, unless it says the same already."""
    if path.exists() and path.read_bytes() == content:
        return
    new = _beside(path)
    _write(new, content)
    _sync(new)
    new.replace(path)
    _sync(path.parent)


def replace_all(files: Sequence[tuple[Path, bytes]]) -> None:
    """The same for many files that are served, each in one step; what they say lasts before any is shown."""
    for folder in {path.parent for path, _ in files}:
        folder.mkdir(parents=True, exist_ok=True)
    written = {path: _beside(path) for path, _ in files}
    for path, content in files:
        tag(_write(written[path], content), content)
    _sync_all(list(written.values()))
    for path, new in written.items():
        new.replace(path)
    _sync_all(list({path.parent for path in written}))


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}-{os.getpid()}-{time.monotonic_ns()}")


def forms(path: Path, content: bytes) -> tuple[tuple[Path, bytes], tuple[Path, bytes]]:
    """A file and its compressed form beside it."""
    effort = 9 if len(content) <= WELL_PACKED else 6
    return (path, content), (path.with_name(f"{path.name}.gz"), gzip.compress(content, effort, mtime=0))


def tag(path: Path, content: bytes) -> None:
    """Give the file a time of change that is made of its content.

    Both servers make their strong ETag from the time of change and the size, and nginx knows seconds only: so two
    versions within one second differ.
    """
    stamp = int.from_bytes(hashlib.sha256(content).digest()[:4], "big") >> 1
    os.utime(path, (stamp, stamp))


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _place(file: Drawn, site: Path, before: Path) -> list[Path]:
    """Link what has not changed, write what has, each beside its compressed form. Returns what was written."""
    plain, packed = file.path, f"{file.path}.gz"
    old = before / plain
    if file.content is None or (old.exists() and old.read_bytes() == file.content):
        for path in (plain, packed):
            _link(before / path, site / path)
        return []
    written = forms(site / plain, file.content)
    for form, content in written:
        _write(form, content)
        tag(form, content)
    return [form for form, _ in written]


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        # Not every file system links.
        shutil.copy2(source, target)


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _sync_all(paths: list[Path]) -> None:
    """Several at a time: the file system then commits them together, where one after the other each waits its turn."""
    with ThreadPoolExecutor(SYNCED_AT_ONCE) as pool:
        for _ in pool.map(_sync, paths):
            """What went wrong with one rises here."""


def _sync(path: Path) -> None:
    """What a file, or the list of a folder's files, says stays so when the machine loses its power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def hosts(root: Path, folders: Mapping[str, str], *, not_pages: str) -> None:
    """Say which host is which folder: in hosts.json for our own server, as symlinks in .hosts for nginx.

    Where there is only one page, our own server shows it to every other host (`*`); nginx passes those on to
    the operators' pages, whose host (`not_pages`) therefore never is a page's.
    """
    only = set(folders.values())
    root.mkdir(parents=True, exist_ok=True)
    known = {**folders, **({"*": next(iter(only))} if len(only) == 1 else {})}
    replace(root / "hosts.json", json.dumps(known, indent=1, sort_keys=True).encode())
    links = root / ".hosts"
    links.mkdir(exist_ok=True)
    wanted = {host: Path("..") / folder for host, folder in folders.items() if host != not_pages}
    for host, target in wanted.items():
        if not (links / host).is_symlink() or (links / host).readlink() != target:
            turn(links / host, target)
    for link in links.iterdir():
        if link.name not in wanted and not link.name.startswith("."):
            link.unlink(missing_ok=True)
