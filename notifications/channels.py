"""The transports by channel.

To add one: a word in `vocabulary.Channel`, a function in `transports`, its waits in `schedules`, a line here, and in
`addressing` who gets it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import NamedTuple

from notifications import mailing
from notifications.parcels import Route, Send
from notifications.transports.chat import chat
from notifications.transports.log import log
from notifications.transports.mail import mail
from notifications.transports.service import service
from notifications.transports.webhook import webhook
from notifications.vocabulary import Channel


def _no_route() -> Route:
    return None


class Transport(NamedTuple):
    """How to open it, and how long one letter may take; with less than that left of its lease none is begun.

    `open` asks no database: it is called by the hands that send. `route` is asked before, by whoever packs; lines of
    equal routes are shared.
    """

    open: Callable[[Route], AbstractContextManager[Send]]
    takes: timedelta
    route: Callable[[], Route] = _no_route


TRANSPORTS: dict[Channel, Transport] = {
    Channel.MAIL: Transport(mail, timedelta(seconds=20), mailing.route),
    Channel.WEBHOOK: Transport(webhook, timedelta(seconds=20)),
    Channel.CHAT: Transport(chat, timedelta(seconds=20)),
    Channel.SERVICE: Transport(service, timedelta(seconds=20)),
    Channel.LOG: Transport(log, timedelta(seconds=1)),
}


def opened(channel: Channel) -> AbstractContextManager[Send]:
    """A line of one's own, for a test that somebody waits for."""
    transport = TRANSPORTS[channel]
    return transport.open(transport.route())
