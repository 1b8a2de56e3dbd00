"""A webhook signed after the Standard Webhooks specification; its id is the letter's key."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from standardwebhooks.webhooks import Webhook

from kit import egress
from notifications.parcels import Parcel, Route, Send
from notifications.transports import http


@contextmanager
def webhook(by: Route = None) -> Iterator[Send]:
    with http.client() as line:
        yield partial(_send, line)


def _send(line: egress.Client, parcel: Parcel) -> str:
    headers = {
        "webhook-id": parcel.key,
        "webhook-timestamp": str(int(parcel.at.timestamp())),
        "webhook-signature": Webhook(parcel.secret).sign(parcel.key, parcel.at, parcel.body),
    }
    return http.post(line, parcel.to, parcel.body.encode(), headers, at=parcel.at)
