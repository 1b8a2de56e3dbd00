"""Delivering letters: claim, ask again, send, write down what came of it. Any number of these may run at once.

Nothing is marked sent before it is sent, and no transaction is open while it is. This thread asks the database and
packs; the crew's hands send; what came of letters goes into the journal at once and into the ledger many at a time.
"""

import logging
import queue
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from uuid import UUID

from incidents import stirring
from kit import clock
from kit.faults import FAULTS, said
from notifications import afterwards, asking, breakers, claims, crew, recording, sending, takeover
from notifications.channels import TRANSPORTS
from notifications.claims import ALL_LANES, Claim
from notifications.crew import Errand, Lines
from notifications.journal import Journal
from notifications.packing import Packer
from notifications.parcels import Route
from notifications.recording import Outcome, Result
from notifications.sending import Job, Watch
from notifications.vocabulary import Channel, Lane, State

log = logging.getLogger(__name__)

# Outcomes are written down when there are so many, or the first of them is so old.
FLUSH_AT, FLUSH_SECONDS = 500, 0.5
# How often it is asked whether something (urgent) came in, and whether letters that wait for a hand may still go.
LOOK_SECONDS, ASK_AGAIN_SECONDS = 0.25, 1.0
# The hands are waited for so long at a time; with many letters out they are not even listened to at each.
WAIT_SECONDS, NAP_SECONDS, MANY = 0.05, 0.01, 30
# What a hand has begun when its shift breaks off is waited for so long; no transport takes longer.
FINISH_SECONDS = 25.0
# More is claimed while fewer are out than were sent in the last seconds, within these bounds.
LEAST_OUT, MOST_OUT = 100, 500


def work(*, stop: Callable[[], bool] = lambda: False, lanes: Sequence[Lane] = ALL_LANES) -> int:
    """Claim and deliver until nothing is due, or until told to stop. Returns how many letters were settled."""
    now = clock.now()
    takeover.take_over(now)
    shift = _Shift(Watch(now), lanes)
    try:
        return shift.run(stop)
    finally:
        shift.close()


class _Pace:
    """How fast letters go just now, which decides how many are held at once."""

    def __init__(self) -> None:
        self.enough = LEAST_OUT
        self._since, self._sent = time.monotonic(), 0

    def count(self) -> None:
        """One more was answered; every half second it is looked at how many that made."""
        self._sent += 1
        spent = time.monotonic() - self._since
        if spent >= 0.5:
            self.enough = max(LEAST_OUT, min(MOST_OUT, int(self._sent / spent)))
            self._since, self._sent = time.monotonic(), 0


class _Shift:
    """One stretch of delivering: what is out with the hands, and what is not written down yet."""

    def __init__(self, watch: Watch, lanes: Sequence[Lane]) -> None:
        self._watch, self._lanes = watch, lanes
        self._journal = Journal()
        self._answers: queue.SimpleQueue[tuple[Job, Outcome | None]] = queue.SimpleQueue()
        self._out: dict[Job, Errand] = {}
        self._unwritten: list[tuple[Claim, Outcome]] = []
        self._stirred: set[UUID] = set()
        self._count, self._is_over = 0, False
        self._claim_at = self._ask_at = self._flush_at = 0.0
        self._pace = _Pace()

    def run(self, stop: Callable[[], bool]) -> int:
        """Until nothing is due and nothing is out."""
        while self._go_on(stop):
            if self._out:
                self._collect()
                self._ask_again()
            if not self._out:
                # What was sent lets the next letter to the same reader go.
                self._flush()
        self._flush()
        self._is_over = True
        return self._count

    def _go_on(self, stop: Callable[[], bool]) -> bool:
        """Claim more, unless told to stop. False where nothing is out and nothing was found."""
        if stop():
            self._take_back()
        elif not self._out or time.monotonic() >= self._claim_at:
            return self._claim() or bool(self._out)
        return bool(self._out)

    def close(self) -> None:
        """Whatever happened, the hands do not go on with what this shift held.

        Where the database was lost, it cannot be told; the next tick that reaches it takes all from the journal.
        """
        self._recalled()
        if self._is_over:
            self._journal.close()
        elif self._have_finished():
            self._journal.leave()

    def _have_finished(self) -> bool:
        """Wait for the hands that are in the midst of a letter: then the journal says of each how it ended."""
        until = time.monotonic() + FINISH_SECONDS
        with suppress(queue.Empty):
            while self._out:
                job, _ = self._answers.get(timeout=max(0.0, until - time.monotonic()))
                del self._out[job]
        return not self._out

    def _claim(self) -> bool:
        """Claim and hand out; with enough in hand only what is urgent, and that not at every turn."""
        is_busy = len(self._out) >= self._pace.enough
        lanes = [lane for lane in self._lanes if lane == Lane.PAGE or not is_busy]
        now = self._watch.now()
        resting, trying = breakers.known(now)
        held = claims.claim(now, holder=self._journal.name, lanes=lanes, most=self._pace.enough, resting=resting)
        self._claim_at = time.monotonic() + (LOOK_SECONDS if is_busy or not held else 0.0)
        waiting = self._those_who_wait(held, trying)
        claims.hand_back(waiting)
        self._hand_out([claim for claim in held if claim not in waiting])
        return len(held) > len(waiting)

    def _those_who_wait(self, held: list[Claim], trying: set[breakers.Host]) -> list[Claim]:
        """Of letters to a host that has rested one tries, and the others wait for what it finds."""
        waiting, tried = [], set[breakers.Host]()
        for claim in held:
            host = (claim.letter.channel, claim.letter.host)
            if host not in trying or claim.letter.lane == Lane.PAGE:
                continue
            if host in tried or not breakers.let_try(host, self._watch.now()):
                waiting.append(claim)
            tried.add(host)
        return waiting

    def _hand_out(self, held: list[Claim]) -> None:
        """Ask whether each may still go, pack those that may, and give them to the hands."""
        reasons = asking.withheld([claim.letter for claim in held], self._watch.now())
        packer, routes = Packer([claim.letter for claim in held]), dict[Channel, Route]()
        errands: dict[Job, Errand] = {}
        for claim in held:
            reason = reasons.get(claim.letter.pk)
            job = None if reason else self._job(claim, packer, routes)
            if reason:
                self._settle(claim, State.CANCELLED, reason)
            elif job:
                errands[job] = Errand(partial(self._run, job), is_urgent=claim.letter.lane == Lane.PAGE)
        self._add(errands)

    def _add(self, errands: dict[Job, Errand]) -> None:
        self._out |= errands
        crew.OURS.add(errands.values())

    def _job(self, claim: Claim, packer: Packer, routes: dict[Channel, Route]) -> Job | None:
        """None where it cannot be packed: that one is parked, and the others go."""
        channel = Channel(claim.letter.channel)
        if channel not in routes:
            routes[channel] = TRANSPORTS[channel].route()
        try:
            return Job(claim, packer.pack(claim.letter, at=self._watch.now()), routes[channel])
        except FAULTS as fault:
            log.exception("A letter of ours is broken and is parked")
            self._settle(claim, State.PARKED, said(fault))
            return None

    def _run(self, job: Job, lines: Lines) -> None:
        """Called by a hand. Whatever happens to it, this shift hears."""
        outcome: Outcome | None = sending.broken(job.letter, self._watch)
        try:
            outcome = sending.send(job, lines, self._watch, self._journal)
        finally:
            self._answers.put((job, outcome))

    def _collect(self) -> None:
        """Wait a moment for the hands, take what they answered, and write it down if it is time."""
        crew.OURS.look()
        if len(self._out) > MANY:
            # Waking up for each letter would keep the hands from their work.
            time.sleep(NAP_SECONDS)
        with suppress(queue.Empty):
            if len(self._out) <= MANY:
                self._take(*self._answers.get(timeout=WAIT_SECONDS))
            while True:
                self._take(*self._answers.get_nowait())
        if len(self._unwritten) >= FLUSH_AT or (self._unwritten and time.monotonic() >= self._flush_at):
            self._flush()

    def _take(self, job: Job, outcome: Outcome | None) -> None:
        del self._out[job]
        if outcome is None:
            claims.hand_back([job.claim])
        else:
            self._pace.count()
            self._note(job.claim, outcome)

    def _settle(self, claim: Claim, state: State, detail: str) -> None:
        now = self._watch.now()
        self._note(claim, Outcome(state, detail, now, now))

    def _note(self, claim: Claim, outcome: Outcome) -> None:
        if not self._unwritten:
            self._flush_at = time.monotonic() + FLUSH_SECONDS
        self._unwritten.append((claim, outcome))

    def _flush(self) -> None:
        """Write down what came of letters, and see to what follows from it."""
        if not self._unwritten:
            return
        written, self._unwritten = self._unwritten, []
        ours = recording.record([Result(*one.held, one.letter.attempts, outcome) for one, outcome in written])
        if not self._out:
            self._journal.forget()
        self._count += len(ours)
        afterwards.see_to([(one.letter, outcome) for one, outcome in written], self._watch.now())
        self._stirred |= {one.letter.notice.incident_id for one, _ in written if one.letter.notice.incident_id}
        stirring.stir(self._stirred)
        self._stirred.clear()

    def _ask_again(self) -> None:
        """What waits for a hand is not sent on the strength of an old answer."""
        if not self._ask_at:
            self._ask_at = time.monotonic() + ASK_AGAIN_SECONDS
        if time.monotonic() < self._ask_at or not self._out:
            return
        self._ask_at = time.monotonic() + ASK_AGAIN_SECONDS
        waiting = self._recalled()
        changed = set(asking.look_again([job.letter for job in waiting]))
        # These are to be packed anew: what may be said of their incident has changed.
        claims.hand_back([job.claim for job in waiting if job.letter in changed])
        still = {job: errand for job, errand in waiting.items() if job.letter not in changed}
        reasons = asking.withheld([job.letter for job in still], self._watch.now())
        for job in still:
            if job.letter.pk in reasons:
                self._settle(job.claim, State.CANCELLED, reasons[job.letter.pk])
        self._add({job: errand for job, errand in still.items() if job.letter.pk not in reasons})

    def _take_back(self) -> None:
        claims.hand_back([job.claim for job in self._recalled()])

    def _recalled(self) -> dict[Job, Errand]:
        """What no hand has begun, back from the crew and out no more; should that be lost, nobody waits for it."""
        mine = {errand: job for job, errand in self._out.items()}
        return {mine[errand]: self._out.pop(mine[errand]) for errand in crew.OURS.take_back(mine.__contains__)}
