"""Incidents for machines: the list, one, its timeline; declaring; what is owed; services; the questions."""

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from incidents import blockers, lifecycle, questionnaire, search
from incidents.api import entries, shapes
from incidents.forms.asking import BlockersQuery, ObligationsQuery
from incidents.forms.listing import FilterForm
from incidents.models import Event, Incident, Obligation, Service
from incidents.severity import DEFINITIONS
from incidents.visibility import IncidentQuerySet
from incidents.vocabulary import Phase
from kit import bodies, clock
from kit.asked import Asked
from kit.pages import NO_PAGE, Pages
from kit.rules import RuleBroken
from roles.models import User


def asker(request: Request) -> User:
    return cast("User", request.user)


def seen(request: Request) -> IncidentQuerySet:
    """What the asker may see, with what an incident's document needs."""
    found = Incident.objects.visible_to(asker(request)).select_related("declared_by", "merged_into", "recurrence_of")
    return found.prefetch_related("services", "windows", "phase_entries", "engagements__person")


class IncidentPages(Pages):
    """The pages of the list that people see."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        assert isinstance(view, Incidents)
        self.base_url = request.build_absolute_uri()
        try:
            self.slice = search.page(
                queryset,
                view.asked,
                request.query_params.get("cursor", ""),
                most=self.get_page_size(request),
            )
        except RuleBroken:
            raise ValidationError({"cursor": [NO_PAGE]}) from None
        return self.slice.incidents

    def get_next_link(self) -> str | None:
        return self._link(self.slice.older)

    def get_previous_link(self) -> str | None:
        return self._link(self.slice.newer)

    def _link(self, cursor: str) -> str | None:
        assert self.base_url is not None
        return replace_query_param(self.base_url, "cursor", cursor) if cursor else None


class Incidents(Asked, ListAPIView[Incident]):
    """The incidents that one may see, with the same filters as the page."""

    asks = FilterForm
    serializer_class = shapes.IncidentOut
    pagination_class = IncidentPages

    def get_queryset(self) -> QuerySet[Incident]:
        return seen(self.request)

    @extend_schema(request=shapes.DeclareIn, responses={201: shapes.IncidentOut})
    def post(self, request: Request) -> Response:
        """Declare an incident; the same idempotency key twice declares one."""
        said = bodies.read(shapes.DeclareIn, request).declaration()
        made = lifecycle.declare(said, actor=asker(request))
        is_new = bool(made.begun_with)
        answer = shapes.as_declared(made) if is_new else shapes.document(seen(request).get(pk=made.pk))
        return Response(answer, status=201)


class OneIncident(Asked, RetrieveAPIView[Incident]):
    """One incident by its reference."""

    serializer_class = shapes.IncidentOut
    lookup_field = "reference"

    def get_queryset(self) -> QuerySet[Incident]:
        return seen(self.request)


class Timeline(Asked, ListAPIView[Event]):
    """What happened, newest first."""

    serializer_class = entries.EventOut
    pagination_class = Pages
    ordering = ("-position",)

    def get_queryset(self) -> QuerySet[Event]:
        incident = Incident.objects.visible_to(asker(self.request)).get(reference=self.kwargs["reference"])
        return Event.objects.filter(incident=incident).select_related("actor").order_by("-position")


class Blockers(Asked):
    """What stands in the way of a phase, the same as the button shows."""

    asks = BlockersQuery

    @extend_schema(responses=shapes.BlockerOut(many=True))
    def get(self, request: Request, reference: str) -> Response:
        incident = Incident.objects.visible_to(asker(request)).get(reference=reference)
        found = blockers.for_actor(incident, Phase(self.asked["to"]), asker(request))
        return Response(shapes.BlockerOut(found, many=True).data)


class Obligations(Asked, ListAPIView[Obligation]):
    """Everything that is owed on incidents one may see, or only what is late."""

    asks = ObligationsQuery
    serializer_class = shapes.ObligationOut
    pagination_class = Pages
    ordering = ("due_at", "id")

    def get_queryset(self) -> QuerySet[Obligation]:
        owed = Obligation.objects.visible_to(asker(self.request)).open()
        if self.asked["late"]:
            owed = owed.overdue(clock.now())
        return owed.select_related("incident", "owner").order_by("due_at")


class Services(Asked, ListAPIView[Service]):
    """The service catalogue."""

    serializer_class = shapes.ServiceOut
    pagination_class = Pages
    ordering = ("name",)
    queryset = Service.objects.filter(retired_at=None).select_related("owner")


class Severities(Asked):
    """The levels with their definitions, and the seven questions."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        levels = [vars(definition) | {"label": definition.severity.label} for definition in DEFINITIONS.values()]
        questions = [
            {"key": one.key, "text": one.text, "answers": dict(one.answers)} for one in questionnaire.QUESTIONS
        ]
        return Response({"levels": levels, "questions": questions})

    @extend_schema(request=shapes.AnswersIn, responses=shapes.SuggestionOut)
    def post(self, request: Request) -> Response:
        """The severity that the answers come to, and the rule that fired."""
        said = bodies.read(shapes.AnswersIn, request)
        suggestion = questionnaire.suggest(said.validated_data, type=said.validated_data["type"])
        return Response(shapes.SuggestionOut(suggestion).data)
