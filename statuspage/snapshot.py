"""Rendering the public page to files: the present as a new version, flipped by a symlink, the past on the stacks."""

import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, InterfaceError

from kit import clock
from statuspage import drawer, reading, rendering, shelf, tidying
from statuspage.models import Page
from statuspage.reading import Content
from statuspage.rendering import File
from statuspage.shelf import Busy, Drawn, Shelf, Standing
from statuspage.stacks import Stacks

log = logging.getLogger(__name__)

QUIET = timedelta(minutes=5)
# After a rendering broke, the ticker waits this long; a publish tries at once.
BACK_OFF_SECONDS = 10
_is_postponed: ContextVar[bool] = ContextVar("rendering_is_postponed", default=False)


def render(page_pk: int) -> None:
    """Render the page if what lies on disk is older than its version.

    Where another process holds the page for too long it is left to the ticker.
    """
    if not _is_postponed.get():
        _render(page_pk, even_if_same=False)


def render_stale(now: datetime) -> list[str]:
    """Render every page of this host whose files are behind, and each again when it was quiet for five minutes.

    Returns the slugs of those that were rendered. What breaks for one page is logged and tried again; it stops
    neither the others nor the ticker.
    """
    return [page.slug for page in _pages() if _is_stale(page, now) and _rendered_alone(page)]


def tidy(now: datetime) -> bool:
    """Draw for a moment what lies wrong on the stacks of each page; whether all is in order then."""
    # Each has its turn, also where the one before it is not done.
    left = [page for page in _pages() if not _tidied_alone(page, now)]
    return not left


def render_all() -> None:
    """Render what is behind and tidy all stacks, however long it takes."""
    now = clock.now()
    render_stale(now)
    while not tidy(now):
        """As often as it takes."""


@contextmanager
def postponed() -> Iterator[None]:
    """Publish much without rendering it each time; what is stale is rendered once, at the end."""
    token = _is_postponed.set(True)
    try:
        yield
    finally:
        _is_postponed.reset(token)
    render_all()


def standing(page: Page) -> Standing | None:
    """Which version of the page is on this host's disk, and of when; None where it was never rendered."""
    return _shelf(page).standing()


def is_live(page: Page) -> bool:
    """Whether this host shows everything that was published."""
    shown = standing(page)
    return shown is not None and shown.version >= page.version


def folder(page: Page) -> Path:
    """Where the files of the page lie: a private page's apart from all that a front server sees."""
    return Path(settings.PRIVATE_ROOT if page.is_private else settings.PUBLIC_ROOT) / page.slug


def _shelf(page: Page) -> Shelf:
    return Shelf(folder(page))


def _stacks(page: Page) -> Stacks:
    return Stacks(folder(page) / "stacks")


def _is_stale(page: Page, now: datetime) -> bool:
    on_disk = _shelf(page)
    if on_disk.failed.exists() and time.time() - on_disk.failed.stat().st_mtime < BACK_OFF_SECONDS:
        return False
    shown = on_disk.standing()
    if shown is None or shown.version < page.version:
        return True
    another_day = shown.at.astimezone(page.zone).date() != now.astimezone(page.zone).date()
    # The clock of tests also goes back.
    return another_day or abs(now - shown.at) >= QUIET


class _Alone(AbstractContextManager[None]):
    """Lets what breaks inside be this page's trouble alone. A database that is gone is everybody's, and rises."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception) or isinstance(error, DatabaseError | InterfaceError):
            return False
        log.error("The page %s could not be rendered; trying again soon", self.page.slug, exc_info=error)
        return True


def _rendered_alone(page: Page) -> bool:
    with _Alone(page):
        _render(page.pk, even_if_same=True)
        return True
    return False


def _tidied_alone(page: Page, now: datetime) -> bool:
    """One that breaks is left for the next time, and is no reason to go on at once."""
    with _Alone(page):
        return standing(page) is None or tidying.some(page.pk, _stacks(page), now)
    return True


def _pages() -> list[Page]:
    """Asked several times a second, and the logo is large."""
    return list(Page.objects.defer("logo"))


def _render(page_pk: int, *, even_if_same: bool) -> None:
    page = Page.objects.get(pk=page_pk)
    on_disk = _shelf(page)
    with ExitStack() as stack:
        try:
            stack.enter_context(on_disk.held())
        except Busy:
            return
        stack.enter_context(on_disk.marked_if_it_breaks())
        _leave_nothing_outside(page_pk)
        _draw(page_pk, on_disk, even_if_same=even_if_same)
        house = urlsplit(settings.SITE_URL).hostname or ""
        shelf.hosts(Path(settings.PUBLIC_ROOT), _hosts(), not_pages=house)
        # Once more: it may have become private while it was drawn.
        _leave_nothing_outside(page_pk)


def _leave_nothing_outside(page_pk: int) -> None:
    """A page that became private, or public, has no files any more where it was before."""
    page = Page.objects.get(pk=page_pk)
    before = Path(settings.PUBLIC_ROOT if page.is_private else settings.PRIVATE_ROOT) / page.slug
    if before.exists():
        shutil.rmtree(before)


def _draw(page_pk: int, on_disk: Shelf, *, even_if_same: bool) -> None:
    """Read, draw and show, unless what is shown is as new, or newer."""
    shown, stamps = on_disk.standing(), on_disk.stamps()
    if not drawer.is_empty(on_disk.folder):
        # What was said in an emergency must not go away again: it is taken in first.
        return
    with reading.at_one_instant():
        page = Page.objects.get(pk=page_pk)
        newer = shown is None or page.version > shown.version
        same = shown is not None and page.version == shown.version
        if not newer and not (same and even_if_same):
            return
        content = reading.read(page, clock.now())
        files = rendering.files(content)
        changed = [file for file in files if not file.stamp or stamps.get(file.path) != file.stamp]
        leaving = _leaving(content, files, stamps)
        _fill(content, [*changed, *leaving])
    if leaving:
        _put(page, leaving)
    drawn = {file.path: file.draw() for file in changed}
    on_disk.show(
        Standing(page.version, content.at), [Drawn(file.path, drawn.get(file.path), file.stamp) for file in files]
    )


def _leaving(content: Content, files: list[File], stamps: dict[str, str]) -> list[File]:
    """The sheets of incidents that the next version does not hold any more: they go on the stacks before that."""
    staying = {file.path for file in files}
    return [
        file
        for file in rendering.sheets_of(content.everything, content)
        if file.path in stamps and file.path not in staying
    ]


def _fill(content: Content, files: list[File]) -> None:
    needed = {incident.pk for file in files for incident in file.needs}
    reading.fill([incident for incident in content.everything if incident.pk in needed])


def _put(page: Page, files: list[File]) -> None:
    stacks = _stacks(page)
    with stacks.held():
        stacks.put([Drawn(file.path, file.draw(), file.stamp) for file in files])


def _hosts() -> dict[str, str]:
    """Host to folder: the host that was set, and the one in the page's address."""
    found: dict[str, str] = {}
    for page in Page.objects.filter(is_private=False).order_by("-pk"):
        found |= {host.lower(): page.slug for host in (urlsplit(page.url).hostname, page.host) if host}
    return found
