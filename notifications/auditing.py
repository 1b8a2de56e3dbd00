"""The auditor: looks with plain SQL for what should never be, mends what can be mended, and says what it found.

It shares no question with what it watches. An outside URL is told only when it found nothing (`watchdog`), so that
silence out there means that something is wrong here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from notifications import takeover
from notifications.models import Audit
from statuspage import snapshot
from statuspage.models import Page

# What is late by less is on its way.
PATIENCE = timedelta(seconds=60)
UNSENT_FOR = timedelta(minutes=5)
EVERY = timedelta(minutes=1)
# Sentences name so many of each kind; the count is whole.
MOST_NAMED = 5


@dataclass(frozen=True)
class Finding:
    """Something that should not be: what, how many, some of them by name, and whether it was mended."""

    check: str
    sentence: str
    count: int
    names: tuple[str, ...] = ()
    is_mended: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "check": self.check, "sentence": self.sentence, "count": self.count,
            "names": list(self.names), "mended": self.is_mended,
        }  # fmt: skip


@dataclass(frozen=True)
class Check:
    """A statement that gives the names of what is wrong; `%(past)s`, `%(long_past)s` and `%(now)s` are instants."""

    code: str
    sentence: str
    sql: str
    mend: str = ""


# What is owed now, by the incident's reference and the duty's word.
OWED = (
    "SELECT i.reference || ' ' || o.duty FROM incidents_obligation o "
    "JOIN incidents_incident i ON i.id = o.incident_id WHERE o.satisfied_at IS NULL AND o.cancelled_at IS NULL"
)
UNWATCHED = "next_at IS NULL AND duty IN ('stakeholder_notice', 'executive_notice')"
# Of a bulletin whose audience was written in part, and whose untold row is gone.
HALF = (
    "FROM notifications_notice n WHERE n.written_up_to <> '' AND NOT EXISTS "
    "(SELECT 1 FROM statuspage_untold u WHERE u.bulletin_id = n.bulletin_id)"
)
# What is over changes no more; of the rest there are few, however many incidents there were.
LIVE = "NOT i.is_imported AND i.phase IN ('triage', 'identification', 'mitigation', 'remediation', 'post_incident')"

CHECKS = (
    Check("clock_past_due", "A clock came due and nothing spoke.", f"{OWED} AND o.next_at < %(past)s"),
    Check("clock_cannot_speak", "A clock came due and cannot speak.", f"{OWED} AND o.fault <> ''"),
    Check(
        "clock_stands_still",
        "A notice is owed by a clock that nobody looks at.",
        f"{OWED} AND {UNWATCHED}",
        "UPDATE incidents_obligation SET next_at = due_at "  # noqa: S608 - made of the words above
        f"WHERE satisfied_at IS NULL AND cancelled_at IS NULL AND {UNWATCHED}",
    ),
    Check(
        "untold",
        "Something happened that nobody was told of.",
        "SELECT i.reference || ' ' || e.kind FROM incidents_untold u JOIN incidents_event e ON e.id = u.event_id "
        "JOIN incidents_incident i ON i.id = e.incident_id WHERE e.recorded_at < %(past)s",
    ),
    Check(
        "untold_bulletin",
        "A bulletin came out and its subscribers have not all been written to.",
        "SELECT b.public_id FROM statuspage_untold u JOIN statuspage_bulletin b ON b.id = u.bulletin_id "
        "WHERE u.created_at < %(long_past)s",
    ),
    Check(
        "half_an_audience",
        "A bulletin's audience was written in part, and nothing goes on with the rest.",
        f"SELECT CAST(n.bulletin_id AS text) {HALF}",
        "INSERT INTO statuspage_untold (kind, bulletin_id, subscriber_id, created_at) "
        f"SELECT 'bulletin', n.bulletin_id, NULL, %(now)s {HALF}",
    ),
    Check(
        "notice_without_letters",
        "A notice was written and no letter carries it.",
        "SELECT n.subject FROM notifications_notice n WHERE n.created_at BETWEEN %(day_ago)s AND %(past)s "
        "AND n.written_up_to = '' AND NOT EXISTS (SELECT 1 FROM notifications_delivery d WHERE d.notice_id = n.id)",
    ),
    Check(
        "unsent",
        "A letter is due, nothing holds it back, and nobody sends it.",
        "SELECT d.label FROM notifications_delivery d WHERE d.state = 'waiting' AND d.due_at < %(long_past)s "
        "AND NOT EXISTS (SELECT 1 FROM notifications_breaker b WHERE b.channel = d.channel AND b.host = d.host "
        "AND b.open_until IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM notifications_delivery o "
        "WHERE o.recipient = d.recipient AND o.thread = d.thread AND o.channel = d.channel AND o.thread <> '' "
        "AND o.id < d.id AND o.state IN ('waiting', 'sending'))",
    ),
    Check(
        "stuck",
        "Something could not be turned into letters; the ledger shows why and lets it be tried again.",
        "SELECT s.error FROM notifications_stuck s",
    ),
    Check(
        "change_without_entry",
        "An incident's row and its timeline say different things.",
        f"SELECT i.reference FROM incidents_incident i WHERE {LIVE} AND i.last_position <> "  # noqa: S608
        "(SELECT COUNT(*) FROM incidents_event e WHERE e.incident_id = i.id AND e.position <= i.last_position)",
    ),
    Check(
        "phase_without_entry",
        "An incident stands in a phase that its way does not end in.",
        f"SELECT i.reference FROM incidents_incident i WHERE {LIVE} AND i.phase <> "  # noqa: S608
        "(SELECT p.phase FROM incidents_phaseentry p WHERE p.incident_id = i.id ORDER BY p.id DESC LIMIT 1)",
    ),
)


def audit(now: datetime) -> list[Finding]:
    """Look, mend, and keep what was found where people and machines see it."""
    found = [finding for check in CHECKS if (finding := _look(check, now))]
    found += [finding for look in (_held_too_long, _old_pages) if (finding := look(now))]
    rows = [finding.as_json() for finding in found]
    clean_at = {"clean_at": now} if not found else {}
    Audit.objects.update_or_create(pk=1, defaults={"ran_at": now, "findings": rows, **clean_at})
    return found


def is_due(now: datetime) -> bool:
    """Take the turn to look. False where somebody looked within the minute: of many tickers one does."""
    taken = Audit.objects.filter(pk=1, ran_at__lte=now - EVERY).update(ran_at=now)
    if taken or Audit.objects.filter(pk=1, ran_at__lte=now).exists():
        return bool(taken)
    # The first of all; or the clock was set back, by a test or by hand.
    Audit.objects.update_or_create(pk=1, defaults={"ran_at": now})
    return True


def _look(check: Check, now: datetime) -> Finding | None:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        names = _run(cursor, check.sql, now)
        if not names:
            return None
        if check.mend:
            cursor.execute(check.mend, _instants(now, check.mend))
    return Finding(check.code, check.sentence, len(names), tuple(names[:MOST_NAMED]), is_mended=bool(check.mend))


def _run(cursor: Any, sql: str, now: datetime) -> list[str]:
    cursor.execute(sql, _instants(now, sql))
    return sorted(str(name) for (name,) in cursor.fetchall())


def _instants(now: datetime, sql: str) -> dict[str, Any]:
    """The instants that a statement names."""
    adapt: Callable[[datetime], Any] = connection.ops.adapt_datetimefield_value
    instants = {
        "now": now, "past": now - PATIENCE, "long_past": now - UNSENT_FOR, "day_ago": now - timedelta(days=1),
    }  # fmt: skip
    return {name: adapt(instant) for name, instant in instants.items() if f"%({name})s" in sql}


def _held_too_long(now: datetime) -> Finding | None:
    """Letters that somebody holds past two leases: the next tick should have taken them over."""
    with connection.cursor() as cursor:
        sql = "SELECT d.label FROM notifications_delivery d WHERE d.state = 'sending' AND d.lease_until < %(past)s"
        names = _run(cursor, sql, now)
    if not names:
        return None
    taken = takeover.take_over(now)
    sentence = "A letter is held by somebody whose time was over long ago."
    return Finding("held_too_long", sentence, len(names), tuple(names[:MOST_NAMED]), is_mended=bool(taken))


def _old_pages(now: datetime) -> Finding | None:
    """Pages whose files on this host are older than what was published."""
    old = [page for page in Page.objects.filter(updated_at__lt=now - PATIENCE) if not snapshot.is_live(page)]
    if not old:
        return None
    mended = set(snapshot.render_stale(now)) >= {page.slug for page in old}
    names = tuple(page.name for page in old[:MOST_NAMED])
    return Finding("old_page", "A public page shows less than was published.", len(old), names, is_mended=mended)


def latest() -> Audit | None:
    """What the auditor last said."""
    return Audit.objects.filter(pk=1).first()


def unmended(findings: Sequence[Finding]) -> list[Finding]:
    """What is still to be done by people."""
    return [finding for finding in findings if not finding.is_mended]
