"""The guide through the set-up, which stands on every page of an administrator who is at it."""

from typing import Any

from django import template

from roles import setup

register = template.Library()


@register.inclusion_tag("roles/guide.html", takes_context=True)
def setup_guide(context: dict[str, Any]) -> dict[str, Any]:
    """What is done on this page and why, and the way on; nothing for whoever is not setting up."""
    request = context["request"]
    path, session = request.path, getattr(request, "session", {})
    if not session.get(setup.AT_IT) or path.startswith("/setup/") or not setup.may_set_up(request.user):
        return {}
    progress = setup.progress(request.user)
    return {"progress": progress, "here": progress.at(path), "csrf_token": context.get("csrf_token")}
