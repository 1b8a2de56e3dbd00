"""Before Django: whether the process lives is answered to whoever asks, by whatever name."""

import pytest
from django.test import RequestFactory

from config.wsgi import application


def ask(path: str, method: str = "GET") -> tuple[list[str], bytes]:
    """What the web server gets for a request that names the container's address as its host."""
    said: list[str] = []
    environ = RequestFactory().generic(method, path, headers={"Host": "172.18.0.5:8000"}).environ
    body = b"".join(application(environ, lambda status, _: said.append(status)))
    return said, body


@pytest.mark.parametrize(("method", "body"), [("GET", b'{"up": true}'), ("HEAD", b"")])
def test_the_process_says_that_it_lives_under_any_host_and_without_the_database(method: str, body: bytes) -> None:
    assert ask("/healthz", method) == (["200 OK"], body)


@pytest.mark.django_db
def test_everything_else_is_answered_under_our_own_hosts_alone() -> None:
    assert ask("/readyz")[0] == ["400 Bad Request"]
