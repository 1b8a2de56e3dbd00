"""A statement while the database is gone: drawn into the files that are shown, and kept for the database."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from kit.rules import check
from kit.secrets import new_id
from statuspage import documents, drawer, feeds, sheets
from statuspage.drawer import Emergency
from statuspage.models import Bulletin, Page, PublicIncident
from statuspage.reading import Content
from statuspage.shelf import Drawn, Shelf, Standing
from statuspage.vocabulary import INCIDENT_STATES, UNRESOLVED, State

LONGEST, LONGEST_NAME = 5000, 200
USUAL_NAME = "Service disruption"
SECTION = re.compile(r"<!--emergency-->.*?<!--/emergency-->", re.DOTALL)
LOOK = re.compile(r"page\.css\?v=([0-9a-f]+)")
MAIN = '<main id="content" class="inner">'


def publish(folder: Path, body: str, *, name: str = USUAL_NAME, state: str = State.INVESTIGATING) -> Emergency:
    """Say it on the page that lies in this folder. It goes on with the emergency that is open there, if one is.

    Raises `RuleBroken` for no words, too many, no such state, and a page that was never rendered.
    """
    check(body.strip(), "no_text", "Write what readers should know.", field="body")
    check(len(body) <= LONGEST, "too_long", f"At most {LONGEST} characters.", field="body")
    allowed = ", ".join(INCIDENT_STATES[:4])
    check(state in INCIDENT_STATES[:4], "no_such_state", f"Allowed are {allowed}.", field="state")
    shelf = Shelf(folder)
    check(shelf.standing(), "not_rendered", f"There are no rendered files in {folder}.")
    with shelf.held():
        said = _statement(shelf, body, name, State(state))
        drawer.put(folder, said)
        _show(shelf, said.at)
    return said


def _statement(shelf: Shelf, body: str, name: str, state: State) -> Emergency:
    shown = shelf.standing()
    assert shown is not None
    # Later than what is shown, whatever this machine's clock says: nobody turns to an older version.
    at = max(datetime.now(UTC), shown.at + timedelta(milliseconds=1))
    last = next(reversed(drawer.waiting(shelf.folder)), None)
    goes_on = last is not None and not last.is_over
    return Emergency(
        incident=last.incident if last and goes_on else new_id(),
        bulletin=new_id(),
        name=last.name if last and goes_on else _line(name),
        state=state,
        body=body.strip(),
        at=at,
    )


def _line(name: str) -> str:
    """A title that the database will take: one line, nothing that cannot be seen, not too long, and never none."""
    seen = "".join(character if character.isprintable() else " " for character in name)
    return " ".join(seen.split())[:LONGEST_NAME].strip() or USUAL_NAME


def _show(shelf: Shelf, at: datetime) -> None:
    """The shown version once more, with what lies in the drawer added to it."""
    shown = shelf.standing()
    assert shown is not None
    site = shelf.current.resolve() / "site"
    content = _content(json.loads((site / "api/v2/summary.json").read_text())["page"], shelf.folder, at)
    stamps = shelf.stamps()
    drawn = {path: draw((site / path).read_text(), content) for path, draw in CHANGES.items() if (site / path).exists()}
    look = LOOK.search((site / "index.html").read_text())
    for one in content.incidents:
        sheet = sheets.incident(one, content, look[1] if look else "")
        drawn[f"incidents/{one.public_id}.html"] = sheet.decode()
    there = {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file() and path.suffix != ".gz"}
    files = [
        Drawn(path, drawn[path].encode() if path in drawn else None, "" if path in drawn else stamps.get(path, ""))
        for path in sorted(there | drawn.keys())
    ]
    shelf.show(Standing(shown.version, at), files)


def _content(of_page: dict[str, Any], folder: Path, at: datetime) -> Content:
    """The statements as rows that are saved nowhere, for what draws rows."""
    page = Page(
        public_id=of_page["id"], name=of_page["name"], slug=folder.name, url=of_page["url"],
        time_zone=of_page["time_zone"], updated_at=at,
    )  # fmt: skip
    several = sorted(drawer.waiting(folder), key=lambda one: (one.incident, one.at))
    incidents = [_incident(page, list(said), place) for place, (_, said) in enumerate(groupby(several, _whose), 1)]
    return Content(page=page, at=at, components={}, incidents=incidents, maintenances=[], goes_back_to=None)


def _whose(said: Emergency) -> str:
    return said.incident


def _incident(page: Page, said: list[Emergency], place: int) -> PublicIncident:
    first, last = said[0], said[-1]
    watched = [one.at for one in said if one.state == State.MONITORING]
    made = PublicIncident(
        pk=place, public_id=first.incident, page=page, name=first.name, state=last.state, started_at=first.at,
        created_at=first.at, updated_at=last.at, monitoring_at=watched[0] if watched else None,
        resolved_at=last.at if last.is_over else None,
    )  # fmt: skip
    bulletins = [
        Bulletin(
            pk=number, public_id=one.bulletin, public_incident=made, state=one.state, body=one.body,
            display_at=one.at, created_at=one.at, updated_at=one.at,
        )
        for number, one in enumerate(said, 1)
    ]  # fmt: skip
    for one in bulletins:
        one.touches = []
    made.told = bulletins[::-1]
    return made


def _in_index(text: str, content: Content) -> str:
    text = SECTION.sub("", text)
    told = sheets.emergency([one for one in content.incidents if one.state in UNRESOLVED], content)
    return text.replace(MAIN, f"{MAIN}<!--emergency-->{told}<!--/emergency-->", 1)


def _in_list(text: str, content: Content) -> str:
    """All incidents, the emergencies first."""
    return _with(text, content, content.incidents)


def _in_open(text: str, content: Content) -> str:
    """The same for a list of what is open."""
    return _with(text, content, [one for one in content.incidents if one.state in UNRESOLVED])


def _with(text: str, content: Content, several: list[PublicIncident]) -> str:
    document, ours = json.loads(text), {one.public_id for one in content.incidents}
    said = [documents.incident(one, content) for one in several]
    document["page"]["updated_at"] = documents.timestamp(content.at)
    document["incidents"] = said[::-1] + [one for one in document["incidents"] if one["id"] not in ours]
    return documents.encoded(document).decode()


def _in_atom(text: str, content: Content) -> str:
    return _in_feed(text, feeds.atom(content).decode(), "entry", "</feed>")


def _in_rss(text: str, content: Content) -> str:
    return _in_feed(text, feeds.rss(content).decode(), "item", "</channel>")


def _in_json_feed(text: str, content: Content) -> str:
    document, ours = json.loads(text), feeds.json_feed(content)["items"]
    ids = {one["id"] for one in ours}
    document["items"] = [*ours, *(one for one in document["items"] if one["id"] not in ids)][: feeds.ENTRIES]
    return documents.encoded(document).decode()


def _in_feed(text: str, ours: str, tag: str, end: str) -> str:
    """Our entries before all others, each once."""
    new = list(_entries(ours, tag))
    ids = [found for entry in new for found in re.findall(r"tag:[^<]+Incident/\w+", entry)]
    kept = [entry for entry in _entries(text, tag) if not any(one in entry for one in ids)]
    head = text.split(f"<{tag}>", 1)[0] if f"<{tag}>" in text else text.split(end, 1)[0]
    return head + "".join([*new, *kept][: feeds.ENTRIES]) + end + text.split(end, 1)[1]


def _entries(text: str, tag: str) -> Iterator[str]:
    for found in re.finditer(rf"<{tag}>.*?</{tag}>", text, re.DOTALL):
        yield found[0]


CHANGES: dict[str, Callable[[str, Content], str]] = {
    "index.html": _in_index,
    "api/v2/summary.json": _in_open,
    "api/v2/incidents.json": _in_list,
    "api/v2/incidents/unresolved.json": _in_open,
    "history.atom": _in_atom,
    "history.rss": _in_rss,
    "feed.json": _in_json_feed,
}
