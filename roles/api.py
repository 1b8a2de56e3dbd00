"""The API's view of people, teams, rotations and who is on call; it reads."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from kit import clock
from kit.asked import Asked
from roles import rotations
from roles.forms.asking import OnCallQuery, PeopleQuery
from roles.models import Rotation, Team, User
from roles.rotations import Shift
from roles.serializers import (
    OnCallSerializer,
    PersonSerializer,
    RotationSerializer,
    TeamSerializer,
)


class People(Asked, ListAPIView[User]):
    """Everybody who has not left; the e-mail address for administrators only."""

    asks = PeopleQuery
    serializer_class = PersonSerializer
    ordering = ("name", "id")

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.present().filter(name__icontains=self.asked["q"])


class Teams(Asked, ListAPIView[Team]):
    """Teams with their people."""

    serializer_class = TeamSerializer
    ordering = ("name",)
    queryset = Team.objects.select_related("leader").prefetch_related(Prefetch("members", User.objects.present()))


class Rotations(Asked, ListAPIView[Rotation]):
    """Rotations with their people in turn."""

    serializer_class = RotationSerializer
    ordering = ("name",)
    queryset = rotations.prefetched()


class OnCall(Asked):
    """Who is on call at an instant, for every rotation or those of a role or team."""

    asks = OnCallQuery

    @extend_schema(responses=OnCallSerializer)
    def get(self, request: Request) -> Response:
        at = self.asked["at"] or clock.now()
        shifts = [shift for shift in rotations.on_call_now(at) if _matches(shift, self.asked)]
        return Response(OnCallSerializer({"at": at, "results": shifts}).data)


def _matches(shift: Shift, asked: dict[str, Any]) -> bool:
    role, team = asked["role"], asked["team"]
    return (not role or shift.rotation.role == role) and (not team or shift.rotation.team_id == team.pk)
