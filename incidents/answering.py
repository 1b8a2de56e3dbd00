"""The link in a page: it names one call of one person, works without sign-in, and for a day."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from incidents.models import Engagement
from kit import secrets
from kit.rules import RuleBroken, check

LASTS = timedelta(days=1)


def url(engagement: UUID | str) -> str:
    """Where somebody who is called answers. What names the call is sealed, so that it tells nothing."""
    return settings.SITE_URL + reverse("answer", args=[secrets.seal(str(engagement))])


def called(token: str, now: datetime) -> Engagement:
    """Whose call a link is. Raises `RuleBroken` for a link that is not ours, or too old."""
    try:
        pk = UUID(secrets.unseal(token))
        found = Engagement.objects.select_related("incident", "person").get(pk=pk)
    except (secrets.NotSealed, Engagement.DoesNotExist, ValueError) as error:
        raise RuleBroken("bad_link", "This link is not complete, or not ours. Sign in and open the room.") from error
    since = found.rings_at or found.created_at
    check(now - since <= LASTS, "too_old", "This link is older than a day. Sign in and open the room.")
    return found
