"""How the API pages through rows: by cursor, so that new rows neither hide nor repeat old ones."""

from typing import Any

from django.core import signing
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

SALT = "kit.pages"
NO_PAGE = "There is no such page of this list; begin without a cursor."


class Pages(CursorPagination):
    """50 rows a page, up to 200 by `limit`; the view's `ordering` (unique or nearly so) decides the order.

    A cursor is signed for the address that gave it: a place of another list, or one that somebody made up,
    is no place in this one.
    """

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = ("pk",)
    cursor_query_description = "Where to go on: the `next` or `previous` of an answer."

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: APIView) -> tuple[str, ...]:
        ordering: tuple[str, ...] = getattr(view, "ordering", self.ordering)
        return ordering

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get("limit", str(self.page_size))
        if not (given.isdecimal() and len(given) <= 3 and 1 <= int(given) <= self.max_page_size):
            raise ValidationError({"limit": [f"Allowed is a whole number from 1 to {self.max_page_size}."]})
        return int(given)

    def decode_cursor(self, request: Request) -> Cursor | None:
        self.salt = f"{SALT}:{request.path}"
        given = request.query_params.get("cursor")
        if given is None:
            return None
        try:
            return Cursor(*signing.loads(given, salt=self.salt))
        except signing.BadSignature:
            raise ValidationError({"cursor": [NO_PAGE]}) from None

    def encode_cursor(self, cursor: Cursor) -> str:
        assert self.base_url is not None
        return replace_query_param(self.base_url, "cursor", signing.dumps(list(cursor), salt=self.salt))
