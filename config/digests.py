"""Sending the weekly digest: figures from one room, letters from another, tied together under the roof."""

from datetime import datetime

from django.db import transaction

from insights import digest
from insights.models import Digest
from notifications.addressing import to_person
from notifications.routing import Addressee, Route
from notifications.vocabulary import To
from notifications.words import Words
from notifications.writing import notice_of

# So many a tick: each is counted anew for its reader.
AT_ONCE = 5


def send_due(now: datetime) -> int:
    """Write the letters of those whose Monday has come; how many that were. A step of the ticker."""
    return _send(now) if Digest.objects.filter(next_at__lte=now).exists() else 0


@transaction.atomic
def _send(now: datetime) -> int:
    """The letter and the next date stand in one transaction, so that nobody gets it twice or not at all."""
    due = Digest.objects.select_for_update(skip_locked=True, of=("self",)).filter(next_at__lte=now)
    chosen = list(due.select_related("person").order_by("next_at", "pk")[:AT_ONCE])
    for one in chosen:
        if one.person.is_active and one.person.has_perm(digest.VIEW):
            _write(one, now)
        one.next_at = digest.coming_monday(now)
        one.save()
    return len(chosen)


def _write(one: Digest, now: datetime) -> None:
    said = digest.of(one.person, now)
    words = Words(
        subject=said.subject,
        first=said.first,
        facts=tuple(said.facts),
        url=said.url,
        link="See the figures",
        mark="Digest",
    )
    notice = notice_of(words, To.PERSON, now)
    letter = to_person(Addressee(one.person), Route(To.PERSON), notice, now)
    letter.payload |= {"why": digest.WHY}
    notice.save()
    letter.save()
