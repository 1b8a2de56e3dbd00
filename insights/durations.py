"""How long it took: the durations made of an incident's milestones (domain §2.11). Pure."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from incidents.vocabulary import Posture, Severity
from insights.reading import Milestones, Page


class Outcome(StrEnum):
    """What became of one incident in one duration."""

    MEASURED = "measured"
    PENDING = "pending"
    NOT_APPLICABLE = "not_applicable"
    MISSING = "missing"
    INVALID = "invalid"


OUTCOMES = tuple(Outcome)
START_FALLBACK = "start of the impact unknown, declaration used"
END_FALLBACK = "mitigation not recorded, resolution used"
ESTIMATED = "start of the impact estimated"
FALLBACKS = (START_FALLBACK, END_FALLBACK)
NOTES = (*FALLBACKS, ESTIMATED)


@dataclass(frozen=True)
class Reading:
    """One incident in one duration: whole seconds where it was measured, else why it was not."""

    outcome: Outcome
    seconds: int | None = None
    # The fallbacks and estimates used of a measured one.
    because: tuple[str, ...] = ()

    @property
    def used_fallback(self) -> bool:
        return bool(set(self.because) & set(FALLBACKS))

    @property
    def code(self) -> int:
        """As it is kept: the outcome's place, and eight times a bit for each note."""
        return OUTCOMES.index(self.outcome) + 8 * sum(1 << NOTES.index(note) for note in self.because)


def outcome_of(code: int) -> Outcome:
    return OUTCOMES[code % 8]


def notes_of(code: int) -> tuple[str, ...]:
    return tuple(note for place, note in enumerate(NOTES) if code >> 3 & 1 << place)


def is_fallback(code: int) -> bool:
    return bool(code >> 3 & 0b11)


# The codes of what was measured with a fallback.
FALLBACK_CODES = tuple(code for code in range(0, 8 << len(NOTES), 8) if is_fallback(code))


@dataclass(frozen=True)
class Span:
    """From when to when; None where the time is not known, and `applies` false where there cannot be one."""

    start: datetime | None
    end: datetime | None
    notes: tuple[str, ...] = ()
    applies: bool = True
    # Where it is no difference of two instants.
    length: timedelta | None = None


NEVER = Span(None, None, applies=False)


@dataclass(frozen=True)
class Measure:
    """A duration: its words, its formula and, where practice names one, the target that it is held against."""

    key: str
    label: str
    # “Half … within”.
    done: str
    definition: str
    population: str
    span: Callable[[Milestones], Span]
    target: timedelta | None = None


def _to_detect(found: Milestones) -> Span:
    return Span(found.known_impact_at, found.detected_at, _estimate(found))


def _to_declare(found: Milestones) -> Span:
    return Span(found.detected_at, found.declared_at)


def _to_acknowledge(found: Milestones) -> Span:
    return Span(found.declared_at, found.acknowledged_at)


def _to_engage(found: Milestones) -> Span:
    """The slowest of the roles that were called."""
    if found.severity not in (Severity.S1, Severity.S2):
        return NEVER
    roles: dict[str, list[Page]] = defaultdict(list)
    for page in found.pages:
        roles[page.role].append(page)
    waits = [_wait(pages) for pages in roles.values() if any(page.called_at for page in pages)]
    if not waits:
        return NEVER
    if None in waits:
        return Span(found.declared_at, None)
    return Span(None, None, length=max(wait for wait in waits if wait is not None))


def _wait(pages: list[Page]) -> timedelta | None:
    """From the first call of a role until somebody had joined in it; None where nobody has."""
    called = min(page.called_at for page in pages if page.called_at)
    joined = min((page.joined_at for page in pages if page.joined_at), default=None)
    return max(joined - called, timedelta()) if joined else None


def _to_cause(found: Milestones) -> Span:
    return Span(found.declared_at, found.cause_known_at) if found.cause_known_at or found.is_open else NEVER


def _to_mitigate(found: Milestones) -> Span:
    start, notes = _impact_or_declaration(found)
    if found.mitigated_at is None:
        return Span(start, found.resolved_at, (*notes, END_FALLBACK))
    # The population is what is resolved: until then it may still come back.
    return Span(start, found.mitigated_at if found.resolved_at else None, notes)


def _to_resolve(found: Milestones) -> Span:
    start, notes = _impact_or_declaration(found)
    return Span(start, found.resolved_at, notes)


def _impact_or_declaration(found: Milestones) -> tuple[datetime, tuple[str, ...]]:
    known = found.known_impact_at
    return (known, _estimate(found)) if known else (found.declared_at, (START_FALLBACK,))


def _estimate(found: Milestones) -> tuple[str, ...]:
    return (ESTIMATED,) if found.is_estimated else ()


def _of_impact(found: Milestones) -> Span:
    first = found.first_window
    if first is None:
        return Span(found.declared_at if found.is_open else None, None)
    if any(window.ended_at is None for window in found.windows):
        return Span(first.started_at, None)
    felt = sum(((window.ended_at or window.started_at) - window.started_at for window in found.windows), timedelta())
    return Span(first.started_at, first.ended_at, _estimate(found), length=felt)


def _to_public(found: Milestones) -> Span:
    return Span(found.known_impact_at, found.public_at, _estimate(found)) if _is_told(found) else NEVER


def _to_announce(found: Milestones) -> Span:
    return Span(found.confirmed_at, found.public_at) if _is_told(found) else NEVER


def _is_told(found: Milestones) -> bool:
    return found.public_at is not None or (found.posture == Posture.POST and found.is_open)


MEASURES: tuple[Measure, ...] = (
    Measure(
        "detect",
        "Time to detect",
        "detected",
        "From the start of the impact until the first alert or report.",
        "Real incidents whose start of the impact is known.",
        _to_detect,
    ),
    Measure(
        "declare",
        "Time to declare",
        "declared",
        "From detection (the first linked alert or report) to declaration. Where nobody gave one, the declaration "
        "itself is the first report, and took no time.",
        "Real incidents.",
        _to_declare,
    ),
    Measure(
        "acknowledge",
        "Time to acknowledge",
        "acknowledged",
        "From declaration until the first person who was asked said “I am on it”.",
        "Real incidents.",
        _to_acknowledge,
        timedelta(minutes=15),
    ),
    Measure(
        "engage",
        "Time to engage",
        "fully staffed",
        "For each role that was called, from its first call until somebody had joined in it; the slowest role counts.",
        "Real S1 and S2 incidents on which somebody was called.",
        _to_engage,
    ),
    Measure(
        "cause",
        "Time to identify the cause",
        "understood",
        "From declaration until the cause was known, as somebody said looking back.",
        "Real incidents of which somebody said when the cause was known.",
        _to_cause,
    ),
    Measure(
        "mitigate",
        "Time to mitigate",
        "mitigated",
        "From the start of the impact (where it is unknown: the declaration) until the impact ended "
        "(where it is unknown: the resolution). After a reopening the latest end counts.",
        "Real incidents that are resolved.",
        _to_mitigate,
        timedelta(minutes=30),
    ),
    Measure(
        "resolve",
        "Time to resolve",
        "resolved",
        "From the start of the impact (where it is unknown: the declaration) until its lead called it resolved. "
        "After a reopening the latest resolution counts.",
        "Real incidents that are resolved.",
        _to_resolve,
        timedelta(minutes=60),
    ),
    Measure(
        "impact",
        "Time of impact",
        "over",
        "The sum of all windows of impact; a recurrence opens another.",
        "Real incidents whose windows of impact have ended.",
        _of_impact,
    ),
    Measure(
        "public",
        "Time to tell the public",
        "told to the public",
        "From the start of the impact until the first public bulletin.",
        "Real incidents that the public was told of, whose start of the impact is known.",
        _to_public,
    ),
    Measure(
        "announce",
        "From severity to public",
        "told to the public",
        "From the confirmation of the severity until the first public bulletin. One that came before the "
        "confirmation contradicts the order, and is left out as such.",
        "Real incidents that the public was told of, whose severity was confirmed.",
        _to_announce,
    ),
)
BY_KEY = {measure.key: measure for measure in MEASURES}


def reading(measure: Measure, found: Milestones) -> Reading:
    """What one incident says about one duration."""
    if found.outside:
        return Reading(Outcome.NOT_APPLICABLE)
    span = measure.span(found)
    if not span.applies:
        return Reading(Outcome.NOT_APPLICABLE)
    length = span.length
    if length is None:
        if span.start is None or span.end is None:
            return Reading(Outcome.PENDING if span.start and found.is_open else Outcome.MISSING)
        length = span.end - span.start
    if length < timedelta():
        return Reading(Outcome.INVALID)
    return Reading(Outcome.MEASURED, int(length.total_seconds()), span.notes)
