"""Pages themselves: made and changed by operators; what a page says is said by publishing."""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.conf import settings as house
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from kit import clock
from kit.lines import check_line
from kit.rules import Actor, check, require
from statuspage import publishing
from statuspage.models import Page

MANAGE = "statuspage.manage_pages"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Settings:
    """What operators decide about a page; weights in percent of a minute."""

    name: str
    url: str
    host: str = ""
    description: str = ""
    time_zone: str = "UTC"
    accent: str = "#2563eb"
    major_weight: int = 100
    partial_weight: int = 30
    degraded_weight: int = 0
    # Only people of the house are shown it, at an address of the house; nobody outside is told anything.
    is_private: bool = False


LARGEST_LOGO, PNG = 100_000, b"\x89PNG\r\n\x1a\n"


@transaction.atomic(durable=True)
def make(slug: str, settings: Settings, *, actor: Actor) -> Page:
    """A new page, rendered right after; its short name is its folder and stays."""
    require(actor, MANAGE)
    check(
        SLUG.fullmatch(slug) and len(slug) <= 60,
        "bad_slug",
        "Allowed are small letters, digits and single dashes between them.",
        field="slug",
    )
    check(not Page.objects.filter(slug=slug).exists(), "slug_taken", "Another page has this short name.", field="slug")
    now = clock.now()
    page = Page(slug=slug, created_at=now, updated_at=now)
    _set(page, settings)
    publishing.touch(page, now)
    return page


@transaction.atomic(durable=True)
def change(page: Page, settings: Settings, *, actor: Actor) -> Page:
    """Change everything but its short name; it is rendered anew right after."""
    page = publishing.hold(page.pk)
    require(actor, MANAGE)
    _set(page, settings)
    publishing.touch(page, clock.now())
    return page


@transaction.atomic(durable=True)
def change_logo(page: Page, logo: bytes, *, actor: Actor) -> Page:
    """Another logo, a PNG; nothing takes it away."""
    page = publishing.hold(page.pk)
    require(actor, MANAGE)
    check(not logo or logo.startswith(PNG), "no_png", "The logo must be a PNG.", field="logo")
    check(len(logo) <= LARGEST_LOGO, "too_large", "The logo has at most 100 kB.", field="logo")
    page.logo = logo
    page.save(update_fields=["logo"])
    publishing.touch(page, clock.now())
    return page


def _set(page: Page, settings: Settings) -> None:
    """Check the settings and save them. The version and the times are not ours to write."""
    said = _tidy(settings)
    if said.is_private:
        # It has no host of its own: whoever is let in at the door of the house sees it there.
        said = replace(said, host="", url=house.SITE_URL + reverse("private_page", args=[page.slug]).rstrip("/"))
    _check(said, page)
    for name, value in vars(said).items():
        setattr(page, name, value)
    page.save(update_fields=None if page.pk is None else [*vars(said)])


def _tidy(settings: Settings) -> Settings:
    return replace(
        settings,
        name=settings.name.strip(),
        url=settings.url.strip().rstrip("/"),
        host=settings.host.strip().lower(),
        description=settings.description.strip(),
    )


def _check(said: Settings, page: Page) -> None:
    check(len(said.name) <= 120, "bad_name", "Give it a name of at most 120 characters.", field="name")
    check_line(said.name, "bad_name", "Give it a name of at most 120 characters.", field="name")
    check(len(said.description) <= 240, "too_long", "At most 240 characters.", field="description")
    _check_address(said)
    check(
        not said.host or HOST.fullmatch(said.host),
        "bad_host",
        "Write a host name alone, such as status.example.com, without https:// and without a port.",
        field="host",
    )
    check(
        said.time_zone in available_timezones(),
        "bad_zone",
        "Allowed are IANA names such as Europe/Berlin or UTC.",
        field="time_zone",
    )
    check(COLOUR.fullmatch(said.accent), "bad_colour", "Write a colour as #rrggbb, such as #2563eb.", field="accent")
    _check_weights(said)
    if not said.is_private:
        _check_host_is_free(said, page)


def _check_address(said: Settings) -> None:
    parts = urlsplit(said.url)
    check(
        said.is_private
        or (parts.scheme in ("http", "https") and parts.hostname and not parts.path and not parts.query),
        "bad_url",
        "Write the whole address without a path, such as https://status.example.com.",
        field="url",
    )


def _check_weights(said: Settings) -> None:
    for name in ("major_weight", "partial_weight", "degraded_weight"):
        check(0 <= getattr(said, name) <= 100, "bad_weight", "Allowed is a whole number from 0 to 100.", field=name)


def _check_host_is_free(said: Settings, page: Page) -> None:
    """A host shows one page: the one set for it, else the one whose address has it."""
    wanted = said.host or (urlsplit(said.url).hostname or "")
    check(
        urlsplit(said.url).netloc != urlsplit(house.SITE_URL).netloc,
        "host_of_the_house",
        "This is the address of the operators' pages; the public page needs another.",
        field="url",
    )
    others = Page.objects.exclude(pk=page.pk).filter(Q(host=wanted) | Q(host="", url__icontains=f"//{wanted}"))
    taken = [other for other in others if wanted in (other.host, urlsplit(other.url).hostname)]
    check(not taken, "host_taken", f"“{wanted}” shows another page already.", field="host" if said.host else "url")
