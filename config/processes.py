"""One process tree: starts children, starts them again when they die, and ends them all within three seconds."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

GRACE_SECONDS = 2.5
LOOK_EVERY_SECONDS = 0.2
# A child that dies at once is started again after a pause that grows to this.
LONGEST_PAUSE_SECONDS = 10.0


@dataclass
class Child:
    """A command that must always run."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    start_at: float = field(default=0.0)

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches the tree's root alone, which ends the children in order.
        self.process = subprocess.Popen(self.command, env=dict(self.env), start_new_session=True)  # noqa: S603

    def look(self, now: float, say: Callable[[str], object]) -> None:
        """Start it if it is due; note its death if it died."""
        if self.process is None:
            if now >= self.start_at:
                self.start()
        elif self.process.poll() is not None:
            self.deaths += 1
            pause = min(LONGEST_PAUSE_SECONDS, 0.5 * 2**self.deaths)
            say(f"{self.name} ended ({self.process.returncode}); starting it again in {pause:.0f} s")
            self.process, self.start_at = None, now + pause


class Tree:
    """The children of one supervisor."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        is_ready: Callable[[], bool],
        announce: Callable[[], None],
        say: Callable[[str], object],
    ) -> None:
        self.children = children
        self.is_ready = is_ready
        self.announce = announce
        self.say = say
        self.stopping = threading.Event()

    def run(self) -> None:
        """Keep every child running until SIGINT or SIGTERM; announce once when all is ready."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        announced = False
        try:
            while not self.stopping.is_set():
                for child in self.children:
                    child.look(time.monotonic(), self.say)
                if not announced and self.is_ready():
                    self.announce()
                    announced = True
                self.stopping.wait(LOOK_EVERY_SECONDS)
        finally:
            self.stop()

    def stop(self) -> None:
        """SIGTERM to all at once; whoever is still there after the grace is killed."""
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
