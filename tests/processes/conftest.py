"""What the tests of pages in a real browser stand on: the product as processes, and a browser before it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.notifications.world import member, subscriber
from tests.people import everybody_on_call
from tests.processes import browsers
from tests.processes.stack import Stack, running
from tests.statuspage_world import page as status_page


@pytest.fixture
def stack(settings: Any, tmp_path: Path) -> Iterator[Stack]:
    """Web, public page and ticker over a world in which somebody is on call and somebody reads."""
    # Other processes check these passwords with Django's own hashers.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.PUBLIC_ROOT = tmp_path / "public"
    everybody_on_call()
    with running(tmp_path, worker=False) as made:
        page = status_page()
        page.url = made.public
        page.save()
        member("Stella", "stakeholders")
        subscriber("merchant@customers.example")
        yield made


@pytest.fixture
def chrome(stack: Stack) -> Iterator[Browser]:
    """A browser for each test, after its world: the browser's loop has database connections of its own."""
    with browsers.chromium() as browser:
        yield browser
