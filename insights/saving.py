"""Choices of incidents that somebody keeps under a name, for themselves or for everybody. Commands and a question."""

from django.db import transaction
from django.db.models import Q, QuerySet

from insights.filters import Filters
from insights.models import SavedChoice
from kit import clock
from kit.lines import check_line
from kit.rules import check, require
from roles.models import User

VIEW = "insights.view_dashboard"
MOST = 50


def seen_by(user: User) -> "QuerySet[SavedChoice]":
    """One's own and those that others share, by name."""
    return SavedChoice.objects.filter(Q(owner=user) | Q(is_shared=True)).select_related("owner")


@transaction.atomic(durable=True)
def save(filters: Filters, *, name: str, shared: bool, actor: User) -> SavedChoice:
    """Keep a choice under a name; the same name of the same person is put right."""
    require(actor, VIEW)
    check_line(name, "no_name", "Give it a name.", field="name")
    check(len(name.strip()) <= 80, "name_too_long", "At most 80 characters.", field="name")
    known = SavedChoice.objects.select_for_update().filter(owner=actor)
    check(
        known.filter(name=name.strip()).exists() or known.count() < MOST,
        "too_many",
        f"You keep {MOST} choices already; delete one first.",
        field="name",
    )
    said = {"query": filters.query(), "is_shared": shared, "saved_at": clock.now()}
    return SavedChoice.objects.update_or_create(owner=actor, name=name.strip(), defaults=said)[0]


@transaction.atomic(durable=True)
def forget(key: str, *, actor: User) -> None:
    """Delete one of one's own. Another's is not found."""
    SavedChoice.objects.get(key=key, owner=actor).delete()
