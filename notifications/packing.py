"""From a row of the ledger to a parcel: the frozen text with what is the recipient's own."""

from collections.abc import Sequence
from datetime import datetime
from email.utils import formataddr
from functools import cache, cached_property
from html import escape
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from notifications import asking, composing, mailing
from notifications.letters import Letter
from notifications.models import Contact, Endpoint, Notice
from notifications.moulds import HTML_MARK, TEXT_MARK, Mould
from notifications.parcels import CUT, Parcel, posted
from notifications.vocabulary import Channel, Lane
from notifications.words import OWN_PART, Drawn, draw
from statuspage import subscribing
from statuspage.models import Subscriber

MOST_MOULDS = 50
_moulds: dict[tuple[UUID, bool, str], Mould] = {}


class Packer:
    """Packs some letters: what their recipients' rows say is read for all of them, and each notice moulded once."""

    def __init__(self, letters: Sequence[Letter]) -> None:
        self._letters = letters
        self._drawn: dict[tuple[UUID, bool], Drawn] = {}
        self._posts: dict[UUID, str] = {}

    def pack(self, letter: Letter, *, at: datetime) -> Parcel:
        """The parcel for one attempt. Raises `KeyError` where the recipient's row is gone."""
        drawn = self._text(letter)
        if letter.channel == Channel.MAIL:
            return self._mail(letter, drawn, at)
        url, secret = self._target(letter)
        return Parcel(str(letter.key), url, drawn.subject, drawn.text, at, body=self._post(letter), secret=secret)

    def _text(self, letter: Letter) -> Drawn:
        """All letters of a notice say the same, and a page of it has its link."""
        key = (letter.notice_id, letter.lane == Lane.PAGE)
        if key not in self._drawn:
            self._drawn[key] = _text(letter)
        return self._drawn[key]

    def _post(self, letter: Letter) -> str:
        """All webhooks of a notice post the same."""
        pk, notice = letter.notice_id, letter.notice
        if pk not in self._posts:
            self._posts[pk] = posted(body(notice, is_quiet=asking.is_newly_restricted(notice)))
        return self._posts[pk]

    def _target(self, letter: Letter) -> tuple[str, str]:
        """The address and the secret of now: what was corrected meanwhile holds."""
        if letter.contact:
            contact = self._contacts[letter.contact]
            return address_of(contact), contact.secret
        if letter.kind == "endpoint":
            return self._endpoints[letter.who]
        subscriber = self._subscribers[letter.who]
        return subscriber.address, subscribing.secret_of(subscriber)

    @cached_property
    def _endpoints(self) -> dict[UUID, tuple[str, str]]:
        """The address and the secret of each."""
        found = Endpoint.objects.filter(pk__in=self._those("endpoint"))
        return {pk: (url, secret) for pk, url, secret in found.values_list("pk", "url", "secret")}

    @cached_property
    def _contacts(self) -> dict[UUID, Contact]:
        return Contact.objects.select_related("provider").in_bulk([one.contact for one in self._letters if one.contact])

    @cached_property
    def _subscribers(self) -> dict[UUID, Subscriber]:
        return Subscriber.objects.in_bulk(self._those("subscriber"))

    def _those(self, kind: str) -> list[UUID]:
        return [letter.who for letter in self._letters if letter.kind == kind]

    def _mail(self, letter: Letter, drawn: Drawn, at: datetime) -> Parcel:
        unsubscribe = _unsubscribe(letter)
        lines = _own_lines(letter, unsubscribe)
        own_text = "".join(f"{label}{f': {url}' if url else ''}\n" for label, url in lines)
        # Plain strings: this is done for each of many thousands, and all of it is escaped here.
        own_html = f'<div class="own">{"".join(f"<p>{_linked(label, url)}</p>" for label, url in lines)}</div>'
        return Parcel(
            str(letter.key),
            letter.payload["to"],
            drawn.subject,
            drawn.text,
            at,
            html=drawn.html,
            headers=_own_headers(letter, unsubscribe),
            own_text=own_text,
            own_html=own_html,
            mould=self._mould(letter, drawn),
        )

    def _mould(self, letter: Letter, drawn: Drawn) -> Mould:
        """A notice never changes, so its mould is kept from batch to batch."""
        key = (letter.notice_id, asking.is_newly_restricted(letter.notice), self._sender)
        if key not in _moulds:
            while len(_moulds) >= MOST_MOULDS:
                _moulds.pop(next(iter(_moulds)), None)
            _moulds[key] = Mould(
                sender=self._sender,
                subject=drawn.subject,
                text=f"{drawn.text}{CUT}{TEXT_MARK}\n",
                html=drawn.html.replace(OWN_PART, f"\n{HTML_MARK}\n"),
                at=letter.notice.created_at,
                headers=_shared_headers(letter.notice),
            )
        return _moulds[key]

    @cached_property
    def _sender(self) -> str:
        return mailing.route().sender


def address_of(contact: Contact) -> str:
    """Where a contact's letters go; a service has a form of its own into which the address is put."""
    if contact.provider is None:
        return contact.address
    return contact.provider.template.replace("{address}", quote(contact.address, safe="+@"))


def _text(letter: Letter) -> Drawn:
    """As it was frozen; but what was written before its incident was restricted says no more than a reference."""
    notice = letter.notice
    if notice.incident and asking.is_newly_restricted(notice):
        event = notice.event
        called = event.data.get("engagement", "") if event and letter.lane == Lane.PAGE else ""
        return draw(composing.neutral(notice.incident, called=called))
    return Drawn(notice.subject, notice.text, notice.html)


def body(notice: Notice, *, is_quiet: bool = False) -> dict[str, Any]:
    """What a webhook posts; the same in every attempt, but without facts once its incident was restricted."""
    return {
        "type": _type(notice),
        "timestamp": notice.created_at.isoformat(),
        "data": {} if is_quiet else notice.facts,
    }


def _type(notice: Notice) -> str:
    """Of a restricted incident no more than that there is something."""
    if notice.bulletin_id:
        return "bulletin.published"
    return "subscription.confirm" if notice.subscriber_id else f"incident.{notice.facts.get('moment', 'notice')}"


def _linked(label: str, url: str) -> str:
    return f'<a href="{escape(url)}">{escape(label)}</a>' if url else escape(label)


def _own_lines(letter: Letter, unsubscribe: str) -> list[tuple[str, str]]:
    """Why it comes, where the procedure for the reader's role stands (GEN5-2), and how to end it."""
    payload = letter.payload
    if letter.kind == "subscriber":
        lines = [(f"Sent to {payload['to']}, who asked for these updates", "")]
        return lines + ([("Unsubscribe", unsubscribe)] if unsubscribe else [])
    if _is_quiet(letter.notice):
        return [("Procedures", f"{settings.SITE_URL}/roles/")]
    role = payload["role"]
    return [
        (f"You get this because {payload['why']}.", ""),
        ("Procedures for your role", f"{settings.SITE_URL}/roles/{f'{role}/' if role else ''}"),
    ]


def _is_quiet(notice: Notice) -> bool:
    """Of a restricted incident not even a role is told: a security engineer's would name the type."""
    return notice.incident is not None and notice.incident.is_restricted


def _own_headers(letter: Letter, unsubscribe: str) -> dict[str, str]:
    """What differs from one recipient to the next."""
    headers = {"Message-ID": f"<{letter.key}@{_host()}>"}
    if letter.lane == Lane.PAGE:
        headers |= {"Importance": "high", "X-Priority": "1"}
    if unsubscribe:
        headers |= {
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return headers


def _unsubscribe(letter: Letter) -> str:
    """Where a subscriber ends it with one click; empty for whoever did not subscribe, or has not confirmed."""
    if not letter.notice.bulletin_id or letter.kind != "subscriber":
        return ""
    return subscribing.unsubscribe_url(letter.who)


def _shared_headers(notice: Notice) -> dict[str, str]:
    """What mail programs need to keep one incident together, and not to answer a robot."""
    name, about = _list(notice)
    headers = {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Id": formataddr((name, about)) if name.isascii() else f"<{about}>",
    }
    root = _thread_root(notice)
    return headers | {"References": root, "In-Reply-To": root} if root else headers


def _list(notice: Notice) -> tuple[str, str]:
    """The name and the id of the list a letter belongs to (RFC 2919)."""
    page = notice.bulletin.public_incident.page if notice.bulletin else None
    page = page or (notice.subscriber.page if notice.subscriber else None)
    if page:
        return page.name, f"{page.slug}.{urlsplit(page.url).hostname or _host()}"
    if _is_quiet(notice):
        return "Sitrep", f"incidents.{_host()}"
    return f"Sitrep {notice.get_audience_display().lower()}", f"{notice.audience}.{_host()}"


def _thread_root(notice: Notice) -> str:
    """One id for all letters about one incident; it is derived, so that it tells nothing."""
    about = notice.bulletin.public_incident.public_id if notice.bulletin else notice.incident_id
    return f"<{salted_hmac('notifications.thread', str(about)).hexdigest()[:32]}@{_host()}>" if about else ""


def _host() -> str:
    return _name_of(settings.SITE_URL)


@cache
def _name_of(site: str) -> str:
    return urlsplit(site).hostname or "localhost"
