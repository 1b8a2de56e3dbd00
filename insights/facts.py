"""The fact of one incident, made from its milestones; and of what parts of it there are. Pure."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from insights import scopes
from insights.counts import COUNTS
from insights.durations import BY_KEY, MEASURES, Outcome, Reading, is_fallback, reading
from insights.models import Fact
from insights.reading import Milestones
from insights.stages import Stage, stretches, thousandths

DURATIONS = tuple(BY_KEY)
HITS = tuple(count.key for count in COUNTS)
STAGES = tuple(f"stage_{stage.value}" for stage in Stage)
# What there are sorted runs of.
RUNS = (*DURATIONS, *STAGES)
# What `marks` and `amounts` read.
MARKED = (
    "outside",
    *RUNS,
    *(f"{key}_code" for key in DURATIONS),
    *(f"{key}_hits" for key in HITS),
    *(f"{key}_of" for key in HITS),
)
FIELDS = tuple(field.attname for field in Fact._meta.concrete_fields)


def made(found: Milestones, zone: ZoneInfo) -> Fact:
    """What figures count of an incident; days are those of the organisation's zone."""
    readings = {measure.key: reading(measure, found) for measure in MEASURES}
    hits = {count.key: count.of(found) for count in COUNTS}
    return Fact(
        incident_id=found.pk,
        reference=found.reference,
        declared_at=found.declared_at,
        day=found.day(zone),
        severity=found.severity,
        type=found.type,
        detection=found.detection,
        is_imported=found.is_imported,
        is_drill=found.is_drill,
        is_restricted=found.is_restricted,
        outside=found.outside,
        impact_at=found.known_impact_at,
        scopes=scopes.of(found.type, found.detection, found.services, found.teams),
        **{key: one.seconds for key, one in readings.items()},
        **{f"{key}_code": one.code for key, one in readings.items()},
        **_stages(found, readings["resolve"]),
        **{f"{key}_hits": hit for key, (hit, _) in hits.items()},
        **{f"{key}_of": of for key, (_, of) in hits.items()},
    )


def _stages(found: Milestones, resolved: Reading) -> dict[str, int]:
    if resolved.outcome != Outcome.MEASURED:
        return {}
    return {f"stage_{stage.value}": seconds for stage, seconds in stretches(found).items()}


def same(one: Fact, other: Fact) -> bool:
    return all(getattr(one, field) == getattr(other, field) for field in FIELDS)


def marks(fact: Fact) -> Iterator[tuple[str, int, bool]]:
    """What it adds to each run: the run's name, the value, and whether a fallback was used."""
    for key in DURATIONS:
        seconds = getattr(fact, key)
        if seconds is not None:
            yield key, seconds, is_fallback(getattr(fact, f"{key}_code"))
    whole = sum(getattr(fact, name) or 0 for name in STAGES)
    if whole:
        for name in STAGES:
            yield name, thousandths(getattr(fact, name), whole), False


def amounts(fact: Fact) -> Iterator[tuple[str, int]]:
    """What it adds to each number that is counted: “outside declined”, “code mitigate 8”, “hit page”, “of page”, …"""
    if fact.outside:
        yield f"outside {fact.outside}", 1
    else:
        yield from ((f"code {key} {getattr(fact, f'{key}_code')}", 1) for key in DURATIONS)
    for key in HITS:
        if of := getattr(fact, f"{key}_of"):
            yield f"of {key}", of
            yield f"hit {key}", getattr(fact, f"{key}_hits")
    yield from ((name, getattr(fact, name)) for name in STAGES if getattr(fact, name))


# Where a fact is counted: scope, grain, first day, severity, imported, drill, restricted.
Place = tuple[str, str, date, str, bool, bool, bool]


def places(fact: Fact) -> Iterator[Place]:
    """The tallies that count it: of everything by day, month and year, of each scope by month and year."""
    what = (fact.severity, fact.is_imported, fact.is_drill, fact.is_restricted)
    month, year = fact.day.replace(day=1), fact.day.replace(month=1, day=1)
    yield scopes.EVERYTHING, "d", fact.day, *what
    for scope in (scopes.EVERYTHING, *fact.scopes):
        yield scope, "m", month, *what
        yield scope, "y", year, *what


def name_of(place: Place) -> str:
    """The place as a key: “m|2026-11-01|S1|000|type:security”."""
    scope, grain, start, severity, *flags = place
    return f"{grain}|{start}|{severity}|{''.join(str(int(flag)) for flag in flags)}|{scope}"
