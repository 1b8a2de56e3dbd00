"""Prometheus metrics, read from the database when they are asked for; the first is the one to be woken for."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from django.db.models import Count
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from incidents.models import Incident, Obligation
from incidents.models import Untold as UntoldEvent
from incidents.vocabulary import Visibility
from kit import clock
from notifications import auditing, heartbeats
from notifications.heartbeats import Kind
from notifications.models import Breaker, Delivery, Stuck
from notifications.vocabulary import OPEN_STATES, Channel, Lane, State
from statuspage.models import Untold as UntoldBulletin

PREFIX = "sitrep_"


# What another room says of itself.
Source = Callable[[], Iterator[Metric]]


class _Collector:
    """Asks the database anew each time."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.sources = sources

    def collect(self) -> Iterator[Metric]:
        now = clock.now()
        yield _one(
            "oldest_due_unsent_seconds", "Since when the letter waits that should have gone first.", _oldest(now)
        )
        yield _letters()
        yield _one("letters_parked", "Letters that were given up and wait for somebody.", _parked())
        yield _one("entries_stuck", "Entries that could not be turned into letters.", Stuck.objects.count())
        yield _one("untold", "Entries and bulletins not yet turned into letters.", _untold())
        yield _one("obligations_overdue", "What is owed and late.", Obligation.objects.overdue(now).count())
        yield _one("breakers_open", "Hosts that are left alone for a while.", _resting(now))
        for kind in Kind:
            last = heartbeats.last_beat(kind)
            if last:
                age = max(0.0, (now - last).total_seconds())
                yield _one(f"{kind.value}_heartbeat_seconds", f"Since the last sign of life of a {kind.value}.", age)
        yield from _audit(now)
        yield _incidents()
        for source in self.sources:
            yield from source()


def latest(sources: Iterable[Source] = ()) -> bytes:
    """All of it in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(sources))
    return generate_latest(registry)


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, about, value=value)


def _oldest(now: datetime) -> float:
    oldest = Delivery.objects.oldest_due(now)
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


def _letters() -> Metric:
    """Those that are on their way, by lane, channel and state."""
    family = GaugeMetricFamily(PREFIX + "letters", "Letters on their way.", labels=("lane", "channel", "state"))
    counted = Delivery.objects.filter(state__in=OPEN_STATES).order_by().values_list("lane", "channel", "state")
    found = {(lane, channel, state): count for lane, channel, state, count in counted.annotate(Count("pk"))}
    for lane in Lane:
        for channel in Channel:
            for state in OPEN_STATES:
                count = found.get((lane.value, channel.value, state.value), 0)
                family.add_metric((lane.label.lower(), channel.value, state.value), count)
    return family


def _parked() -> int:
    return Delivery.objects.filter(state=State.PARKED).count()


def _untold() -> int:
    return UntoldEvent.objects.count() + UntoldBulletin.objects.count()


def _resting(now: datetime) -> int:
    return Breaker.objects.filter(open_until__gt=now).count()


def _audit(now: datetime) -> Iterator[Metric]:
    found = auditing.latest()
    if found:
        yield _one("audit_findings", "What the auditor found when it last looked.", len(found.findings))
        yield _one("audit_seconds", "Since the auditor last looked.", max(0.0, (now - found.ran_at).total_seconds()))


def _incidents() -> Metric:
    """Open ones by severity; restricted ones are absent, as from every figure."""
    family = GaugeMetricFamily(PREFIX + "incidents_open", "Open incidents.", labels=("severity",))
    everybodys = Incident.unrestricted.get_queryset().open().filter(visibility=Visibility.ORGANISATION)
    for severity, count in everybodys.order_by().values_list("severity").annotate(Count("pk")):
        family.add_metric((severity,), count)
    return family
