"""Looking back for machines: the review of an incident, its actions, and everybody's actions."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.views import asker
from incidents.models import Incident
from kit import bodies, clock
from kit.asked import Asked
from kit.pages import Pages
from reviews import finding, learning
from reviews.finding import Said
from reviews.forms import ActionsQuery
from reviews.models import Action, ActionQuerySet, Review
from reviews.serializers import ActionIn, ActionOut, FindingsIn, FindingsOut, NothingIn, ReviewIn, ReviewOut


def seen(request: Request, reference: str) -> Incident:
    return Incident.objects.visible_to(asker(request)).get(reference=reference)


def narrowed(found: ActionQuerySet, asked: dict[str, Any]) -> ActionQuerySet:
    """Those that the address asks for, with what their document needs."""
    states = {"open": found.open(), "done": found.done(), "overdue": found.overdue(clock.now())}
    chosen = states.get(asked["state"], found)
    return (chosen.filter(owner=asked["owner"]) if asked["owner"] else chosen).select_related("incident", "owner")


class OneReview(Asked):
    """The review of an incident; 404 as long as none is written."""

    @extend_schema(operation_id="review_read", responses=ReviewOut)
    def get(self, request: Request, reference: str) -> Response:
        written = Review.objects.visible_to(asker(request)).select_related("incident", "author")
        return Response(ReviewOut(written.get(incident__reference=reference)).data)

    @extend_schema(operation_id="review_write", request=ReviewIn, responses=ReviewOut)
    def put(self, request: Request, reference: str) -> Response:
        """Write it, or write it anew."""
        incident = seen(request, reference)
        said = bodies.read(ReviewIn, request)
        return Response(ReviewOut(learning.write(incident, **said.validated_data, actor=asker(request))).data)


class OneFindings(Asked):
    """What was found out about an incident: how it was noticed, its cause, its severity in hindsight."""

    @extend_schema(operation_id="findings_read", responses=FindingsOut)
    def get(self, request: Request, reference: str) -> Response:
        return Response(FindingsOut(finding.of(seen(request, reference))).data)

    @extend_schema(operation_id="findings_write", request=FindingsIn, responses=FindingsOut)
    def put(self, request: Request, reference: str) -> Response:
        """Say what is known, all of it: what is left out is not known."""
        incident = seen(request, reference)
        said = Said(**bodies.read(FindingsIn, request).validated_data)
        return Response(FindingsOut(finding.record(incident, said, actor=asker(request))).data)


class ActionsOfIncident(Asked, ListAPIView[Action]):
    """What follows from an incident, the first to be due first."""

    asks = ActionsQuery
    serializer_class = ActionOut
    pagination_class = Pages
    ordering = ("due_at", "id")

    def get_queryset(self) -> ActionQuerySet:
        incident = seen(self.request, self.kwargs["reference"])
        found = Action.objects.visible_to(asker(self.request)).filter(incident=incident)
        return narrowed(found, self.asked)

    @extend_schema(request=ActionIn, responses={201: ActionOut})
    def post(self, request: Request, reference: str) -> Response:
        """Give somebody something to do."""
        incident = seen(request, reference)
        said = bodies.read(ActionIn, request)
        made = learning.add_action(incident, **said.validated_data, actor=asker(request))
        return Response(ActionOut(made).data, status=201)


class Actions(Asked, ListAPIView[Action]):
    """What follows from every incident that one may see, the first to be due first."""

    asks = ActionsQuery
    serializer_class = ActionOut
    pagination_class = Pages
    ordering = ("due_at", "id")

    def get_queryset(self) -> ActionQuerySet:
        return narrowed(Action.objects.visible_to(asker(self.request)), self.asked)


class Finish(Asked):
    """Say that an action is done."""

    @extend_schema(operation_id="action_finish", request=NothingIn, responses=ActionOut)
    def post(self, request: Request, key: str) -> Response:
        action = Action.objects.visible_to(asker(request)).get(key=key)
        bodies.read(NothingIn, request)
        done = learning.finish(action, actor=asker(request))
        return Response(ActionOut(done).data)
