"""The letters of a large audience, a chunk at a time: mail by one INSERT … SELECT, so that no row comes this way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from notifications import addressing
from notifications.models import Delivery, Notice
from notifications.vocabulary import Channel, Lane, State
from statuspage import subscribing
from statuspage.models import Subscriber
from statuspage.questions import SubscriberQuerySet


@dataclass(frozen=True)
class Chunk:
    """How many letters were written; and the id of the last recipient where there are more to come."""

    letters: int
    last: UUID | None


def spread(notice: Notice, now: datetime, *, most: int) -> Chunk:
    """Write letters to the next `most` subscribers of a bulletin, by id after those that were written."""
    assert notice.bulletin is not None
    coming = subscribing.recipients(notice.bulletin).order_by("pk")
    if notice.written_up_to:
        coming = coming.filter(pk__gt=UUID(notice.written_up_to))
    last = coming.values_list("pk", flat=True)[most - 1 : most].first()
    chunk = coming.filter(pk__lte=last) if last else coming
    by_post = list(addressing.to_subscribers(chunk.filter(channel=Subscriber.Channel.WEBHOOK), notice, now))
    Delivery.objects.bulk_create(by_post)
    return Chunk(len(by_post) + _mail(notice, chunk.filter(channel=Subscriber.Channel.EMAIL), now), last)


def _mail(notice: Notice, subscribers: SubscriberQuerySet, now: datetime) -> int:
    """A letter by mail to each of these."""
    who, parameters = subscribers.order_by().values_list("pk", "address").query.sql_with_params()
    instant = connection.ops.adapt_datetimefield_value(now)
    same: dict[str, Any] = {
        "notice_id": Notice._meta.pk.get_db_prep_value(notice.pk, connection),
        "channel": Channel.MAIL.value,
        "host": "",
        "lane": Lane.BULLETIN.value,
        "thread": addressing.public_thread(notice),
        "state": State.WAITING.value,
        "attempts": 0,
        "fence": 0,
        "holder": "",
        "error": "",
        "maybe_doubled": False,
    }
    own = _OWN[connection.vendor]
    sql = (
        f"WITH them (id, address) AS ({who}) INSERT INTO {Delivery._meta.db_table} "  # noqa: S608
        f"(due_at, created_at, {', '.join(same)}, {', '.join(own)}) "
        f"SELECT {_CLOCK[connection.vendor]}, {_CLOCK[connection.vendor]}, {', '.join(['%s'] * len(same))}, "
        f"{', '.join(own.values())} FROM them"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, instant, instant, *same.values()])
        return int(cursor.rowcount)


# What each letter has of its own, made by the database of the subscriber's `id` and `address`.
_OWN = {
    "postgresql": {
        "key": "gen_random_uuid()",
        "recipient": "'subscriber:' || id::text",
        "label": "address",
        "payload": "jsonb_build_object('to', address)",
    },
    # SQLite keeps an id without its dashes, and a UUID as text.
    "sqlite": {
        "key": "lower(hex(randomblob(16)))",
        "recipient": "'subscriber:' || substr(id, 1, 8) || '-' || substr(id, 9, 4) || '-' || substr(id, 13, 4) || '-' "
        "|| substr(id, 17, 4) || '-' || substr(id, 21)",
        "label": "address",
        "payload": "json_object('to', address)",
    },
}
_CLOCK = {"postgresql": "%s::timestamptz", "sqlite": "%s"}
