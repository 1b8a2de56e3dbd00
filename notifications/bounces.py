"""Subscribers whose letters come back: one refused for good, or five tries refused for now within seven days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max

from notifications.models import Attempt
from notifications.schedules import MOST_ATTEMPTS
from notifications.vocabulary import Channel, State
from statuspage import rolls

SOFT_ONES, WITHIN = 5, timedelta(days=7)
EVERY = timedelta(seconds=5)
# After a start this many of the newest tries are looked at once.
LOOK_BACK = 20_000
# What a mail server says of one recipient; that it cannot be reached, or refuses us, says nothing of them.
ABOUT_THEM = "The mail server answered "


@dataclass
class Bounces:
    """Looks at the tries since it looked last."""

    seen: int | None = None
    looked_at: datetime | None = None

    def look(self, now: datetime) -> int:
        """Quarantine whose letters come back; returns how many that were. A step of the ticker."""
        if self.looked_at and abs(now - self.looked_at) < EVERY:
            return 0
        self.looked_at = now
        newest: int = Attempt.objects.aggregate(newest=Max("pk"))["newest"] or 0
        since = max(0, newest - LOOK_BACK) if self.seen is None else self.seen
        self.seen = newest
        return sum(_judge(recipient, now) for recipient in _refused(since, newest)) if newest > since else 0


def _refused(since: int, newest: int) -> set[str]:
    failed = Attempt.objects.filter(
        pk__gt=since, pk__lte=newest, succeeded=False, detail__startswith=ABOUT_THEM,
        delivery__recipient__startswith="subscriber:", delivery__channel=Channel.MAIL,
    )  # fmt: skip
    return set(failed.values_list("delivery__recipient", flat=True))


def _judge(recipient: str, now: datetime) -> bool:
    """What came back of this subscriber's letters in seven days, and whether that is enough."""
    tries = Attempt.objects.filter(
        delivery__recipient=recipient, succeeded=False, ended_at__gt=now - WITHIN, detail__startswith=ABOUT_THEM
    ).order_by("-pk")
    hard = tries.filter(delivery__state=State.PARKED, delivery__attempts__lt=MOST_ATTEMPTS).first()
    soft = list(tries.values_list("detail", flat=True)[:SOFT_ONES])
    if hard is None and len(soft) < SOFT_ONES:
        return False
    said = hard.detail if hard else soft[0]
    because = f"Refused for good: {said}" if hard else f"Refused {SOFT_ONES} times in seven days, the last: {said}"
    return rolls.quarantine(UUID(recipient.partition(":")[2]), because, now)


look = Bounces().look
