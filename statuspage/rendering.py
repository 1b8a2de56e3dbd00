"""Which files a page has, what each is drawn from, and what must be read for it."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path

from django.conf import settings

from statuspage import documents, drawing, feeds, history, plain, sheets
from statuspage.documents import encoded, newest, next_first, telling
from statuspage.models import Page, PublicIncident
from statuspage.reading import Content

API = "api/v2"


@dataclass(frozen=True)
class File:
    """One file: how it is drawn, and whose bulletins it needs.

    A file with a stamp says the same as long as its stamp is the same, and is not drawn again.
    """

    path: str
    draw: Callable[[], bytes]
    needs: Sequence[PublicIncident] = ()
    stamp: str = ""


def files(content: Content) -> list[File]:
    """What is drawn with every version: how things stand, and what was said of late."""
    look = look_of(content.page)
    return [*_sheets(content, look), *_documents(content), *_feeds(content), *_assets(content)]


def older_sheets(content: Content) -> list[File]:
    """The sheets of those incidents that hardly ever change; they go on the stacks."""
    fresh = {one.pk for one in content.fresh}
    return sheets_of([one for one in content.everything if one.pk not in fresh], content)


def many_bars(content: Content) -> list[File]:
    """So many bars take longer to draw than a bulletin may wait: they follow it."""
    if not _has_many(content):
        return []
    look = look_of(content.page)
    drawn = _bars(content, look, partial(sheets.parts, content))
    return [replace(drawn, stamp=_digest(f"{look}:{moment(content.at)}:{content.page.version}"))]


def later_months(place: int, content: Content) -> list[File]:
    """One page of the history behind the first, with what began in its months."""
    return [_months(place, history.page(place, content), content, look_of(content.page))]


def _months(place: int, spans: list[history.Span], content: Content, look: str) -> File:
    listed = [incident for span in spans for incident in span.incidents]
    months = [sheets.month(span, content, look) for span in spans]
    needs = [incident for one in months if one.drawn is None for incident in one.span.incidents]
    stamp = _digest(f"{look}:{spans[0].first}:{place}of{history.count(content)}:{sheets.revisions(listed)}")
    path = "history.html" if place == 1 else f"history/{place}.html"
    return File(path, partial(sheets.months, place, months, content, look), needs, stamp)


def later_list(place: int, content: Content) -> list[File]:
    """Fifty incidents behind the first fifty, the newest first; the servers name the next file in a `Link` header.

    The components, which these incidents name as they are now, change it, too.
    """
    listed = telling(content.incidents)
    named = _digest(",".join(f"{one.pk}.{one.updated_at}" for one in content.components.values()))
    stamp = _digest(f"{look_of(content.page)}:{named}:{sheets.revisions(listed)}")
    return [replace(_incidents(f"/{place}", listed, content), stamp=stamp)]


def sheets_of(several: Iterable[PublicIncident], content: Content) -> list[File]:
    """The page of each of these incidents."""
    look = look_of(content.page)
    return [_incident(one, content, look) for one in several]


def _sheets(content: Content, look: str) -> list[File]:
    recent = [incident for day in history.recent(content) for incident in day.incidents]
    parts = cache(partial(sheets.parts, content))
    bars = [] if _has_many(content) else [_bars(content, look, parts)]
    return [
        File("index.html", partial(sheets.index, content, look, parts), [*content.of_late, *content.ahead, *recent]),
        File("404.html", partial(sheets.missing, content, look)),
        _months(1, history.newest(content), content, look),
        *bars,
        *sheets_of(content.fresh, content),
    ]


def _has_many(content: Content) -> bool:
    return len(content.leaves) > sheets.MOST_WITH_BARS


def _bars(content: Content, look: str, parts: sheets.Parts) -> File:
    return File("uptime.html", partial(sheets.bars, content, look, parts), [*content.of_late, *content.ahead])


def moment(at: datetime) -> int:
    """Within the same ten minutes nothing has grown older that the stacks hold."""
    return int(at.timestamp()) // 600


def _incident(one: PublicIncident, content: Content, look: str) -> File:
    # One that goes on says how long it has lasted, and of when the page is.
    stamp = "" if one.is_current else f"{look}:{sheets.revisions([one])}"
    return File(f"incidents/{one.public_id}.html", partial(sheets.incident, one, content, look), [one], stamp)


def _documents(content: Content) -> list[File]:
    unresolved, under_way, ahead = content.unresolved, content.under_way, content.ahead
    maintenances = telling(content.maintenances)[: documents.MOST]
    return [
        _json("summary", partial(documents.summary, content), [*unresolved, *under_way, *ahead]),
        _json("status", partial(documents.status_alone, content)),
        _json("components", partial(documents.components, content)),
        _incidents("", telling(content.incidents)[: documents.MOST], content),
        _incidents("/unresolved", newest(unresolved, len(unresolved)), content),
        _maintenances("", maintenances, content),
        _maintenances("/upcoming", next_first(ahead), content),
        _maintenances("/active", next_first(under_way), content),
        File("404.json", lambda: encoded({"error": "There is no such document."})),
    ]


def _incidents(name: str, listed: list[PublicIncident], content: Content) -> File:
    return _json(f"incidents{name}", partial(documents.incidents, content, listed), listed)


def _maintenances(name: str, listed: list[PublicIncident], content: Content) -> File:
    return _json(f"scheduled-maintenances{name}", partial(documents.maintenances, content, listed), listed)


def _json(name: str, document: Callable[[], documents.Json], needs: Sequence[PublicIncident] = ()) -> File:
    return File(f"{API}/{name}.json", lambda: encoded(document()), needs)


def _feeds(content: Content) -> list[File]:
    return [
        File("history.atom", partial(feeds.atom, content), feeds.listed(content)),
        File("history.rss", partial(feeds.rss, content), feeds.listed(content)),
        File("feed.json", lambda: encoded(feeds.json_feed(content)), feeds.listed(content)),
        File("index.md", partial(plain.index, content), [*content.unresolved, *content.under_way, *content.ahead]),
        File("calendar.ics", partial(feeds.calendar, content), feeds.planned(content)),
        File("badge.svg", lambda: drawing.badge(content.headline).encode()),
        File("favicon.svg", lambda: drawing.dot(content.headline).encode()),
    ]


def _assets(content: Content) -> list[File]:
    accent = f":root{{--accent:{content.page.accent}}}\n"
    return [
        File("assets/page.css", lambda: accent.encode() + (_static() / "css" / "public-page.css").read_bytes()),
        *([File("assets/logo.png", lambda: bytes(content.page.logo))] if content.page.logo else []),
        File("assets/page.js", (_static() / "js" / "public-page.js").read_bytes),
        File("robots.txt", lambda: b"User-agent: *\nAllow: /\n"),
    ]


def look_of(page: Page) -> str:
    """What every sheet of the page is drawn from besides its incidents; changes with an upgrade or a setting."""
    logo = hashlib.sha256(page.logo).hexdigest()
    said = (settings.SITE_URL, page.name, page.url, page.description, page.accent, page.time_zone, logo)
    return _digest("\n".join((sources(), *said)))


@cache
def sources() -> str:
    """A digest of the templates, assets and modules that draw; read once a process."""
    rooms = (Path(settings.ROOT) / "templates" / "statuspage" / "public", Path(__file__).parent)
    drawing_it = [path for room in rooms for path in sorted(room.rglob("*")) if path.suffix in (".html", ".py")]
    assets = [_static() / "css" / "public-page.css", _static() / "js" / "public-page.js"]
    return _digest("".join(path.read_text() for path in (*drawing_it, *assets)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _static() -> Path:
    return Path(settings.ROOT) / "static"
