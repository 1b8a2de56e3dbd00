"""Finding letters in the ledger: filters, and pages by cursor that new letters do not shift."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incidents import references
from notifications.ledger import DeliveryQuerySet
from notifications.models import Delivery
from roles.models import User

A_PAGE = 50


@dataclass(frozen=True)
class Page:
    """Letters, the newest first, and the numbers to go on from in both directions; None at the end."""

    letters: list[Delivery]
    older: int | None
    newer: int | None


def find(user: User, said: Mapping[str, Any]) -> DeliveryQuerySet:
    """Letters that this person may see and that match; `said` is what the form cleaned, empty values ask nothing."""
    found = Delivery.objects.visible_to(user).select_related("notice__incident")
    exact = {
        "state": said.get("state"),
        "channel": said.get("channel"),
        "notice__incident__reference": references.spelled(said.get("incident") or ""),
        "label__icontains": said.get("reader"),
        "created_at__gte": said.get("since"),
        "created_at__lt": said.get("until"),
    }
    return found.filter(**{name: value for name, value in exact.items() if value})


def page(found: DeliveryQuerySet, *, before: int | None = None, after: int | None = None) -> Page:
    """One page: the newest, those older than `before`, or those newer than `after` (numbers of letters)."""
    if after is not None:
        rows = list(found.filter(pk__gt=after).order_by("pk")[: A_PAGE + 1])
        more, shown = len(rows) > A_PAGE, rows[:A_PAGE][::-1]
        return Page(shown, shown[-1].pk if shown else after, shown[0].pk if more else None)
    rows = list((found.filter(pk__lt=before) if before is not None else found).order_by("-pk")[: A_PAGE + 1])
    shown = rows[:A_PAGE]
    newer = shown[0].pk if shown and before is not None else None
    return Page(shown, shown[-1].pk if len(rows) > A_PAGE else None, newer)
