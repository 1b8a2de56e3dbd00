"""Keeping the stacks in order a little at a time, so that however long a history is nobody waits for it.

Racks of files are looked at one after another: what is behind is drawn, and the place is kept for the next time. When
the page changes, the round goes on where it is until every rack was looked at since. What nobody wanted in a whole
round is taken away.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import repeat

from django.conf import settings

from statuspage import history, reading, rendering
from statuspage.documents import MOST
from statuspage.models import Page, PublicIncident
from statuspage.questions import PublicIncidentQuerySet
from statuspage.reading import Content
from statuspage.rendering import File
from statuspage.shelf import Drawn
from statuspage.stacks import Round, Stacks

# So long at a time, and at least one rack.
SECONDS = 0.2
SHEETS = 50

# Which incidents a rack needs, and the files made of them.
Rack = tuple[PublicIncidentQuerySet, Callable[[Content], list[File]]]


def some(page_pk: int, stacks: Stacks, now: datetime) -> bool:
    """Look through some of the racks; whether all is in order then."""
    page = Page.objects.get(pk=page_pk)
    about = _about(page, now)
    if stacks.is_in_order(about):
        return True
    until = time.monotonic() + SECONDS
    with stacks.held():
        come = _begun(page, now, about, stacks.round())
        frame, wanted = reading.frame(page, now, come.goes_back_to), list[tuple[str, int]]()
        while come.left and (files := _look_at(come, frame, stacks)) is not None:
            wanted += zip(files, repeat(come.turn), strict=False)
            come = come.next()
            if time.monotonic() >= until:
                break
        stacks.note(come, wanted)
        if not come.left:
            stacks.tidy(come)
    return not come.left


def _about(page: Page, now: datetime) -> str:
    """What decides how the stacks should be: what is drawn from, the month, and ten minutes in which nothing ages."""
    drawn_from = f"{page.version}:{rendering.sources()}:{settings.SITE_URL}"
    return f"{drawn_from}:{now.astimezone(page.zone):%Y-%m}:{rendering.moment(now)}"


def _begun(page: Page, now: datetime, about: str, before: Round) -> Round:
    if before.about == about:
        return before
    of_page = PublicIncident.objects.filter(page=page)
    since = of_page.begun().first_began()
    made = Round(
        about=about,
        turn=before.turn,
        lists=max(0, -(-of_page.incidents().telling().count() // MOST) - 1),
        months=history.count(reading.frame(page, now, since)) - 1,
        sheets=-(-of_page.count() // SHEETS),
        since=since.isoformat() if since else "",
    )
    return replace(made, place=before.place % made.racks, left=made.racks)


def _look_at(come: Round, frame: Content, stacks: Stacks) -> list[str] | None:
    """Draw what is behind in the next rack. Returns the paths of all its files.

    None where the page has changed since the frame was read: the next round begins where this one is.
    """
    asked, made_of = _rack(come, frame)
    with reading.at_one_instant():
        if not Page.objects.filter(pk=frame.page.pk, version=frame.page.version).exists():
            return None
        content = reading.within(frame, asked)
        files = made_of(content)
        stamps = stacks.stamps(file.path for file in files)
        behind = [file for file in files if stamps.get(file.path) != file.stamp]
        reading.fill({one.pk: one for file in behind for one in file.needs}.values())
    if behind:
        stacks.put([Drawn(file.path, file.draw(), file.stamp) for file in behind])
    return [file.path for file in files]


def _rack(come: Round, frame: Content) -> Rack:
    of_page, place = PublicIncident.objects.filter(page=frame.page), come.place
    if place == 0:
        return of_page.needed_of_late(frame.at), rendering.many_bars
    place -= 1
    if place < come.lists:
        return of_page.incidents().telling().fifty(place + 1, MOST), partial(rendering.later_list, place + 2)
    place -= come.lists
    if place < come.months:
        return of_page.began_within(*history.reach(place + 2, frame)), partial(rendering.later_months, place + 2)
    place -= come.months
    return of_page.order_by("pk")[place * SHEETS : (place + 1) * SHEETS], rendering.older_sheets
