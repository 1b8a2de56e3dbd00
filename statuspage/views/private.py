"""The one gate of private pages: every file of theirs, in whatever form, is given out here and nowhere else."""

from pathlib import PurePath

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from statuspage import serving, snapshot
from statuspage.models import Page

NOTHING = "There is no such page.\n"


# Whoever is signed in belongs to the house; the door has seen to that.
@cache_control(private=True, no_store=True)
@require_safe
def private(request: HttpRequest, slug: str, path: str = "") -> HttpResponse:
    """A file of a private page; a public one's are not here, and a stranger is not told which there are."""
    page = get_object_or_404(Page, slug=slug, is_private=True)
    if snapshot.standing(page) is None:
        snapshot.render(page.pk)
    folder, status = snapshot.folder(page), 200
    found = serving.found_in(folder, path)
    if found is None:
        found, status = serving.missing_in(folder, path), 404
    if found is None:
        return HttpResponse(NOTHING, content_type=serving.TYPES[".txt"], status=404)
    kind = serving.TYPES.get(PurePath(found.path).suffix, "application/octet-stream")
    return HttpResponse(found.content, content_type=kind, status=status)
