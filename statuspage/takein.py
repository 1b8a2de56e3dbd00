"""Taking emergency statements into the database once it is there again: the same words under the same ids."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from statuspage import drawer, publishing
from statuspage.drawer import Emergency
from statuspage.models import Bulletin, Page, PublicIncident
from statuspage.publishing import Statement


def take_in(now: datetime) -> int:
    """Publish what lies in the drawers of this host; returns how many statements that were.

    A drawer is emptied after the commit. What a crash leaves in it is known by its ids and not said twice.
    """
    done = 0
    for page in Page.objects.only("slug"):
        folder = Path(settings.PUBLIC_ROOT) / page.slug
        waiting = drawer.waiting(folder)
        if waiting:
            _publish(page, waiting, now)
            drawer.taken(folder, waiting)
            done += len(waiting)
    return done


@transaction.atomic(durable=True)
def _publish(page: Page, several: list[Emergency], now: datetime) -> None:
    page = publishing.hold(page.pk)
    known = set(
        Bulletin.objects.filter(public_id__in=[one.bulletin for one in several]).values_list("public_id", flat=True)
    )
    for one in several:
        if one.bulletin not in known:
            # After an outage subscribers are told once: the newest.
            _say(page, one, now, tells=one is several[-1])
    # Also where there was nothing new, so that what is drawn next is newer than the emergency's files.
    publishing.touch(page, now)


def _say(page: Page, one: Emergency, now: datetime, *, tells: bool) -> None:
    about = PublicIncident.objects.filter(public_id=one.incident).first()
    newest = about.bulletins.first() if about else None
    at = min(now, max(one.at, newest.display_at) if newest else one.at)
    said = Statement(one.state, one.body, name="" if about else one.name, display_at=at, tells_subscribers=tells)
    bulletin = publishing.publish(said, page=page, public_incident=about, author=None, at=now)
    Bulletin.objects.filter(pk=bulletin.pk).update(public_id=one.bulletin)
    PublicIncident.objects.filter(pk=bulletin.public_incident_id).update(public_id=one.incident)
