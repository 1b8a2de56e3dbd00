"""Views are imported when somebody asks for one, and every one of them is there."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from incidents import urls as incidents
from incidents.api import actions
from kit.later import View, later
from statuspage import urls as statuspage
from statuspage.api import maintenance
from tests.settings import ROOT

# What no page needs before the first form is sent.
HEAVY = (
    "django.contrib.admin",
    "rest_framework",
    "drf_spectacular",
    "requests",
    "prometheus_client",
    "fido2",
    "apprise",
    "incidents.views.room",
    "insights.reporting",
    "markdown_it",
    "statuspage.sheets",
)
ASKED = """
import sys, django
django.setup()
from django.template import engines
from django.urls import reverse
assert "0 s" in engines["django"].from_string("{{% load insights %}}{{{{ 0|spelled }}}}").render()
assert reverse("room", args=["INC-1"]) == "/incidents/INC-1/"
print(*(name for name in {heavy} if name in sys.modules))
"""


def views(of: URLResolver) -> Iterator[View]:
    for one in of.url_patterns:
        if isinstance(one, URLResolver):
            yield from views(one)
        elif isinstance(one, URLPattern) and isinstance(one.callback, View):
            yield one.callback


def test_every_address_leads_to_a_view() -> None:
    found = list(views(get_resolver()))
    assert len(found) > 150
    for view in found:
        assert callable(view._view), view._name


def test_a_view_has_the_attributes_of_what_it_stands_for() -> None:
    (api,) = later("incidents.api", "views")
    assert api.Incidents.as_view().csrf_exempt
    assert not hasattr(api.Incidents.as_view(), "no_such_attribute")
    assert (api.Incidents.__module__, api.Incidents.__name__) == ("incidents.api.views", "Incidents")


@pytest.mark.parametrize(
    ("named", "known"), [(incidents.STEPS, actions.COMMANDS), (statuspage.STEPS, maintenance.STEPS)]
)
def test_every_command_has_its_address(named: tuple[str, ...], known: dict[str, object]) -> None:
    assert sorted(named) == sorted(known)


def test_making_an_address_imports_no_view() -> None:
    asked = [sys.executable, "-c", ASKED.format(heavy=HEAVY)]
    assert subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split() == []
