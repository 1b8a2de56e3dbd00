"""Icons: the vendored SVGs, inlined so that they take the colour of the text."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString


@cache
def _drawing(name: str) -> str:
    """What lies inside the file's <svg>; KeyError-like failure for a name that is not vendored."""
    text = (Path(settings.ROOT) / "static" / "vendor" / "icons" / f"{name}.svg").read_text()
    return text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")].strip()


def icon(name: str, label: str = "") -> SafeString:
    """An icon; without a label it is decoration and hidden from screen readers."""
    filled = name.endswith("-filled")
    paint = (
        'fill="currentColor"'
        if filled
        else 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    )
    said = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" {} {}>{}</svg>',
        SafeString(paint),
        said,
        SafeString(_drawing(name)),
    )
