"""How I am reached: one's own urgent contacts; and the services that administrators define for all."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from kit.rules import require
from notifications import contacts, providers
from notifications.answers import Refused, Temporary
from notifications.forms.contacts import ContactForm, DelayForm, ProviderForm
from notifications.models import Provider
from notifications.transports import service
from roles.views.answers import WRONG, posted, submit, viewer


@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """One's contacts in their order, and a form to add one."""
    user = viewer(request)
    form = ContactForm(posted(request))
    if submit(request, form, lambda: contacts.add(form.said(), actor=user)):
        messages.success(request, "Added. Send it a test.")
        return redirect("contacts")
    context = {"form": form, "contacts": contacts.of(user)}
    return render(request, "notifications/contacts.html", context, status=WRONG if form.errors else 200)


@require_POST
def delay(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = DelayForm(request.POST)
    if submit(request, form, lambda: contacts.change_delay(pk, form.cleaned_data["delay"], actor=viewer(request))):
        messages.success(request, "Saved.")
    else:
        messages.error(request, " ".join(str(sentence) for said in form.errors.values() for sentence in said))
    return redirect("contacts")


@require_POST
def trial(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ring it now and show what came back."""
    try:
        messages.success(request, contacts.trial(pk, actor=viewer(request)))
    except (Temporary, Refused) as error:
        messages.error(request, str(error))
    return redirect("contacts")


@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    contacts.remove(pk, actor=viewer(request))
    messages.success(request, "It rings no more.")
    return redirect("contacts")


@require_http_methods(["GET", "POST"])
def provider(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Define a service, or change one."""
    user = viewer(request)
    require(user, providers.MANAGE)
    found = Provider.objects.get(pk=pk) if pk else None
    form = ProviderForm(posted(request), provider=found)
    if submit(request, form, lambda: providers.save(form.said(), actor=user, pk=pk)):
        messages.success(request, "Saved. People can choose it under “How I am reached”.")
        return redirect("channels")
    context = {"form": form, "provider": found, "is_installed": service.is_installed(), "missing": service.MISSING}
    return render(request, "notifications/provider_form.html", context, status=WRONG if form.errors else 200)


@require_POST
def remove_provider(request: HttpRequest, pk: UUID) -> HttpResponse:
    providers.remove(pk, actor=viewer(request))
    messages.success(request, "Removed, with the contacts that people had by it.")
    return redirect("channels")
