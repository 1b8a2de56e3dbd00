"""What happens to the house and its servers: every few seconds something dies, stands still or forgets."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from proof.chaos.house import House
from proof.chaos.servers import Postgres, Redis

EVERY = (2.0, 6.0)
# Seconds for which a server is gone, or stands still.
GONE, STILL = (0.5, 3.0), (2.0, 9.0)


class Nemesis:
    """Chooses by chance, from a seed, and counts what it did."""

    def __init__(self, house: House, database: Postgres, broker: Redis, seed: str) -> None:
        self._house, self._database, self._broker = house, database, broker
        self._chance = random.Random(seed)
        self.done: Counter[str] = Counter()
        self._later: list[threading.Timer] = []
        self._is_broker_there = True

    def reign(self, until: float) -> None:
        """Until that instant of the monotonic clock."""
        deeds: list[tuple[Callable[[], None], int]] = [
            (self._kill, 70), (self._stop_database, 8), (self._flush, 8), (self._pause, 7), (self._take_broker, 7),
        ]  # fmt: skip
        while time.monotonic() < until:
            time.sleep(self._chance.uniform(*EVERY))
            deed = self._chance.choices([one for one, _ in deeds], [weight for _, weight in deeds])[0]
            deed()

    def make_good(self) -> None:
        """Everything that was taken away comes back."""
        for timer in self._later:
            timer.join()
        if not self._is_broker_there:
            self._bring_broker()

    def _kill(self) -> None:
        resident = self._chance.choice(self._house.residents)
        if self._house.kill(resident):
            self.done[f"SIGKILL to {resident.name}"] += 1

    def _stop_database(self) -> None:
        self._database.stop_at_once()
        self.done["PostgreSQL stopped in immediate mode"] += 1
        time.sleep(self._chance.uniform(*GONE))
        self._database.start()

    def _flush(self) -> None:
        if self._is_broker_there:
            with suppress(OSError):
                self._broker.flush()
                self.done["Redis flushed"] += 1

    def _pause(self) -> None:
        if self._is_broker_there:
            self._broker.pause()
            self.done["Redis stopped with SIGSTOP"] += 1
            self._after(self._chance.uniform(*STILL), self._broker.go_on)

    def _take_broker(self) -> None:
        if self._is_broker_there:
            self._is_broker_there = False
            self._broker.go_on()
            self._broker.kill()
            self.done["Redis killed, and gone for a while"] += 1
            self._after(self._chance.uniform(*STILL), self._bring_broker)

    def _bring_broker(self) -> None:
        self._broker.start()
        self._is_broker_there = True

    def _after(self, seconds: float, do: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, do)
        timer.start()
        self._later.append(timer)
