"""The house's addresses, and one more where something breaks."""

from typing import NoReturn

from django.urls import path
from rest_framework.request import Request

from config import urls
from kit.asked import Asked


class Breaks(Asked):
    """A view with a fault that nobody expected."""

    def get(self, request: Request) -> NoReturn:
        raise ZeroDivisionError


urlpatterns = [path("api/v1/broken", Breaks.as_view()), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
