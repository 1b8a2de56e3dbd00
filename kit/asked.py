"""A view of the API that says what its address may be asked; whatever else stands there is refused."""

from typing import Any, ClassVar

from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from kit.queries import Query

PAGING = ("cursor", "limit")


class Asked(APIView):
    """`asks` names what may be asked; a command takes everything in its body, and its address nothing."""

    asks: ClassVar[type[Query]] = Query
    query: Query

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        kind = self.asks if request.method in SAFE_METHODS else Query
        self.query = kind(request.query_params, beside=PAGING if hasattr(self, "list") else ())
        if not self.query.is_valid():
            raise ValidationError(self.query.problems())

    @property
    def asked(self) -> dict[str, Any]:
        """What the address asks, by the names of the fields."""
        return self.query.cleaned_data
