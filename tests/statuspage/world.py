"""What the stories of the public page are told with."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from kit import clock
from statuspage import publishing, snapshot
from statuspage.models import Bulletin, Component, Page, PublicIncident
from statuspage.publishing import Statement
from statuspage.vocabulary import State, Status
from tests.statuspage_world import component, page

# The page itself is the whole house's; its own stories take it from here.
__all__ = ["another", "component", "document", "file", "opened", "page", "rendered", "site", "status_of", "tell"]


def tell(
    state: State = State.INVESTIGATING,
    statuses: dict[str, Status] | None = None,
    *,
    about: PublicIncident | None = None,
    at: datetime | None = None,
    body: str = "We are looking into it.",
    **said: Any,
) -> Bulletin:
    """Publish a bulletin: the first opens an incident, `about` goes on with it. Statuses by component name."""
    named = {component(name).public_id: status for name, status in (statuses or {}).items()}
    statement = Statement(state, body, named, **({} if about else {"name": "Payments fail"}) | said)
    with transaction.atomic():
        return publishing.publish(statement, page=page(), public_incident=about, author=None, at=at or clock.now())


def opened(status: Status = Status.PARTIAL_OUTAGE, name: str = "Checkout", **said: Any) -> PublicIncident:
    """An incident that readers have just been told of, on one component."""
    return tell(statuses={name: status}, **said).public_incident


def status_of(name: str = "Checkout") -> str:
    return component(name).status


def site(of: Page | None = None) -> Path:
    """The folder that readers are served from."""
    return Path(settings.PUBLIC_ROOT) / (of or page()).slug / "current" / "site"


def rendered(path: str = "index.html") -> str:
    """Render the page as it is, and read one of its files as readers are given it."""
    snapshot.render_all()
    return file(path).read_text()


def file(path: str) -> Path:
    """Where a file lies: in the shown version, or on the stacks."""
    shown = site() / path
    return shown if shown.exists() else site().parents[1] / "stacks" / path


def document(name: str) -> Any:
    """One of the documents, as a client reads it."""
    return json.loads(rendered(f"api/v2/{name}.json"))


def another(name: str, **facts: Any) -> Component:
    """One more component on the page."""
    now = clock.now()
    position = Component.objects.count() + 1
    return Component.objects.create(page=page(), name=name, position=position, created_at=now, updated_at=now, **facts)
