"""Designs that are known to fail, each planted into the processes of a trial in place of what the product does.

Every one of them is somebody's reminder service. The checker must see each: one that lets one pass proves nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F

from config import ticker
from incidents import chasing, policies, timeline
from incidents.models import Incident, Obligation, Untold
from incidents.vocabulary import Kind
from kit import clock
from notifications import asking, claims, delivery, journal, ledger, letters, recording, relay, sending, takeover
from notifications.claims import Claim
from notifications.crew import Lines
from notifications.journal import Journal
from notifications.models import Delivery
from notifications.recording import Outcome, Result
from notifications.sending import Job, Watch
from notifications.vocabulary import State
from statuspage import shelf


def mark_before_send() -> None:
    """“Sent” is written down first, so that nothing is sent twice."""
    hand_out = delivery._Shift._hand_out

    def marked(self: delivery._Shift, held: list[Claim]) -> None:
        now = clock.now()
        recording.record([
            Result(*one.held, one.letter.attempts, Outcome(State.SENT, "Sent.", now, now))
            for one in held
        ])  # fmt: skip
        hand_out(self, held)

    delivery._Shift._hand_out = marked  # type: ignore[method-assign]


def no_lease_recovery() -> None:
    """What somebody holds, they will send."""

    def take_over(now: datetime) -> int:
        return 0

    takeover.take_over = take_over


def select_then_update() -> None:
    """What is due is read, and then written that it is ours."""

    def hold(due: ledger.DeliveryQuerySet, now: datetime, *, holder: str, most: int) -> list[Claim]:
        found, until = list(due[:most]), now + claims.LEASE
        for one in found:
            changed = {"state": State.SENDING, "lease_until": until, "holder": holder}
            Delivery.objects.filter(pk=one.pk).update(fence=F("fence") + 1, attempts=F("attempts") + 1, **changed)
        rows = Delivery.objects.filter(pk__in=[one.pk for one in found]).values_list(*letters.NAMES)
        return [Claim(one, until) for one in letters.of(rows)]

    claims.hold = hold


def clock_outside_the_transaction() -> None:
    """The clock is moved on first, so that nobody else takes it; then it speaks."""
    chase = chasing._chase

    def moved(due: Sequence[tuple[Any, Any]], now: datetime) -> int:
        rows = list(Obligation.objects.filter(pk__in=[pk for pk, _ in due]))
        for row in rows:
            mine = Obligation.objects.filter(pk=row.pk)
            mine.update(due_at=row.due_at + timedelta(hours=1), next_at=now + timedelta(hours=1))
        # Spoken with the time that it was due, in a transaction of its own.
        with transaction.atomic():
            for row in rows:
                row.save()
        return chase(due, now)

    chasing._chase = moved


def hours_modulo_n() -> None:
    """Every hour on the hour, if somebody looks just then."""
    chase = chasing.chase

    def now_and_then(now: datetime, *, most: int = chasing.BATCH) -> int:
        return chase(now, most=most) if now.minute % 30 == 0 else 0

    chasing.chase = now_and_then
    _let_the_ticker(chase, now_and_then)


def self_rescheduling_chain() -> None:
    """Each run puts the next one into the queue when it is done."""
    chase, queue = chasing.chase, Path(settings.VAR) / "chain"
    began = Path(settings.VAR) / "chain-began"

    def link(now: datetime, *, most: int = chasing.BATCH) -> int:
        if not began.exists():
            began.touch()
            queue.touch()
        if not queue.exists():
            return 0
        queue.unlink()
        done = chase(now, most=most)
        queue.touch()
        return done

    chasing.chase = link
    _let_the_ticker(chase, link)


def eta_in_the_broker() -> None:
    """What is due later lies with a worker until then."""
    waiting: dict[int, datetime] = {}
    relay_it, claim = relay.relay, claims.claim

    def relayed(now: datetime, *, most: int = relay.BATCH) -> relay.Relayed:
        done = relay_it(now, most=most)
        later = Delivery.objects.filter(state=State.WAITING, due_at__gt=now)
        waiting.update(dict(later.values_list("pk", "due_at")))
        later.update(state=State.SENDING, lease_until=None)
        return done

    def claimed(now: datetime, **how: Any) -> list[Claim]:
        ripe = [pk for pk, due_at in waiting.items() if due_at <= now]
        Delivery.objects.filter(pk__in=ripe, state=State.SENDING).update(state=State.WAITING)
        return claim(now, **how)

    relay.relay, claims.claim = relayed, claimed


def sweep_bounded_below() -> None:
    """What was due in the last minute; the rest went out with an earlier sweep."""

    def waiting(self: Any, now: datetime) -> Any:
        return self.filter(state=State.WAITING, due_at__lte=now, due_at__gt=now - timedelta(minutes=1))

    ledger.DeliveryQuerySet.waiting = waiting  # type: ignore[method-assign]


def replay_of_all_missed() -> None:
    """After an outage every tick that was missed is made up for."""

    def each(self: chasing._Scene, incident: Incident, owed: Obligation) -> None:
        due: datetime | None = owed.due_at
        policy = policies.of(incident)
        while due is not None and due <= self.now:
            data = {"audience": owed.audience, "due_at": due.isoformat(), "covers": 1}
            timeline.add(incident, Kind.NOTICE, actor=None, at=self.now, data=data)
            due = policies.next_notice(incident, owed.audience, since=due, policy=policy)
        if due is not None:
            owed.due_at = owed.next_at = due

    chasing._Scene._send_notice = each  # type: ignore[method-assign]


def no_fence() -> None:
    """Whoever sent it writes down what came of it, however long they slept."""
    sql = {
        vendor: said.replace(f"AND fence = came.held AND state = '{State.SENDING.value}'", "")
        for vendor, said in recording._CAME_OF.items()
    }
    recording._CAME_OF.update(sql)


def one_failure_ends_the_others() -> None:
    """One loop over the recipients; the first that cannot be reached ends it, and the notice counts as told."""
    failed: set[object] = set()
    send = sending.send

    def looped(job: Job, lines: Lines, watch: Watch, journal: Journal) -> Outcome | None:
        if job.letter.notice_id in failed:
            now = clock.shown()
            return Outcome(State.SENT, "Told.", now, now)
        outcome = send(job, lines, watch, journal)
        if outcome and outcome.state != State.SENT:
            failed.add(job.letter.notice_id)
        return outcome

    sending.send = looped


def outbox_emptied_first() -> None:
    """The outbox is emptied, and then what was in it is turned into letters."""
    together = relay._together

    def emptied(pks: Sequence[int], now: datetime, done: relay.Relayed) -> None:
        rows = list(Untold.objects.filter(pk__in=pks).order_by("pk"))
        Untold.objects.filter(pk__in=pks).delete()
        with transaction.atomic():
            Untold.objects.bulk_create(
                [Untold(pk=row.pk, event_id=row.event_id) for row in rows], ignore_conflicts=True
            )
        together(pks, now, done)

    relay._together = emptied


def new_id_for_each_attempt() -> None:
    """Each try is a letter of its own."""
    hold = claims.hold

    def held(due: ledger.DeliveryQuerySet, now: datetime, *, holder: str, most: int) -> list[Claim]:
        found = hold(due, now, holder=holder, most=most)
        for one in found:
            if one.letter.fence > 1:
                one.letter.key = uuid4()
                Delivery.objects.filter(pk=one.letter.pk).update(key=one.letter.key)
        return found

    claims.hold = held


def doubt_untold() -> None:
    """What was on its way goes again, and nobody says that it may come twice."""
    doubt = takeover._doubt

    def silently(letters: Sequence[Delivery], now: datetime) -> None:
        doubt(letters, now)
        Delivery.objects.filter(pk__in=[one.pk for one in letters]).update(maybe_doubled=False)

    takeover._doubt = silently


def no_journal() -> None:
    """A process that dies leaves all that it held in doubt."""

    def read(name: str) -> None:
        return None

    journal.read = read


def page_written_in_place() -> None:
    """The files that readers see are written over, one by one."""
    show = shelf.Shelf.show

    def in_place(self: shelf.Shelf, standing: shelf.Standing, files: list[shelf.Drawn]) -> None:
        site = self.current / "site"
        known = [file for file in files if file.content and (site / file.path).exists()]
        for file in known:
            _write_slowly(site / file.path, file.content or b"")
        show(self, standing, files)

    shelf.Shelf.show = in_place  # type: ignore[method-assign]


def _write_slowly(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content[: len(content) // 2])
        file.flush()
        shelf._sync(path.parent)
        file.write(content[len(content) // 2 :])


def stale_permission() -> None:
    """Who may see it was asked when the letter was written, and is not asked again."""
    asking.withheld = lambda *_: {}


def _let_the_ticker(old: Callable[..., object], new: Callable[..., object]) -> None:
    """The ticker holds its steps by themselves."""
    ticker.STEPS = tuple(new if step is old else step for step in ticker.STEPS)
