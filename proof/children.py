"""The processes of a trial: forked from one that has read everything, so that none of them starts Python anew."""

import fcntl
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail.utils import DNS_NAME
from django.db import connections

from kit import clock, egress
from notifications import crew, relay, sending
from proof.cast import BEGIN

# Large audiences are written in chunks of this many here, so that there is something between two of them.
CHUNK = 2
BROKE = 3
# A child that takes longer hangs, which is a finding. Others may use the machine, too: alone it takes a fifth of one.
MOST_SECONDS = 180.0
BEGINS_AFTER = timedelta(minutes=10)


@dataclass
class Place:
    """Where the files of one stretch of trials lie."""

    folder: Path
    var: Path = field(init=False)

    def __post_init__(self) -> None:
        self.var = self.folder / "var"

    @property
    def public(self) -> Path:
        return self.var / "public"

    @property
    def offset(self) -> Path:
        return self.folder / "offset"

    @property
    def done(self) -> Path:
        """The steps that were done, a number a line; what is not there may have been done, or not."""
        return self.folder / "done"

    @property
    def log(self) -> Path:
        return self.folder / "children.log"

    def set_clock(self, since_begin: timedelta) -> None:
        """For every process that reads this file it is so long after ten o'clock, at once; in nobody's turn."""
        with self._locked(fcntl.LOCK_EX):
            offset = (BEGIN + since_begin).timestamp() - time.time()
            draft = self.offset.with_suffix(".new")
            draft.write_text(str(offset))
            draft.replace(self.offset)

    def turn(self) -> AbstractContextManager[None]:
        """Within, nobody moves the clock: minutes that pass at once would end the lease of whoever is sending."""
        return self._locked(fcntl.LOCK_SH)

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """The lock ends with the process that holds it."""
        with self.offset.with_suffix(".lock").open("a") as file:
            fcntl.flock(file, how)
            yield

    def use(self) -> None:
        """Let the settings of this process name these files."""
        settings.VAR, settings.PUBLIC_ROOT, settings.CLOCK_OFFSET_FILE = self.var, self.public, self.offset
        settings.OUTBOX = self.var / "outbox"


def forked(name: str, place: Place, do: Callable[[], object]) -> int:
    """Do it in a process of that name, which ends with it: 0 where it was done, 3 where it broke."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = BROKE
    try:
        _arrive(name, place)
        do()
        code = 0
    finally:
        # Whatever it was, it must not go on in what the parent was doing.
        if code:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(code)


def _woken_watch(self: sending.Watch) -> datetime:
    return clock.shown()


def _arrive(name: str, place: Place) -> None:
    """Say who we are to the sinks, and write to the log."""
    log = os.open(place.log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    signal.alarm(int(MOST_SECONDS))
    DNS_NAME._fqdn = name
    egress.AGENT = name
    # The database server knows its lines by the name of the process, too.
    os.environ["PGAPPNAME"] = name
    relay.CHUNK = CHUNK
    # The sinks answer at once; where the machine is too busy for that, no second letter leaves meanwhile.
    crew.PATIENCE_SECONDS = MOST_SECONDS
    # A process that slept sees on waking how late it is; here the clock is moved instead.
    sending.Watch.now = _woken_watch  # type: ignore[method-assign]
    connections.close_all()


def wait(pid: int, *, kill_after: float | None = None) -> int:
    """Until it ended; killed after so many seconds if asked. The exit code, or minus the number of its signal."""
    until = None if kill_after is None else time.monotonic() + kill_after
    while True:
        ended, status = os.waitpid(pid, os.WUNTRACED | (os.WNOHANG if until else 0))
        if ended:
            return -os.WSTOPSIG(status) if os.WIFSTOPPED(status) else os.waitstatus_to_exitcode(status)
        if until and time.monotonic() >= until:
            os.kill(pid, signal.SIGKILL)
            until = None
        else:
            time.sleep(0.001)
