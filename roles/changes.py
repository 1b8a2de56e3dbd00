"""The record of what was changed about people, teams, rotations and the organisation, and by whom."""

from datetime import datetime

from django.db.models import Model, QuerySet

from roles.models import Change, User

MOST_LETTERS = 400


def record(subject: Model, sentence: str, *, actor: User | None, at: datetime) -> Change:
    """Write down a change in the transaction that makes it; the sentence follows the actor's name."""
    return Change.objects.create(at=at, actor=actor, subject=_name(subject), sentence=sentence[:MOST_LETTERS])


def of(subject: Model, most: int = 8) -> QuerySet[Change]:
    """The latest changes of a thing, newest first."""
    return Change.objects.filter(subject=_name(subject)).select_related("actor")[:most]


def _name(subject: Model) -> str:
    return f"{subject._meta.model_name}:{subject.pk}"
