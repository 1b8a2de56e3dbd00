"""A small server of its own port for the rendered page: files by host and path, and nothing of Django, Redis or us.

It keeps answering when the database, the broker and the workers are gone. Run it under any WSGI server:
`PUBLIC_ROOT=… granian --interface wsgi statuspage.serving:application`. In production nginx does the same
(deploy/nginx.conf); tests hold the two against each other.
"""

import json
import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any, NamedTuple

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
}
# One letter, digit, dash or underscore begins each part: no hidden file and no way upwards.
PATH = re.compile(r"(/[a-z0-9_-][a-z0-9._-]*)*")
CSP = "Content-Security-Policy"
OLDER = re.compile(r"api/v2/incidents(?:/(\d+))?\.json")
HEADERS = [
    ("Cache-Control", "public, max-age=10, s-maxage=10, stale-while-revalidate=60, stale-if-error=86400"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Link, ETag"),
    (
        CSP,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; "
        "frame-ancestors 'none'",
    ),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
]
REASONS = {404: "Not Found", 405: "Method Not Allowed"}

# What is kept in memory of the shown version: so many bytes, and files no larger than this.
MOST_KEPT, LARGEST_KEPT = 64 * 2**20, 4 * 2**20
MOST_HOSTS = 1000  # Readers may ask for any.


class Found(NamedTuple):
    """A file that answers: its name, its bytes, its tag, and whether they are compressed."""

    path: str
    content: bytes
    tag: str
    is_packed: bool


class Folder(NamedTuple):
    """The files of a page, and the link to its shown version."""

    path: Path
    current: str


class Hosts(NamedTuple):
    """`hosts.json` as it was seen, and the folders found by it; one piece, so that no two threads mix them."""

    seen: tuple[int, int]
    names: dict[str, str]
    folders: dict[str, Folder | None]


class Ready(NamedTuple):
    """An answer as it is given again and again: its tag, its headers and its bytes."""

    tag: str
    headers: list[tuple[str, str]]
    content: bytes


@dataclass
class Kept:
    """Answers of the shown version of a page, by path and form. A version never changes, and so they hold."""

    version: str
    answers: dict[tuple[str, bool], Ready] = field(default_factory=dict)
    size: int = 0

    def keep(self, key: tuple[str, bool], answer: Ready) -> None:
        if len(answer.content) <= LARGEST_KEPT and self.size + len(answer.content) <= MOST_KEPT:
            self.answers[key] = answer
            self.size += len(answer.content)


@dataclass
class Site:
    """The pages below one folder, by host."""

    root: Path
    _hosts: Hosts = field(default_factory=lambda: Hosts((0, 0), {}, {}))
    _kept: dict[str, Kept] = field(default_factory=dict)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            return _answer(start_response, method, 405, [("Allow", "GET, HEAD")], b"Only GET and HEAD are answered.\n")
        folder = self.folder(environ.get("HTTP_HOST", ""))
        if folder is None:
            return _answer(start_response, method, 404, [], b"There is no status page at this address.\n")
        packed = _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        path = environ.get("PATH_INFO", "/")
        ready = self._ready(folder, path, packed)
        if ready is None:
            return _missing(start_response, method, folder.path, path, packed)
        wanted = environ.get("HTTP_IF_NONE_MATCH", "")
        if wanted and _matches(wanted, ready.tag):
            kept = [header for header in ready.headers if not header[0].startswith("Content-") or header[0] == CSP]
            start_response("304 Not Modified", kept)
            return []
        start_response("200 OK", ready.headers)
        return [] if method == "HEAD" else [ready.content]

    def folder(self, host: str) -> Folder | None:
        """The files of that host's page; of the only page there is, where the host is not known."""
        hosts = self._read_hosts()
        if host in hosts.folders:
            return hosts.folders[host]
        known = (host, host.lower().rpartition(":")[0], host.lower(), "*")
        name = next((hosts.names[one] for one in known if hosts.names.get(one)), None)
        found = Folder(self.root / name, str(self.root / name / "current")) if name else None
        if len(hosts.folders) < MOST_HOSTS:
            hosts.folders[host] = found
        return found

    def _read_hosts(self) -> Hosts:
        """`hosts.json`, read again when it was replaced."""
        try:
            found = os.stat(f"{self.root}/hosts.json")  # noqa: PTH116 (each answer asks, and this is the fastest)
            seen = (found.st_mtime_ns, found.st_ino)
            if seen != self._hosts.seen:
                self._hosts = Hosts(seen, json.loads((self.root / "hosts.json").read_text()), {})
        except FileNotFoundError:
            self._hosts = Hosts((0, 0), {}, {})
        return self._hosts

    def _ready(self, folder: Folder, asked: str, packed: bool) -> Ready | None:
        """The answer from memory as long as the same version is shown, else from the disk."""
        version = _shown(folder)
        kept = self._kept.get(folder.current)
        if kept is None or kept.version != version:
            kept = self._kept[folder.current] = Kept(version)
        return kept.answers.get((asked, packed)) or self._read(folder, kept, asked, packed)

    def _read(self, folder: Folder, kept: Kept, asked: str, packed: bool) -> Ready | None:
        path = _file_of(asked)
        names = [path, f"{path}.html", f"{path}.json"] if path else []
        found = _read_any(folder.path / kept.version / "site", names, packed)
        if found is None and _shown(folder) != kept.version:
            # It was turned away before it was opened; the one that is shown now has the word.
            return self._ready(folder, asked, packed)
        # What is not of this version may be an older file, which is replaced by itself and not kept here.
        is_older = found is None
        found = found or _read_any(folder.path / "stacks", names, packed)
        ready = Ready(found.tag, _headers(found, folder.path), found.content) if found else None
        # A list may get its next one while its version is shown.
        if ready and not is_older and not OLDER.fullmatch(found.path if found else ""):
            kept.keep((asked, packed), ready)
        return ready


def found_in(folder: Path, path: str) -> Found | None:
    """The file for a path among those of one page, for a gate that gives it to some only."""
    name = _file_of(f"/{path.lstrip('/')}")
    names = [name, f"{name}.html", f"{name}.json"] if name else []
    site = folder / "current" / "site"
    return _read_any(site, names, packed=False) or _read_any(folder / "stacks", names, packed=False)


def missing_in(folder: Path, path: str, *, packed: bool = False) -> Found | None:
    """What the page says where it has nothing: to programs in JSON."""
    name = "404.json" if f"/{path.lstrip('/')}".lower().startswith("/api/") else "404.html"
    return _read_any(folder / "current" / "site", [name], packed)


def _shown(folder: Folder) -> str:
    """The folder of the shown version; empty where none is."""
    try:
        return os.readlink(folder.current)  # noqa: PTH115 (each answer asks, and this is the fastest)
    except OSError:
        return ""


def _missing(start_response: StartResponse, method: str, folder: Path, path: str, packed: bool) -> Iterable[bytes]:
    found = missing_in(folder, path, packed=packed)
    if found is None:
        return _answer(start_response, method, 404, [], b"There is no such page.\n")
    start_response("404 Not Found", _headers(found, folder))
    return [] if method == "HEAD" else [found.content]


def _file_of(path: str) -> str | None:
    """The file's name for a path: lower case, without a slash at the end; None for one that cannot be."""
    # WSGI hands the bytes over as Latin-1; none of our names has any but ASCII.
    path = path.lower().rstrip("/")
    if not PATH.fullmatch(path) or path.endswith(".gz") or path.startswith("/404."):
        return None
    return path.lstrip("/") or "index.html"


def _read_any(folder: Path, names: list[str], packed: bool) -> Found | None:
    """The first of the files that is there, both its forms from the same version."""
    try:
        # Held open, so that a version that is turned away meanwhile is still read as one.
        site = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        for name in names:
            for form in (f"{name}.gz", name) if packed else (name,):
                found = _read(site, name, form)
                if found:
                    return found
    finally:
        os.close(site)
    return None


def _read(site: int, name: str, form: str) -> Found | None:
    try:
        seen = os.stat(form, dir_fd=site)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(seen.st_mode):
        return None
    with os.fdopen(os.open(form, os.O_RDONLY, dir_fd=site), "rb") as file:
        # As nginx makes it; the time of change comes from the content (statuspage.shelf).
        tag = f'"{int(seen.st_mtime):x}-{seen.st_size:x}"'
        return Found(name, file.read(), tag, is_packed=form != name)


def _headers(found: Found, folder: Path) -> list[tuple[str, str]]:
    headers = [
        ("Content-Length", str(len(found.content))),
        ("Content-Type", TYPES.get(PurePath(found.path).suffix, "application/octet-stream")),
        ("ETag", found.tag),
        ("Vary", "Accept-Encoding"),
    ]
    if found.is_packed:
        headers.append(("Content-Encoding", "gzip"))
    older = _older(found.path, folder)
    return [*headers, *([("Link", f'<{older}>; rel="next"')] if older else []), *HEADERS]


def _older(path: str, folder: Path) -> str:
    """The address of the next fifty incidents, where there are any."""
    match = OLDER.fullmatch(path)
    older = f"api/v2/incidents/{int(match[1] or 1) + 1}.json" if match else ""
    return f"/{older}" if older and (folder / "stacks" / older).exists() else ""


@lru_cache(maxsize=1000)
def _takes_gzip(accepted: str) -> bool:
    for one in accepted.lower().split(","):
        name, _, weight = one.partition(";")
        if name.strip() == "gzip":
            return not re.fullmatch(r"q=0(\.0*)?", weight.strip())
    return False


def _matches(wanted: str, tag: str) -> bool:
    """Whether If-None-Match names the tag; a weak tag counts, as RFC 9110 has it."""
    return wanted.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in wanted.split(",")]


def _answer(
    start_response: StartResponse, method: str, status: int, headers: list[tuple[str, str]], content: bytes
) -> Iterable[bytes]:
    """A plain word about what cannot be answered."""
    plain = [("Content-Length", str(len(content))), ("Content-Type", TYPES[".txt"])]
    start_response(f"{status} {REASONS[status]}", [*plain, *headers, *HEADERS])
    return [] if method == "HEAD" else [content]


def root(values: Mapping[str, str]) -> Path:
    """Where the files lie: PUBLIC_ROOT, as the settings have it, too."""
    house = Path(__file__).resolve().parent.parent
    return Path(values.get("PUBLIC_ROOT") or Path(values.get("SITREP_VAR") or house / "var") / "public")


application = Site(root(os.environ))
