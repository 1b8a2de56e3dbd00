"""A status page with components to publish on."""

from kit import clock
from statuspage.models import Component, Page


def page() -> Page:
    """“Denomas SaaS” with three components, all operational."""
    found = Page.objects.filter(slug="denomas").first()
    if found:
        return found
    now = clock.now()
    made = Page.objects.create(
        name="Denomas SaaS", slug="denomas", url="http://status.denomas.example", created_at=now, updated_at=now
    )
    for position, name in enumerate(("Checkout", "API", "Search"), start=1):
        Component.objects.create(page=made, name=name, position=position, created_at=now, updated_at=now)
    return made


def component(name: str = "Checkout") -> Component:
    return Component.objects.get(page=page(), name=name)
