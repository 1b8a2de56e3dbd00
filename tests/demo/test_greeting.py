"""What the quick start says once everything runs."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from config.management.commands.serve import Command
from demo import story
from roles.models import User

pytestmark = pytest.mark.django_db


def greeting() -> str:
    said = StringIO()
    Command(stdout=said).greet()
    return said.getvalue()


def test_who_asks_for_no_demo_where_one_lives_is_told_how_to_begin_elsewhere(settings: Any, tmp_path: Path) -> None:
    settings.VAR, settings.DEMO = tmp_path, False
    assert "/setup/" in greeting()
    User.objects.create_user(story.SIGN_IN, name="Ada")
    assert "SITREP_VAR=FOLDER DEMO=0 make run" in greeting()
    settings.DEMO = True
    assert "SITREP_VAR" not in greeting()
