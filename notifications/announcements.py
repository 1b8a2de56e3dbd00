"""Letters to subscribers of a public page, and the engine's own: they know bulletins and nothing of what is inside."""

from typing import Any

from django.conf import settings

from kit import clock
from notifications import spelling
from notifications.models import Endpoint
from notifications.words import Words
from statuspage import subscribing
from statuspage.models import Bulletin, Subscriber
from statuspage.vocabulary import UNRESOLVED, State


def bulletin(told: Bulletin) -> Words:
    """What the page says, word for word, with the components it is about and what it promises."""
    public, page = told.public_incident, told.public_incident.page
    state = State(told.state).label
    affected = [f"{one.name}: {one.get_new_status_display().lower()}" for one in told.affected.all()]
    promised = spelling.instant(told.next_update_at, told.display_at, page.zone) if told.next_update_at else ""
    facts = [("Components", "\n".join(affected)), ("Next update by", promised), ("Next update", _unpromised(told))]
    return Words(
        subject=f"[{page.name}] {state}: {public.name}",
        first="",
        body=told.body,
        facts=tuple((label, value) for label, value in facts if value),
        url=f"{page.url}/incidents/{public.public_id}",
        link="See it on the status page",
        mark=f"{page.name} · {spelling.instant(told.display_at, told.display_at, page.zone)}",
        data=_for_machines(told),
    )


def _unpromised(told: Bulletin) -> str:
    """What a reader can expect where no time is promised and it is not over."""
    return "As soon as there is something to say." if told.state in UNRESOLVED and not told.next_update_at else ""


def _for_machines(told: Bulletin) -> dict[str, Any]:
    """The bulletin with the names that Statuspage clients know."""
    public = told.public_incident
    return {
        "page": {"id": public.page.public_id, "name": public.page.name, "url": public.page.url},
        "incident": {
            "id": public.public_id,
            "name": public.name,
            "status": told.state,
            "impact": public.shown_impact,
            "shortlink": f"{public.page.url}/incidents/{public.public_id}",
        },
        "incident_update": {
            "id": told.public_id,
            "status": told.state,
            "body": told.body,
            "display_at": told.display_at.isoformat(),
            "affected_components": [
                {"code": one.component.public_id, "name": one.name, "new_status": one.new_status}
                for one in told.affected.select_related("component")
            ],
        },
        "next_update_at": told.next_update_at.isoformat() if told.next_update_at else None,
    }


def confirmation(subscriber: Subscriber) -> Words:
    """One click before anything else is sent."""
    page = subscriber.page
    machine = _links(subscriber) if subscriber.channel == Subscriber.Channel.WEBHOOK else {}
    return Words(
        subject=f"Please confirm: updates from {page.name}",
        first=f"Somebody, we hope you, asked for updates from {page.name} to this address.",
        body="Nothing is sent before you confirm. If it was not you, do nothing.",
        url=subscribing.confirm_url(subscriber),
        link="Confirm",
        mark=page.name,
        data={"page": {"id": page.public_id, "name": page.name, "url": page.url}, "confirm": True} | machine,
    )


def _links(subscriber: Subscriber) -> dict[str, str]:
    """A program has no letter to click in; the second leads to what it gets, and to its secret."""
    return {
        "confirm_url": subscribing.confirm_url(subscriber),
        "manage_url": settings.SITE_URL + subscribing.manage_url(subscribing.token(subscriber)),
    }


def endpoint_gone(endpoint: Endpoint) -> Words:
    """To whoever added an endpoint that says it wants no more."""
    return Words(
        subject=f"Switched off: {endpoint.name}",
        first=f"“{endpoint.name}” is told nothing any more until somebody enables it again.",
        facts=(("Why", endpoint.disabled_because), ("Audience", endpoint.get_audience_display())),
        url=f"{settings.SITE_URL}{endpoint.get_absolute_url()}",
        link="Look at the endpoint",
    )


def trial() -> Words:
    """What a test sends: harmless, and recognisable."""
    return Words(
        subject="A test from Sitrep",
        first="This is a test. If you can read it, letters arrive.",
        facts=(("Sent", f"{clock.shown():%Y-%m-%d %H:%M:%S} UTC"),),
        url=settings.SITE_URL,
        link="Open Sitrep",
        data={"test": True},
    )
