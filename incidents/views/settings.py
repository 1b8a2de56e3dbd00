"""What administrators keep of the service catalogue."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from incidents import catalogue
from incidents.forms.settings import ServiceForm
from incidents.models import Incident, Service
from incidents.views.answers import submit, viewer
from kit import clock
from kit.rules import require


@require_GET
def services(request: HttpRequest) -> HttpResponse:
    """The catalogue: owner, who is on call, open incidents."""
    return render(request, "incidents/services.html", {"cards": catalogue.cards(viewer(request), clock.shown())})


@require_GET
def service(request: HttpRequest, slug: str) -> HttpResponse:
    found = Service.objects.select_related("owner").get(slug=slug)
    card = next((one for one in catalogue.cards(viewer(request), clock.shown()) if one.service == found), None)
    incidents = Incident.objects.visible_to(viewer(request)).filter(services=found)[:20]
    return render(request, "incidents/service.html", {"service": found, "card": card, "incidents": incidents})


@require_http_methods(["GET", "POST"])
def edit_service(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Add a service, or change one."""
    require(viewer(request), catalogue.MANAGE)
    found = Service.objects.get(slug=slug) if slug else None
    initial = {"components": found.components.all()} if found else {}
    form = ServiceForm(request.POST or None, instance=found, initial=initial)
    if request.method == "POST" and submit(form, lambda said: catalogue.save(found, actor=viewer(request), **said)):
        return redirect("services")
    status = 422 if form.is_bound else 200
    return render(request, "incidents/service_form.html", {"form": form, "service": found}, status=status)


@require_POST
def retire_service(request: HttpRequest, slug: str) -> HttpResponse:
    catalogue.retire(Service.objects.get(slug=slug), actor=viewer(request))
    return redirect("services")
