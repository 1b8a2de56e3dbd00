"""The front page as Markdown: for terminals, chats and programs that read words. Everything it says, the page says."""

from datetime import UTC, datetime

from statuspage import documents, feeds
from statuspage.models import PublicIncident
from statuspage.reading import Content
from statuspage.vocabulary import Impact


def index(content: Content) -> bytes:
    """Headline, what is open, components, maintenance ahead."""
    page, headline = content.page, content.headline
    lines = [f"# {page.name}: {headline.description}", "", f"As of {_at(content.at)}. {page.url.rstrip('/')}", ""]
    for title, several in (
        ("Open now", content.unresolved),
        ("Maintenance under way", content.under_way),
        ("Maintenance ahead", content.ahead),
    ):
        if several:
            lines += [f"## {title}", ""]
        for one in several:
            lines += _told(one, content)
    lines += ["## Components", "", *_components(content), ""]
    return "\n".join(lines).encode()


def _told(one: PublicIncident, content: Content) -> list[str]:
    """Its name, window and components, and each bulletin with its time and state."""
    impact = "" if one.shown_impact in (Impact.NONE, Impact.MAINTENANCE) else f", {one.shown_impact} impact"
    lines = [f"### {one.name}", ""]
    if one.scheduled_for and one.scheduled_until:
        lines += [f"{_at(one.scheduled_for)} to {_at(one.scheduled_until)}", ""]
    named = ", ".join(component.name for component in documents.touched(one, content))
    lines += [f"{one.get_state_display()}{impact}{f'. Affects {named}' if named else ''}.", ""]
    if one.next_update_at and one.next_update_at > content.at:
        lines += [f"Next update by {_at(one.next_update_at)}.", ""]
    for bulletin, label in feeds.labelled(one):
        lines += [f"**{label}** ({_at(bulletin.display_at)}):", "", bulletin.body, ""]
    return lines


def _components(content: Content) -> list[str]:
    found = []
    for one in content.shown:
        if one.is_group and not content.children[one.pk]:
            continue
        indent = "  " if one.group_id else ""
        found.append(f"{indent}- {one.name}: {content.status(one).label}")
    return found or ["No component is listed yet."]


def _at(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
