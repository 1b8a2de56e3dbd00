"""The keys of rows never leave the house by the API: people have handles, incidents references, the rest names."""

import re
from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from config.problems import BELOW
from incidents import access, chasing, engagement
from incidents.vocabulary import Severity
from kit import clock
from notifications.models import Delivery
from reviews import learning
from roles.catalogue import Role
from roles.models import User
from tests.browsing import browser
from tests.config.test_problems import addresses
from tests.incidents.stories import declared, told_public
from tests.notifications.world import tick
from tests.people import ada, admin, everybody_on_call, grace, linus, sam
from tests.reviews.stories import resolved
from tests.statuspage_world import page

pytestmark = pytest.mark.django_db
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    """An incident in full swing whose clocks ran over, one that is restricted, and one that is looked back at."""
    everybody_on_call()
    page()
    busy = declared(Severity.S1)
    for person in (linus(), grace(), ada()):
        engagement.acknowledge(busy, actor=person)
    engagement.offer(busy, Role.COMMUNICATIONS, sam(), actor=ada())
    engagement.ask(busy, linus(), "Is it the database?", actor=grace())
    told_public(busy)
    hidden = declared(Severity.S2, is_restricted=True, by=admin())
    access.grant(hidden, grace(), actor=sam(), reason="She knows the system.")
    learning.add_action(resolved(), "Alert on it", owner=linus(), due_at=clock.now() + timedelta(days=1), actor=grace())
    with clock.shifted(timedelta(days=2)):
        while chasing.chase(clock.now()):
            pass
        tick()


def keys() -> set[str]:
    """Every key that is a UUID."""
    tables = [one for one in apps.get_models() if isinstance(one._meta.pk, models.UUIDField)]
    return {str(pk) for one in tables for pk in one._base_manager.values_list("pk", flat=True)}


def test_no_answer_of_the_api_holds_the_key_of_a_row() -> None:
    asker, inside, seen = browser(admin()), keys(), 0
    letters = [f"{BELOW}v1/deliveries/{one.key}" for one in Delivery.objects.all()[:5]]
    references = [f"{BELOW}v1/incidents/{number}/timeline?limit=200" for number in ("INC-1", "INC-2")]
    for address in (*addresses(), *letters, *references):
        answer = asker.get(address)
        if answer.status_code == 200:
            text = answer.getvalue().decode() if answer.streaming else answer.content.decode()
            seen += len(text)
            assert {one for one in UUID.findall(text) if one in inside} == set(), address
    assert seen > 10_000


def test_whoever_is_named_on_a_timeline_is_named_by_handle(client: Client) -> None:
    entries = browser(grace()).get("/api/v1/incidents/INC-1/timeline?limit=200").json()["results"]
    paged = [one["data"]["person"] for one in entries if one["kind"] == "paged"]
    late = [handle for one in entries if one["kind"] == "overdue" for handle in one["data"]["people"]]
    known = set(User.objects.values_list("handle", flat=True))
    assert paged
    assert late
    assert {*paged, *late} <= known
