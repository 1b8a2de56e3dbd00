"""Letting open rooms look again when something beside the incident itself changed."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F

from incidents.models import Incident


def stir(incidents: Iterable[UUID]) -> None:
    """Count the version of each of these incidents.

    Those that nobody holds in two statements; of the rest one after the other and in autocommit, so that nobody who
    holds two of them can deadlock with this.
    """
    pks = sorted(set(incidents))
    done = _stir_free(pks) if len(pks) > 1 else set()
    for pk in pks:
        if pk not in done:
            _count([pk])


@transaction.atomic
def _stir_free(pks: Sequence[UUID]) -> set[UUID]:
    free = Incident.unrestricted.select_for_update(of=("self",), skip_locked=True).filter(pk__in=pks)
    held = set(free.order_by("pk").values_list("pk", flat=True))
    _count(held)
    return held


def _count(pks: Iterable[UUID]) -> None:
    Incident.unrestricted.filter(pk__in=pks).update(version=F("version") + 1)
