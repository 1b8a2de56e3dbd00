"""Questions about what is owed and who is engaged."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from incidents.visibility import BelongsToIncident

if TYPE_CHECKING:
    from incidents.models import Engagement, Obligation  # noqa: F401


class ObligationQuerySet(BelongsToIncident["Obligation"]):
    """What is owed."""

    def open(self) -> Self:
        return self.filter(satisfied_at=None, cancelled_at=None)

    def overdue(self, now: datetime) -> Self:
        return self.open().filter(due_at__lt=now)

    def to_chase(self, now: datetime) -> Self:
        """Whose next rung, or due time, has come; found by the partial index on `next_at`."""
        return self.open().filter(next_at__lte=now).order_by("next_at")


class EngagementQuerySet(BelongsToIncident["Engagement"]):
    """Who is on it."""

    def active(self) -> Self:
        """Paged or acknowledged, here still, and not watching as a shadow."""
        return self.filter(state__in=self.model.ACTIVE, is_shadow=False, person__is_active=True)

    def present(self) -> Self:
        """Everybody who is still part of it, shadows and people offered a role among them."""
        return self.exclude(state=self.model.State.RELEASED)
