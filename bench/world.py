"""What the benchmark is about: a page with many subscribers, endpoints, an incident with a public bulletin."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.sinks import Sink
from bench.table import ROOT
from incidents.models import Incident
from incidents.vocabulary import Severity
from kit import clock
from notifications import delivery, engine, signing
from notifications.models import Endpoint, MailServer
from statuspage.models import Subscriber
from tests.incidents.stories import answered, told_public
from tests.people import everybody_on_call
from tests.statuspage_world import page


def incident() -> Incident:
    """An S2 to which everybody who was called has answered, with nothing left to send."""
    everybody_on_call()
    made = answered(Severity.S2)
    engine.tick(clock.now(), send=lambda: None, send_pages=lambda: None)
    delivery.work()
    return made


def subscribers(count: int, channel: str = "email", url: str = "") -> None:
    """So many confirmed subscribers of the page."""
    now, of = clock.now(), page()
    Subscriber.objects.bulk_create(
        [
            Subscriber(
                page=of,
                channel=channel,
                address=f"{url}?{number}" if url else f"reader{number}@readers.example",
                created_at=now,
                confirmed_at=now,
                wants_all=True,
            )
            for number in range(count)
        ],
        batch_size=2000,
    )


def endpoints(count: int, url: str) -> None:
    """So many webhooks of stakeholders at one address."""
    made = [_endpoint(f"{url}?{number}", f"Endpoint {number}") for number in range(count)]
    Endpoint.objects.bulk_create(made, batch_size=2000)


def endpoint(url: str) -> Endpoint:
    """One more."""
    made = _endpoint(url, "Another endpoint")
    made.save()
    return made


def switch(one: Endpoint, *, on: bool) -> None:
    Endpoint.objects.filter(pk=one.pk).update(disabled_at=None if on else clock.now())


def _endpoint(url: str, name: str) -> Endpoint:
    now, form = clock.now(), Endpoint.Form.WEBHOOK
    secret = signing.new_secret()
    return Endpoint(name=name, form=form, audience="stakeholders", url=url, secret=secret, created_at=now)


def bulletin(of: Incident, number: int) -> None:
    """One more bulletin on its public incident."""
    told_public(of, body=f"Some payments fail. Update number {number}.")


def mail_server(port: int) -> None:
    """Mail goes to a server on this machine."""
    MailServer.objects.update_or_create(
        pk=1,
        defaults={"host": "127.0.0.1", "port": port, "security": "none", "sender": "Sitrep <sitrep@denomas.example>"},
    )


def relay() -> None:
    """One tick after another, in which nobody sends, until nothing is untold."""
    while engine.tick(clock.now(), send=lambda: None, send_pages=lambda: None).letters:
        pass


def send() -> int:
    """Claim, send and record until nothing is due; how many letters were settled."""
    return delivery.work()


@contextmanager
def ticker() -> Iterator[subprocess.Popen[bytes]]:
    """A ticker as a process of its own, over the same database."""
    process = subprocess.Popen([sys.executable, "manage.py", "ticker"], cwd=ROOT)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def until(is_so: Callable[[], bool], *, within: float, every: float = 0.05) -> None:
    """Wait until it is so. Raises `TimeoutError` where that takes longer than so many seconds."""
    end = time.monotonic() + within
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {within} s")
        time.sleep(every)


def first_of_ours(smtp: Sink, *, since: float) -> float:
    """Seconds until the first letter to somebody of the house was in the sink."""
    arrived: list[float] = []

    def has_come() -> bool:
        at = smtp.count().at_ours
        arrived.extend([at] if at > since else [])
        return bool(arrived)

    until(has_come, within=30, every=0.02)
    return arrived[0] - since


class Counter:
    """Counts statements without keeping them; for `connection.execute_wrapper`."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)
