"""What went well of what could have: yes or no for each incident, page, notice and task (domain §2.11). Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from incidents.vocabulary import Audience, Disposition, Duty, Phase, Posture, Severity
from insights.durations import BY_KEY, reading
from insights.reading import Milestones, Owed, Page
from reviews.models import Findings

GRAVE = (Severity.S1, Severity.S2)
ANSWER_WITHIN = timedelta(minutes=15)
# Notices are sent by the clock at their due time; what leaves within the minute is on time.
GRACE = timedelta(minutes=1)

# The public is told of an impact that lasts so long, and within this (domain §2.6).
TELL_FROM, TELL_WITHIN = timedelta(minutes=5), timedelta(minutes=60)

# Hits and how many there could be.
Hits = tuple[int, int]
NONE: Hits = (0, 0)


@dataclass(frozen=True)
class Count:
    """A proportion: its words, and what one incident adds to it."""

    key: str
    label: str
    definition: str
    population: str
    of: Callable[[Milestones], Hits]
    # Whether more of it is better; False for what should not happen.
    is_good: bool = True


def _pages(found: Milestones) -> Hits:
    waited = [wait for page in found.pages if (wait := _waited(page)) is not None]
    return sum(wait <= ANSWER_WITHIN for wait in waited), len(waited)


def _waited(page: Page) -> timedelta | None:
    """Until it was answered, or called off after it had rung for too long; None where neither."""
    if page.called_at is None:
        return None
    if page.acknowledged_at:
        return page.acknowledged_at - page.called_at
    rang = page.released_at - page.called_at if page.released_at else timedelta()
    return rang if rang > ANSWER_WITHIN else None


def _on_time(duty: str, *, grace: timedelta = timedelta()) -> Callable[[Milestones], Hits]:
    def of(found: Milestones) -> Hits:
        return _kept((owed for owed in found.owed if owed.duty == duty), grace)

    return of


def _kept(items: Iterable[Owed], grace: timedelta) -> Hits:
    told = list(items)
    return sum(owed.done_at <= owed.due_at + grace for owed in told), sum(owed.covers for owed in told)


def _reopened(found: Milestones) -> Hits:
    resolved = bool(found.resolved_at or found.reopened_at) and not found.outside
    return (int(found.reopened_at is not None), 1) if resolved else NONE


def _recurred(found: Milestones) -> Hits:
    return (int(found.is_recurrence), 1) if found.resolved_at and not found.outside else NONE


def _repeated(found: Milestones) -> Hits:
    return NONE if found.outside or found.is_repeat is None else (int(found.is_repeat), 1)


def _told_late(found: Milestones) -> Hits:
    """A breach where the first bulletin came later than an hour after the impact began, or never (BG3-1)."""
    felt, began_at = reading(BY_KEY["impact"], found).seconds, found.known_impact_at
    is_over = found.resolved_at is not None or found.public_at is not None
    if found.outside or found.is_drill or found.posture == Posture.NOT_REQUIRED or began_at is None or not is_over:
        return NONE
    if felt is not None and felt < TELL_FROM.total_seconds():
        return NONE
    return (int(found.public_at is None or found.public_at - began_at > TELL_WITHIN), 1)


def _ended(holds: Callable[[Milestones], bool]) -> Callable[[Milestones], Hits]:
    """Of everything that was looked at; imported history was looked at elsewhere."""

    def of(found: Milestones) -> Hits:
        return NONE if found.is_imported else (int(holds(found)), 1)

    return of


def _detected_inside(found: Milestones) -> Hits:
    if found.outside or not found.detection or found.severity not in GRAVE:
        return NONE
    return (int(found.detection in Findings.INSIDE), 1)


def _agreed(found: Milestones) -> Hits:
    if found.outside or not found.reviewed_severity:
        return NONE
    return (int(found.reviewed_severity == found.initial_severity), 1)


def _is_false_alarm(found: Milestones) -> bool:
    if found.was_false_alarm is not None:
        return found.was_false_alarm
    return found.disposition == Disposition.FALSE_ALARM


def _is_declined(found: Milestones) -> bool:
    return found.phase == Phase.DECLINED


def _is_merged(found: Milestones) -> bool:
    return found.phase == Phase.MERGED


def _mitigated_within(limit: timedelta, *, grave: bool) -> Callable[[Milestones], Hits]:
    """Of S1 and S2 those that kept to it, or of all those that did not."""

    def of(found: Milestones) -> Hits:
        taken = reading(BY_KEY["mitigate"], found).seconds
        if taken is None or (grave and found.severity not in GRAVE):
            return NONE
        return (int((taken <= limit.total_seconds()) == grave), 1)

    return of


COUNTS: tuple[Count, ...] = (
    Count(
        "half_hour",
        "S1 and S2 mitigated within 30 min",
        "Their time to mitigate was at most 30 minutes.",
        "Real S1 and S2 incidents whose time to mitigate was measured.",
        _mitigated_within(timedelta(minutes=30), grave=True),
    ),
    Count(
        "over_hour",
        "Longer than 60 min",
        "Their time to mitigate was more than 60 minutes.",
        "Real incidents whose time to mitigate was measured.",
        _mitigated_within(timedelta(minutes=60), grave=False),
        is_good=False,
    ),
    Count(
        "inside",
        "Detected by ourselves",
        "Noticed by monitoring, a team member or a control of ours, not by somebody outside.",
        "Real S1 and S2 incidents of which somebody said how they were noticed.",
        _detected_inside,
    ),
    Count(
        "page",
        "Pages answered within 15 min",
        "Acknowledged within 15 minutes of ringing. One that was called off sooner counts neither way; one that rang "
        "for longer without an answer was not kept.",
        "Calls to people, without shadows.",
        _pages,
    ),
    Count(
        "public_update",
        "Public updates on time",
        "Published at or before the time at which it was due.",
        "Public updates that came due and were published.",
        _on_time(Duty.PUBLIC_UPDATE),
    ),
    Count(
        "told_late",
        "Public told later than 60 min, or never",
        "The first public bulletin came more than 60 minutes after the impact began, or none did.",
        "Real incidents, resolved or told, with at least five minutes of impact whose start is known, unless it was "
        "decided that the public need not be told.",
        _told_late,
        is_good=False,
    ),
    Count(
        "notice",
        "Stakeholder notices on time",
        "Sent within a minute of its due time. A notice after an outage answers every time that was missed.",
        "Notices to stakeholders that came due.",
        _on_time(Audience.STAKEHOLDERS, grace=GRACE),
    ),
    Count(
        "brief",
        "Executive briefs on time",
        "Sent within a minute of its due time. A brief after an outage answers every time that was missed.",
        "Briefs to executives that came due.",
        _on_time(Audience.EXECUTIVES, grace=GRACE),
    ),
    Count("review", "Reviews on time", "Written by its due date.", "Reviews that were written.", _on_time(Duty.REVIEW)),
    Count("action", "Actions on time", "Done by its due date.", "Actions that were done.", _on_time(Duty.ACTION)),
    Count(
        "agreed",
        "Severity right from the start",
        "The severity of the declaration is the one that was chosen looking back.",
        "Real incidents whose severity somebody judged looking back.",
        _agreed,
    ),
    Count(
        "reopened",
        "Reopened",
        "Went back to work after it had been resolved.",
        "Real incidents that were resolved.",
        _reopened,
        is_good=False,
    ),
    Count(
        "recurred",
        "Recurrences",
        "Named as a recurrence of an earlier incident that everybody may see.",
        "Real incidents that are resolved.",
        _recurred,
        is_good=False,
    ),
    Count(
        "repeated",
        "Same cause within 90 days",
        "One of its services had an incident in the 90 days before it to which the same factor contributed. "
        "Restricted incidents are not looked back at.",
        "Real incidents on a service of which somebody said what contributed.",
        _repeated,
        is_good=False,
    ),
    Count(
        "false_alarm",
        "False alarms",
        "Declined, unless somebody said looking back that it was none; or said to have been one.",
        "Everything declared.",
        _ended(_is_false_alarm),
        is_good=False,
    ),
    Count("declined", "Declined", "Left by declining it.", "Everything declared.", _ended(_is_declined), is_good=False),
    Count("merged", "Merged", "Merged into another one.", "Everything declared.", _ended(_is_merged), is_good=False),
)
COUNT_BY_KEY = {count.key: count for count in COUNTS}
