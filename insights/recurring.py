"""What came back: a service and a contributing factor of an incident of the 90 days before (domain §2.11).

Only what everybody may see is looked back at, so that a restricted incident shows in nobody's figure.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from incidents.models import Incident
from incidents.vocabulary import Disposition, Phase, Type, Visibility
from reviews.models import Findings

WITHIN = timedelta(days=90)
EVERYBODYS = (
    Q(incident__visibility=Visibility.ORGANISATION, incident__disposition=Disposition.REAL)
    & ~Q(incident__type=Type.DRILL)
    & ~Q(incident__phase__in=(Phase.DECLINED, Phase.MERGED))
)


@dataclass(frozen=True)
class Trace:
    """An incident of which it is known where it was and what contributed."""

    pk: UUID
    declared_at: datetime
    services: frozenset[UUID]
    factors: frozenset[str] = frozenset()

    def causes(self) -> Iterator[tuple[UUID, str]]:
        return ((service, factor) for service in self.services for factor in self.factors)


def repeats(pks: Collection[UUID]) -> dict[UUID, bool]:
    """Of those of these incidents that have a trace, whether one before shares a service and a factor with it."""
    found: dict[UUID, bool] = {}
    for near in _near(_traces(Q(incident__in=pks))):
        during = Q(
            incident__declared_at__gte=near[0].declared_at - WITHIN, incident__declared_at__lt=near[-1].declared_at
        )
        before: dict[tuple[UUID, str], list[datetime]] = defaultdict(list)
        for trace in _traces(EVERYBODYS & during):
            for key in trace.causes():
                before[key].append(trace.declared_at)
        found |= {trace.pk: any(_is_repeat(trace, before[key]) for key in trace.causes()) for trace in near}
    return found


def named_after(pks: Collection[UUID]) -> set[UUID]:
    """The incidents that were declared as recurrences of these."""
    return set(Incident.unrestricted.filter(recurrence_of__in=pks).values_list("pk", flat=True))


def _is_repeat(trace: Trace, before: list[datetime]) -> bool:
    """Whether the last one before it lies near enough; `before` is sorted."""
    place = bisect_left(before, trace.declared_at)
    return place > 0 and before[place - 1] >= trace.declared_at - WITHIN


def followers(of: Iterable[Trace]) -> set[UUID]:
    """The incidents that may be repeats of these: with a trace on one of their services, in the 90 days after them."""
    found: set[UUID] = set()
    for near in _near(sorted(of, key=lambda trace: trace.declared_at)):
        during = Q(
            incident__declared_at__gt=near[0].declared_at, incident__declared_at__lte=near[-1].declared_at + WITHIN
        )
        services = {service for trace in near for service in trace.services}
        found |= {trace.pk for trace in _traces(during) if trace.services & services}
    return found


def _declared(first: datetime, last: datetime) -> Q:
    return Q(incident__declared_at__gte=first, incident__declared_at__lte=last)


def _traces(where: Q) -> list[Trace]:
    """By the time of their declaration."""
    known = Findings.objects.filter(where, incident__services__isnull=False).exclude(factors=[])
    services: dict[UUID, set[UUID]] = defaultdict(set)
    found = {}
    rows = known.order_by("incident__declared_at").values_list(
        "incident", "incident__declared_at", "factors", "incident__services"
    )
    for pk, declared_at, factors, service in rows:
        services[pk].add(service)
        found[pk] = declared_at, frozenset(factors)
    return [Trace(pk, at, frozenset(services[pk]), factors) for pk, (at, factors) in found.items()]


def _near(traces: Iterable[Trace]) -> Iterator[list[Trace]]:
    """Sorted ones in groups that lie together, so that no group asks for years in which nothing is sought."""
    group: list[Trace] = []
    for trace in traces:
        if group and trace.declared_at - group[-1].declared_at > WITHIN:
            yield group
            group = []
        group.append(trace)
    if group:
        yield group
