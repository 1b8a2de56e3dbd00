"""The doorbell: tells a Celery worker that something is due. It carries nothing, so losing it costs one tick."""

import logging
from functools import cache

from celery import Celery
from celery.exceptions import OperationalError
from django.conf import settings
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

DELIVER = "notifications.tasks.deliver"
# Connecting and writing each; a second in total.
PATIENCE_SECONDS = 0.5
# A bell that nobody heard for so long is not worth hearing: the next tick rings again.
STALE_SECONDS = 10


def ring() -> bool:
    """Ring once. False where the broker did not take it within a second; whoever rings then sends by themselves."""
    if not settings.REDIS_URL:
        return False
    app = _app(settings.REDIS_URL)
    try:
        with app.connection_for_write(connect_timeout=PATIENCE_SECONDS) as line:
            app.send_task(DELIVER, connection=line, retry=False, expires=STALE_SECONDS, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("The bell was not heard: %s", error)
        return False
    return True


@cache
def _app(url: str) -> Celery:
    """Our end of the wire; the same in every process, whether it knows the workers' settings or not."""
    app = Celery("bell", broker=url, set_as_current=False)
    app.conf.broker_transport_options = {
        "socket_timeout": PATIENCE_SECONDS,
        "socket_connect_timeout": PATIENCE_SECONDS,
        "max_retries": 0,
    }
    return app
