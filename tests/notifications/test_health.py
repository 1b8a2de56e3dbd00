"""What `/readyz` tells to whoever asks."""

from typing import Any, NoReturn

import pytest
from django.db import OperationalError, connection
from django.test import Client

pytestmark = pytest.mark.django_db


def gone(*_: Any) -> NoReturn:
    raise OperationalError('connection to server at "10.1.2.3", port 5432 failed: no password for user "sitrep"')


def test_a_database_that_is_gone_is_said_without_telling_where_it_is() -> None:
    with connection.execute_wrapper(gone):
        answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, False)
    assert answer.json()["problems"] == ["The database does not answer; the log says why."]
    assert b"10.1.2.3" not in answer.content
