"""What readers of the public page find on the disk: a whole version at any time, and the newest at the end."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from proof.checking.evidence import Evidence


def whole(public: Path) -> list[str]:
    """Every page that is shown is complete: each file with its compressed form, documents that can be read."""
    return [said for current in sorted(public.glob("*/current")) for said in _whole(current)]


def _whole(current: Path) -> Iterator[str]:
    # Where it points now: somebody who still renders may turn it between two files.
    site = current.resolve() / "site"
    if not (site / "index.html").is_file():
        yield f"page: {current.parent.name} is shown and has no index.html"
        return
    for path in sorted(one for one in site.rglob("*") if one.is_file() and one.suffix != ".gz"):
        name = path.relative_to(site)
        content = path.read_bytes()
        packed = path.with_name(f"{path.name}.gz")
        if not packed.is_file() or gzip.decompress(packed.read_bytes()) != content:
            yield f"page: {name} and its compressed form say different things"
        if not _is_complete(path.suffix, content):
            yield f"page: {name} is cut short"


def _is_complete(kind: str, content: bytes) -> bool:
    if kind == ".json":
        try:
            json.loads(content)
        except ValueError:
            return False
    ends = {".html": b"</html>", ".svg": b"</svg>", ".atom": b"</feed>", ".rss": b"</rss>", ".ics": b"END:VCALENDAR"}
    return content.rstrip().endswith(ends.get(kind, b""))


def of_the_end(seen: Evidence) -> list[str]:
    """The page shows all that was published, and no journal of a dead process is left."""
    found = []
    shown = [int(link.readlink().name.partition("-")[0]) for link in sorted((seen.var / "public").glob("*/current"))]
    if shown != [seen.page_version]:
        found.append(f"page: it shows version {shown} of {seen.page_version}")
    text = "".join(path.read_text() for path in (seen.var / "public").glob("*/current/site/api/v2/incidents.json"))
    found += [f"page: “{body}” is not on it" for body in seen.bodies if body not in text]
    journals = [path.name for path in (seen.var / "journals").glob("*.journal")]
    return found + ([f"left: journals {journals}"] if journals else [])
