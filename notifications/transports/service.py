"""Chat, SMS, push and phone services of the long tail, through the `apprise` library where it is installed.

The library follows redirects to any address and knows schemes that act on this machine, so only administrators
name a service, and only by the schemes listed here.
"""

import importlib
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from notifications.answers import Refused, Temporary
from notifications.parcels import Parcel, Route, Send

IS_INSTALLED = importlib.util.find_spec("apprise") is not None

MISSING = "The library for other services is not installed; `pip install apprise==2.2.0` adds it."
# Services on the internet; none that speaks to this machine, runs a command, or takes any address it is given.
SCHEMES = frozenset({
    "africas", "aws", "bark", "bulksms", "burstsms", "clickatell", "clicksend", "d7sms", "dingtalk", "discord", "fcm",
    "gchat", "gotify", "gotifys", "httpsms", "kavenegar", "kumulos", "lark", "line", "matrix", "matrixs", "mmost",
    "mmosts", "msg91", "msteams", "ntfy", "ntfys", "onesignal", "opsgenie", "pagerduty", "pagertree", "plivo", "prowl",
    "pbul", "pover", "pushed", "pushy", "revolt", "rocket", "rockets", "ses", "seven", "signal", "signals",
    "signalwire", "simplepush", "sinch", "slack", "smseagle", "smsmanager", "sns", "splunk", "spontit", "telegram",
    "tgram", "threema", "twilio", "victorops", "voipms", "vonage", "nexmo", "webexteams", "wecombot", "whatsapp",
    "wxteams", "zulip",
})  # fmt: skip
# A text message is short, and is paid for by the piece.
MOST_CHARACTERS = 1200


def is_installed() -> bool:
    return IS_INSTALLED


def complaint(address: str) -> str:
    """Why this cannot be the address of a service; empty where it can."""
    scheme = urlsplit(address).scheme.lower()
    if scheme not in SCHEMES:
        return f"“{scheme}” is not a service we send by. Allowed are {', '.join(sorted(SCHEMES))}."
    if not IS_INSTALLED:
        return MISSING
    if _plugin(address) is None:
        return "The library does not understand this address; its documentation shows the form for each service."
    return ""


@contextmanager
def service(by: Route = None) -> Iterator[Send]:
    yield _send


def _send(parcel: Parcel) -> str:
    wrong = complaint(parcel.to)
    if wrong:
        raise Refused(wrong)
    plugin = _plugin(parcel.to)
    text = parcel.text if len(parcel.text) <= MOST_CHARACTERS else f"{parcel.text[: MOST_CHARACTERS - 1]}…"
    if not plugin.notify(title=parcel.subject, body=text):
        raise Temporary("The service did not take it.")
    return "The service took it."


def _plugin(address: str) -> Any:
    """The library's own for this address, None where it understands none. Loaded by whoever needs it first."""
    return importlib.import_module("apprise").Apprise.instantiate(address, suppress_exceptions=True)
