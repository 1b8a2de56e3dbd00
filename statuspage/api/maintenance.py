"""Scheduled maintenance by the API: announced, moved and led through its steps."""

from collections.abc import Callable

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from kit import bodies
from kit.asked import Asked
from kit.pages import Pages as Paging
from statuspage import becoming, maintenance
from statuspage.api import shapes
from statuspage.api.pages import asker
from statuspage.models import Page, PublicIncident

# Each step with what the document says of it.
STEPS: dict[str, tuple[Callable[..., object], str]] = {
    "start": (maintenance.start, "Begin a maintenance by hand, or go on after verifying."),
    "verify": (maintenance.verify, "Say that the work is done and is being checked."),
    "complete": (maintenance.complete, "End it; its components are free again."),
    "cancel": (maintenance.cancel, "Say that it will not take place, and why."),
    "update": (maintenance.update, "Tell readers more about it, without another state."),
}


def found(slug: str) -> QuerySet[PublicIncident]:
    page = Page.objects.get(slug=slug)
    return PublicIncident.objects.maintenances().filter(page=page).select_related("page")


class Maintenances(Asked, ListAPIView[PublicIncident]):
    """Maintenances of a page, the newest first."""

    serializer_class = shapes.MaintenanceOut
    pagination_class = Paging
    ordering = ("-scheduled_for", "-id")

    def get_queryset(self) -> QuerySet[PublicIncident]:
        return found(self.kwargs["slug"])

    @extend_schema(request=shapes.MaintenanceIn, responses={201: shapes.MaintenanceOut})
    def post(self, request: Request, slug: str) -> Response:
        """Announce a maintenance; subscribers are told at once."""
        page, said = Page.objects.get(slug=slug), bodies.read(shapes.MaintenanceIn, request)
        made = maintenance.schedule(page, said.plan(page), actor=asker(request))
        return Response(shapes.MaintenanceOut(made).data, status=201)


class OneMaintenance(Asked):
    """One maintenance by its public id."""

    @extend_schema(operation_id="maintenance_read", responses=shapes.MaintenanceOut)
    def get(self, request: Request, slug: str, public_id: str) -> Response:
        return Response(shapes.MaintenanceOut(found(slug).get(public_id=public_id)).data)


class Rescheduling(Asked):
    """Move a maintenance to another time, or only its end once it has begun."""

    @extend_schema(operation_id="maintenance_reschedule", request=shapes.RescheduleIn, responses=shapes.MaintenanceOut)
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        one, said = found(slug).get(public_id=public_id), bodies.read(shapes.RescheduleIn, request)
        maintenance.reschedule(one, **said.validated_data, actor=asker(request))
        return Response(shapes.MaintenanceOut(found(slug).get(pk=one.pk)).data)


class Becoming(Asked):
    """Let an open incident go on in the place of a maintenance that broke something."""

    @extend_schema(operation_id="maintenance_become", request=shapes.BecomeIn, responses=shapes.MaintenanceOut)
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        one, said = found(slug).get(public_id=public_id), bodies.read(shapes.BecomeIn, request)
        becoming.become(one, said.validated_data["incident"], actor=asker(request))
        return Response(shapes.MaintenanceOut(found(slug).get(pk=one.pk)).data)


def step(name: str) -> type[Asked]:
    """The view of one step."""
    command, about = STEPS[name]

    class Step(Asked):
        @extend_schema(operation_id=f"maintenance_{name}", request=shapes.WordsIn, responses=shapes.MaintenanceOut)
        def post(self, request: Request, slug: str, public_id: str) -> Response:
            one, said = found(slug).get(public_id=public_id), bodies.read(shapes.WordsIn, request)
            command(one, said.validated_data["body"], actor=asker(request))
            return Response(shapes.MaintenanceOut(found(slug).get(pk=one.pk)).data)

    Step.__name__ = name.title()
    Step.__doc__ = about
    return Step
