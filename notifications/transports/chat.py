"""A one-way announcement to a chat's incoming webhook, as Slack and Mattermost take it: `{"text": …}`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from kit import egress
from notifications.parcels import Parcel, Route, Send
from notifications.transports import http

# Slack takes 40,000 characters and shows fewer; an announcement needs no more than these.
MOST_CHARACTERS = 3500


@contextmanager
def chat(by: Route = None) -> Iterator[Send]:
    with http.client() as line:
        yield partial(_send, line)


def _send(line: egress.Client, parcel: Parcel) -> str:
    text = f"*{_quiet(parcel.subject)}*\n{_quiet(parcel.text)}"
    body = json.dumps({"text": text[:MOST_CHARACTERS]}, ensure_ascii=False)
    return http.post(line, parcel.to, body.encode(), {}, at=parcel.at)


def _quiet(text: str) -> str:
    """Nothing in it calls a whole channel, or becomes a link that we did not write."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("@", "@\u200b")
