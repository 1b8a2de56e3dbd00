"""The step of the set-up that belongs to this room."""

from typing import NamedTuple

from django.urls import reverse

from kit.rules import Actor
from statuspage.models import Component, Page


class Step(NamedTuple):
    """One line of the set-up list, in the shape that its reader expects."""

    title: str
    sentence: str
    url: str
    done: bool


def page_step(user: Actor) -> Step:
    """A page with at least one component."""
    page = Page.objects.first()
    return Step(
        "Status page",
        "What your customers read when something is broken: its name, and the components they know.",
        reverse("statuspage_components", args=[page.slug]) if page else reverse("statuspage_new"),
        Component.objects.leaves().exists(),
    )
