"""The organisation's page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from kit.rules import require
from roles import changes
from roles import organisation as house
from roles.forms.organisation import OrganisationForm
from roles.views.answers import page, posted, submit, viewer


@require_http_methods(["GET", "POST"])
def organisation(request: HttpRequest) -> HttpResponse:
    """Name, zone, working time, holidays, and where we call and chat."""
    actor = viewer(request)
    require(actor, house.MANAGE)
    before = house.current()
    form = OrganisationForm(posted(request), instance=house.current())
    saved = submit(request, form, lambda: house.change(actor=actor, **form.cleaned_data))
    if saved:
        messages.success(request, "The organisation is saved.")
        return redirect("organisation" if before.set_up_at else "setup")
    return page(request, "organisation", form, changes=changes.of(house.current()))
