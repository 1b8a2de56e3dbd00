"""The ledger for machines; it reads."""

from typing import cast

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request

from kit.asked import Asked
from kit.pages import Pages
from kit.rules import require
from notifications import finding, replay
from notifications.forms.letters import LedgerQuery
from notifications.models import Delivery
from notifications.serializers import DeliverySerializer, OneDeliverySerializer
from roles.models import User


def asker(request: Request) -> User:
    """Who asks; they must be allowed to read the ledger."""
    user = cast("User", request.user)
    require(user, replay.MAY)
    return user


class Deliveries(Asked, ListAPIView[Delivery]):
    """Letters about incidents that the asker may see, the newest first."""

    asks = LedgerQuery
    serializer_class = DeliverySerializer
    pagination_class = Pages
    ordering = ("-id",)

    def get_queryset(self) -> QuerySet[Delivery]:
        return finding.find(asker(self.request), self.asked)


class OneDelivery(Asked, RetrieveAPIView[Delivery]):
    """One letter by its key, with what it says and every attempt."""

    serializer_class = OneDeliverySerializer
    lookup_field = "key"

    def get_queryset(self) -> QuerySet[Delivery]:
        return finding.find(asker(self.request), {}).prefetch_related("tries")
