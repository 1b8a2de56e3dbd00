"""Pages and their components by the API."""

from typing import cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from kit import bodies
from kit.asked import Asked
from kit.pages import Pages as Paging
from statuspage import components, pages
from statuspage.api import shapes
from statuspage.maintenance import Person
from statuspage.models import Component, Page

STEPS = {"up": -1, "down": 1}


def asker(request: Request) -> Person:
    return cast("Person", request.user)


class Pages(Asked, ListAPIView[Page]):
    """The status pages of this installation."""

    serializer_class = shapes.PageOut
    pagination_class = Paging
    ordering = ("name", "id")
    queryset = Page.objects.all()

    @extend_schema(request=shapes.NewPageIn, responses={201: shapes.PageOut})
    def post(self, request: Request) -> Response:
        """Make a page; it is rendered right after."""
        said = bodies.read(shapes.NewPageIn, request)
        made = pages.make(said.validated_data["slug"], said.settings(), actor=asker(request))
        return Response(shapes.PageOut(made).data, status=201)


class OnePage(Asked):
    """One page by its short name."""

    @extend_schema(operation_id="page_read", responses=shapes.PageOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(shapes.PageOut(Page.objects.get(slug=slug)).data)

    @extend_schema(operation_id="page_change", request=shapes.PageIn, responses=shapes.PageOut)
    def put(self, request: Request, slug: str) -> Response:
        """Change its settings; what is left out stays as it is. It is rendered anew right after."""
        page, said = Page.objects.get(slug=slug), bodies.read(shapes.PageIn, request)
        pages.change(page, said.settings(page), actor=asker(request))
        return Response(shapes.PageOut(Page.objects.get(slug=slug)).data)


class Components(Asked, ListAPIView[Component]):
    """Components and groups of a page, in the order of the page."""

    serializer_class = shapes.ComponentOut
    pagination_class = Paging
    ordering = ("position", "id")

    def get_queryset(self) -> QuerySet[Component]:
        page = Page.objects.get(slug=self.kwargs["slug"])
        return Component.objects.current().filter(page=page).select_related("group")

    @extend_schema(request=shapes.ComponentIn, responses={201: shapes.ComponentOut})
    def post(self, request: Request, slug: str) -> Response:
        """Add a component or a group, operational, at the end."""
        page, said = Page.objects.get(slug=slug), bodies.read(shapes.ComponentIn, request)
        made = components.add(page, said.part(), actor=asker(request))
        return Response(shapes.ComponentOut(made).data, status=201)


def find(slug: str, public_id: str) -> Component:
    return Component.objects.current().select_related("page", "group").get(page__slug=slug, public_id=public_id)


class OneComponent(Asked):
    """One component or group that is on the page."""

    @extend_schema(operation_id="component_read", responses=shapes.ComponentOut)
    def get(self, request: Request, slug: str, public_id: str) -> Response:
        return Response(shapes.ComponentOut(find(slug, public_id)).data)

    @extend_schema(operation_id="component_change", request=shapes.ComponentIn, responses=shapes.ComponentOut)
    def put(self, request: Request, slug: str, public_id: str) -> Response:
        """Rename, describe or regroup it; old bulletins keep the name of then."""
        said = bodies.read(shapes.ComponentIn, request)
        changed = components.change(find(slug, public_id), said.part(), actor=asker(request))
        return Response(shapes.ComponentOut(changed).data)

    @extend_schema(operation_id="component_retire", responses={204: None})
    def delete(self, request: Request, slug: str, public_id: str) -> Response:
        """Take it off the page; what was said of it stays."""
        components.retire(find(slug, public_id), actor=asker(request))
        return Response(status=204)


class Moving(Asked):
    """Put a component before or behind its neighbour."""

    @extend_schema(operation_id="component_move", request=shapes.MoveIn, responses=shapes.ComponentOut)
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        step = STEPS[bodies.read(shapes.MoveIn, request).validated_data["step"]]
        moved = components.move(find(slug, public_id), step, actor=asker(request))
        return Response(shapes.ComponentOut(moved).data)
