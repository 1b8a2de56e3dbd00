"""The overview of the status pages, and the settings of each."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from kit import clock
from kit.rules import require
from statuspage import desk, pages
from statuspage.forms.pages import NewPageForm, PageForm
from statuspage.maintenance import Person
from statuspage.models import Page
from statuspage.views.answers import page as answer
from statuspage.views.answers import posted, submit, viewer


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Every page: how it stands, what is open, its components, and whether readers see the newest."""
    return render(request, "statuspage/overview.html", {"overviews": desk.overviews(clock.shown())})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    actor = viewer(request)
    require(actor, pages.MANAGE)
    form = NewPageForm(posted(request), request.FILES or None, initial=_beginning())
    made = submit(form, lambda: pages.make(form.cleaned_data["slug"], form.settings(), actor=actor))
    if made is None:
        return answer(request, "page_form", form)
    if not _takes_logo(form, made, actor):
        return answer(request, "page_form", form, page=made)
    messages.success(request, f"{made.name} is there. Now add the components that people know.")
    return redirect("statuspage_components", made.slug)


def _beginning() -> dict[str, str]:
    return {"url": settings.PUBLIC_URL, "time_zone": timezone.get_current_timezone_name()}


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    actor = viewer(request)
    require(actor, pages.MANAGE)
    page = get_object_or_404(Page, slug=slug)
    form = PageForm(posted(request), request.FILES or None, initial=PageForm.of(page))
    if submit(form, lambda: pages.change(page, form.settings(), actor=actor)) is None:
        return answer(request, "page_form", form, page=page)
    if not _takes_logo(form, page, actor):
        return answer(request, "page_form", form, page=page)
    messages.success(request, "Saved. The public page shows it.")
    return redirect("statuspage")


def _takes_logo(form: PageForm, page: Page, actor: Person) -> bool:
    """Set the logo that came with it; False where it is refused, the form saying why."""
    logo = form.picture()
    return logo is None or submit(form, lambda: pages.change_logo(page, logo, actor=actor)) is not None
