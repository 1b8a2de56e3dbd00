"""What a Celery worker does: deliver what is due, and show that it lives.

A task carries nothing, not even ids: it claims from the rows what is most urgent. `heartbeat_sent` is Celery's
own pulse in the worker's main process; it beats only while the worker hears its broker, which is what we want to know.
"""

import time
from typing import Any

from celery import shared_task
from celery.signals import heartbeat_sent, worker_ready
from django.db import close_old_connections

from kit import clock
from notifications import delivery, heartbeats
from notifications.heartbeats import Kind

# So soon a worker that is to stop has nothing in hand.
BUDGET_SECONDS = 15


@shared_task(name="notifications.tasks.deliver")
def deliver() -> int:
    """Claim and send until nothing is due, or the time is up; the next bell goes on."""
    until = time.monotonic() + BUDGET_SECONDS
    return delivery.work(stop=lambda: time.monotonic() > until)


def show_life(**_: Any) -> None:
    close_old_connections()
    heartbeats.beat(Kind.WORKER, heartbeats.own_name(), clock.now())
    close_old_connections()


worker_ready.connect(show_life)
heartbeat_sent.connect(show_life)
