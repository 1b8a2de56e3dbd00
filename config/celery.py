"""Celery: it only carries letters whose rows are in the database already, so losing all of it costs one tick."""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("sitrep")
app.conf.update(
    broker_url=settings.REDIS_URL or "memory://",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_publish_retry=False,
    # One process, not a family: letters are sent by hands of their own, each bounded in time, and a second task at
    # once is there for pages. More workers are more processes.
    worker_pool="threads",
    worker_concurrency=2,
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=20,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 120,
        "unacked_restore_limit": 5,
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
    },
)
app.autodiscover_tasks(["notifications"])
