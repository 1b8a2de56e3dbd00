"""Questions about letters."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Min, Q
from django.db.models.expressions import RawSQL

from incidents.visibility import seen_by
from notifications.vocabulary import State
from roles.models import User

if TYPE_CHECKING:
    from notifications.models import Delivery, Stuck  # noqa: F401


# Written out, because SQLite finds the index `delivery_in_order` only by the very words of its condition.
OVERTAKES_NOTHING = (
    "NOT EXISTS (SELECT 1 FROM notifications_delivery older WHERE older.recipient = notifications_delivery.recipient "
    "AND older.thread = notifications_delivery.thread AND older.channel = notifications_delivery.channel "
    "AND older.id < notifications_delivery.id AND older.state IN ('waiting', 'sending') AND NOT (older.thread = ''))"
)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """The ledger of every letter."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Letters about incidents one may see, and those about no incident."""
        return self.filter(Q(notice__incident=None) | seen_by(user, "notice__incident__"))

    def waiting(self, now: datetime) -> Self:
        """Due and not begun, with no lower bound in time."""
        return self.filter(state=State.WAITING, due_at__lte=now)

    def abandoned(self, now: datetime) -> Self:
        """Claimed by somebody whose lease ran out before they said how it went."""
        return self.filter(state=State.SENDING, lease_until__lt=now)

    def in_order(self) -> Self:
        """Those that overtake no older letter of their thread on the way to the same recipient."""
        return self.filter(RawSQL(OVERTAKES_NOTHING, [], output_field=models.BooleanField()))  # noqa: S611 - no input

    def most_urgent(self, now: datetime) -> int | None:
        """The first lane in which something can be claimed now."""
        return self.waiting(now).in_order().order_by("lane", "due_at").values_list("lane", flat=True).first()

    def oldest_due(self, now: datetime) -> datetime | None:
        """Since when the letter that waits longest could have been sent; None where nothing can."""
        oldest: datetime | None = self.waiting(now).in_order().aggregate(oldest=Min("due_at"))["oldest"]
        return oldest


class StuckQuerySet(models.QuerySet["Stuck"]):
    """What could not be turned into letters."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(Q(event=None) | seen_by(user, "event__incident__"))
