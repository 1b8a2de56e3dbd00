"""The page as Atom, RSS, JSON Feed and iCalendar; ids stay the same through every edit."""

from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import chain, repeat
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from statuspage import wording
from statuspage.documents import telling
from statuspage.models import Bulletin, PublicIncident
from statuspage.reading import Content
from statuspage.vocabulary import State

ENTRIES = 25
ATOM = "http://www.w3.org/2005/Atom"
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def listed(content: Content) -> list[PublicIncident]:
    """What the feeds hold: the newest incidents and maintenances together."""
    return telling(content.everything)[:ENTRIES]


def atom(content: Content) -> bytes:
    host, url = _host(content), content.page.url.rstrip("/")
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _text(feed, "id", f"tag:{host},2005:/history")
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": url})
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{url}/history.atom"})
    _text(feed, "title", f"{content.page.name} Status - Incident History")
    _text(feed, "updated", _rfc3339(content.updated_at))
    _text(SubElement(feed, "author"), "name", content.page.name)
    for incident in listed(content):
        entry = SubElement(feed, "entry")
        _text(entry, "id", f"tag:{host},2005:Incident/{incident.public_id}")
        _text(entry, "published", _rfc3339(last_change_of_state(incident)))
        _text(entry, "updated", _rfc3339(_edited_at(incident)))
        SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": _address(incident, url)})
        _text(entry, "title", incident.name)
        _text(entry, "content", told(incident)).set("type", "html")
    return DECLARATION + tostring(feed)


def rss(content: Content) -> bytes:
    url = content.page.url.rstrip("/")
    root = Element("rss", {"version": "2.0", "xmlns:atom": ATOM})
    channel = SubElement(root, "channel")
    _text(channel, "title", f"{content.page.name} Status - Incident History")
    _text(channel, "link", url)
    _text(channel, "description", content.page.description or f"Incidents and maintenance of {content.page.name}")
    SubElement(channel, "atom:link", {"rel": "self", "type": "application/rss+xml", "href": f"{url}/history.rss"})
    _text(channel, "pubDate", format_datetime(content.updated_at.astimezone(UTC)))
    for incident in listed(content):
        item = SubElement(channel, "item")
        _text(item, "title", incident.name)
        _text(item, "description", told(incident))
        _text(item, "pubDate", format_datetime(last_change_of_state(incident).astimezone(UTC)))
        _text(item, "link", _address(incident, url))
        # Readers know an entry by its guid: it holds no address, so that it survives a move of the page.
        _text(item, "guid", f"tag:{_host(content)},2005:Incident/{incident.public_id}").set("isPermaLink", "false")
    return DECLARATION + tostring(root)


def json_feed(content: Content) -> dict[str, Any]:
    """JSON Feed 1.1 with the entries and ids of the other two."""
    url = content.page.url.rstrip("/")
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{content.page.name} Status - Incident History",
        "home_page_url": url,
        "feed_url": f"{url}/feed.json",
        "language": "en",
        "authors": [{"name": content.page.name, "url": url}],
        "items": [
            {
                "id": f"tag:{_host(content)},2005:Incident/{incident.public_id}",
                "url": _address(incident, url),
                "title": incident.name,
                "content_html": told(incident),
                "date_published": _rfc3339(last_change_of_state(incident)),
                "date_modified": _rfc3339(_edited_at(incident)),
                "tags": [incident.state, incident.shown_impact],
            }
            for incident in listed(content)
        ],
    }


def told(incident: PublicIncident) -> str:
    """One paragraph a bulletin, newest first, with its time and its label, as HTML."""
    paragraphs = []
    for bulletin, label in labelled(incident):
        at = bulletin.display_at.astimezone(UTC)
        body = wording.html(bulletin.body)
        day, time = f"<var data-var='date'>{at.day:2d}</var>", f"<var data-var='time'>{at:%H:%M}</var>"
        # Word for word as clients of the genuine feed take it apart.
        head = f"<small>{at:%b} {day}, {time} UTC</small><br><strong>{label}</strong>"
        paragraphs.append(_joined(head, body))
    if incident.scheduled_for and incident.scheduled_until:
        paragraphs.insert(0, f"<p>Scheduled for {_span(incident.scheduled_for, incident.scheduled_until)}</p>")
    return "".join(paragraphs)


def labelled(incident: PublicIncident) -> list[tuple[Bulletin, str]]:
    """Each bulletin, newest first, with its state's word, or “Update” where that is the one before's, too."""
    before = chain(incident.told[1:], repeat(None))
    return [
        (bulletin, "Update" if earlier and earlier.state == bulletin.state else State(bulletin.state).label)
        for bulletin, earlier in zip(incident.told, before, strict=False)
    ]


def last_change_of_state(incident: PublicIncident) -> datetime:
    for bulletin, label in labelled(incident):
        if label != "Update":
            return bulletin.display_at
    return incident.started_at


def calendar(content: Content) -> bytes:
    """Maintenance as iCalendar: what lies ahead, what goes on, and the newest that are over."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Sitrep//Status page//EN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(content.page.name)} maintenance",
    ]
    for one in planned(content):
        lines += _event(one, content)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode()


def planned(content: Content) -> list[PublicIncident]:
    """The maintenances of the calendar."""
    return telling(content.maintenances)[:ENTRIES]


def _event(one: PublicIncident, content: Content) -> list[str]:
    newest = one.told[0].body if one.told else ""
    assert one.scheduled_for is not None
    assert one.scheduled_until is not None
    return [
        "BEGIN:VEVENT",
        f"UID:{one.public_id}@{_host(content)}",
        f"DTSTAMP:{_basic(one.updated_at)}",
        f"DTSTART:{_basic(one.scheduled_for)}",
        f"DTEND:{_basic(one.scheduled_until)}",
        f"SUMMARY:{_escaped(one.name)}",
        f"DESCRIPTION:{_escaped(newest)}",
        f"URL:{_address(one, content.page.url.rstrip('/'))}",
        # A calendar takes an event anew when its sequence grows.
        f"SEQUENCE:{one.revision}",
        f"STATUS:{'CANCELLED' if one.cancelled_at else 'CONFIRMED'}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _folded(line: str) -> list[str]:
    """Lines of at most 75 octets, continued by a space (RFC 5545 §3.1), never cut within a character."""
    found, piece = [], ""
    for character in line:
        if len((piece + character).encode()) > 75:
            found.append(piece)
            piece = " "
        piece += character
    return [*found, piece]


def _escaped(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "")


def _joined(head: str, body: str) -> str:
    """The head stands in the body's first paragraph where it begins with one."""
    return f"<p>{head} - {body[3:]}" if body.startswith("<p>") else f"<p>{head}</p>{body}"


def _text(parent: Element, tag: str, text: str) -> Element:
    child = SubElement(parent, tag)
    # XML has no way to write most control characters, and one of them would break the whole feed.
    child.text = "".join(character for character in text if character >= " " or character in "\n\t")
    return child


def _edited_at(incident: PublicIncident) -> datetime:
    return max([incident.updated_at, *(bulletin.updated_at for bulletin in incident.told)])


def _address(incident: PublicIncident, url: str) -> str:
    return f"{url}/incidents/{incident.public_id}"


def _host(content: Content) -> str:
    return urlsplit(content.page.url).hostname or content.page.slug


def _span(starts_at: datetime, ends_at: datetime) -> str:
    starts_at, ends_at = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    until = f"{ends_at:%H:%M}" if starts_at.date() == ends_at.date() else f"{ends_at.day} {ends_at:%b %Y, %H:%M}"
    return f"{starts_at.day} {starts_at:%b %Y, %H:%M} - {until} UTC"


def _rfc3339(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _basic(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
