"""A status page with a past of its own, rendered: so many components, incidents and days."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings

from bench.readers import HOST
from kit import clock
from statuspage import snapshot
from statuspage.models import AffectedComponent, Bulletin, Component, Page, PublicIncident
from statuspage.vocabulary import State, Status

WORDS = "We are looking into **errors** when opening merge requests; pushing and pulling work. More by the full hour."


def page(slug: str, *, components: int, incidents: int, days: int) -> Page:
    """A page with a past of so many days, rendered."""
    now = clock.now()
    made = Page.objects.create(
        name="Denomas", slug=slug, url=f"http://{slug}.bench.example", host=HOST if slug == "usual" else "",
        created_at=now, updated_at=now,
    )  # fmt: skip
    parts = Component.objects.bulk_create(
        Component(page=made, name=f"Component {number}", position=number, created_at=now, updated_at=now)
        for number in range(1, components + 1)
    )
    _past(made, parts, incidents, days)
    snapshot.render(made.pk)
    return made


def _past(page: Page, parts: list[Component], incidents: int, days: int) -> None:
    now = clock.now()
    begins = [now - timedelta(days=days * (number + 1) / (incidents + 1)) for number in range(incidents)]
    made = PublicIncident.objects.bulk_create(
        PublicIncident(
            page=page, name=f"Some requests fail, number {number}", state=State.RESOLVED, impact="minor", started_at=at,
            resolved_at=at + timedelta(minutes=40), created_at=at, updated_at=at + timedelta(minutes=40),
        )
        for number, at in enumerate(begins)
    )  # fmt: skip
    states = (State.INVESTIGATING, State.IDENTIFIED, State.MONITORING, State.RESOLVED)
    said = Bulletin.objects.bulk_create(
        Bulletin(
            public_incident=one, state=state, body=WORDS, display_at=at, created_at=at, updated_at=at,
        )
        for one in made
        for state, at in ((state, one.started_at + timedelta(minutes=10 * place)) for place, state in enumerate(states))
    )  # fmt: skip
    AffectedComponent.objects.bulk_create(
        AffectedComponent(
            bulletin=one, component=parts[place % len(parts)], name="Component", old_status=Status.OPERATIONAL,
            new_status=Status.PARTIAL_OUTAGE,
        )
        for place, one in enumerate(said)
        if one.state == State.INVESTIGATING
    )  # fmt: skip


def site(page: Page) -> Path:
    return Path(settings.PUBLIC_ROOT) / page.slug / "current" / "site"
