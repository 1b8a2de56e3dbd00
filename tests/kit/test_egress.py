"""Outgoing HTTP: only to where it may go, and never further than it was sent."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from kit import egress, prompt
from tests.kit.sink import Sink, http_sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    with http_sink() as made:
        yield made


@pytest.fixture
def own_network(settings: Any) -> None:
    settings.EGRESS_ALLOWED_NETWORKS = ["127.0.0.0/8"]


@contextmanager
def served(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that reads one request and leaves the line to `answer`."""

    def serve() -> None:
        line, _ = server.accept()
        line.recv(4096)
        answer(line)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def test_a_named_network_is_reached_and_its_answer_comes_back(sink: Sink, own_network: None) -> None:
    sink.answers = [(202, {"Retry-After": "7"}, b"thanks")]
    answer = egress.post(sink.url, b'{"a":1}', {"X-One": "1"})
    assert (answer.status, answer.headers["retry-after"], answer.body) == (202, "7", b"thanks")
    headers, body = sink.arrived[0]
    assert (body, headers["x-one"], headers["user-agent"]) == (b'{"a":1}', "1", "Sitrep")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/",
        "https://localhost:{port}/",
        "https://[::1]:{port}/",
        "https://[::ffff:127.0.0.1]:{port}/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data/",
        "https://0.0.0.0/",
        "https://2130706433/",
    ],
)
def test_what_is_not_a_public_address_is_refused(sink: Sink, settings: Any, url: str) -> None:
    settings.EGRESS_ALLOWED_NETWORKS = []
    port = sink.url.split(":")[2].split("/")[0]
    with pytest.raises(egress.Refused):
        egress.post(url.format(port=port), b"{}", {})
    assert sink.arrived == []


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "https://", "nonsense", "https://name:pw@127.0.0.1/", "http://["]
)
def test_what_is_no_address_is_refused(own_network: None, url: str) -> None:
    with pytest.raises(egress.Refused):
        egress.post(url, b"{}", {})


def test_plain_http_is_not_spoken_outside_the_named_networks(own_network: None) -> None:
    with pytest.raises(egress.Refused):
        egress.post("http://8.8.8.8/hook", b"{}", {})


def test_a_redirect_is_an_answer_and_is_not_followed(sink: Sink, own_network: None) -> None:
    sink.answers = [(302, {"Location": sink.url}, b"")]
    assert egress.post(sink.url, b"{}", {}).status == 302
    assert len(sink.arrived) == 1


@pytest.mark.parametrize("status", [200, 302])
def test_no_more_than_64_kib_of_an_answer_is_read(sink: Sink, own_network: None, status: int) -> None:
    sink.answers = [(status, {"Location": "https://elsewhere.example/"}, b"x" * 1_000_000)]
    assert len(egress.post(sink.url, b"{}", {}).body) == egress.MOST_BYTES


def test_the_address_stays_out_of_the_error_because_it_may_be_a_secret(own_network: None) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unheard.getsockname()[1]}/services/T0/B0/secret"
        with pytest.raises(egress.Unreachable, match="refused") as caught:
            egress.post(url, b"{}", {})
    assert "secret" not in str(caught.value)
    assert not caught.value.maybe_taken


def test_a_line_that_breaks_after_the_request_may_have_delivered_it(own_network: None) -> None:
    def read_and_hang_up(line: socket.socket) -> None:
        line.close()

    with served(read_and_hang_up) as url, pytest.raises(egress.Unreachable) as caught:
        egress.post(url, b"{}", {})
    assert caught.value.maybe_taken


def test_an_answer_that_drips_is_cut_short(own_network: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egress, "READ_SECONDS", 0.2)

    def drip(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        with line, suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(100):
                line.sendall(b"x")
                threading.Event().wait(0.05)

    with served(drip) as url:
        answer = egress.post(url, b"{}", {})
    assert answer.status == 200
    assert len(answer.body) < 100


@pytest.mark.parametrize("piece", [b"x", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_an_answer_whose_head_drips_is_waited_for_no_longer(
    own_network: None, monkeypatch: pytest.MonkeyPatch, piece: bytes
) -> None:
    monkeypatch.setattr(prompt, "ANSWER_SECONDS", 0.3)
    release = threading.Event()

    def drip(line: socket.socket) -> None:
        with line, suppress(BrokenPipeError, ConnectionResetError):
            while not release.wait(0.05):
                line.sendall(piece)

    with served(drip) as url:
        began = time.monotonic()
        with pytest.raises(egress.Unreachable) as caught:
            egress.post(url, b"{}", {})
        assert time.monotonic() - began < 5
        release.set()
    assert caught.value.maybe_taken


@pytest.mark.parametrize("then", ["silence", "hanging up"])
def test_what_its_status_said_holds_whatever_comes_of_its_body(
    own_network: None, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    monkeypatch.setattr(prompt, "ANSWER_SECONDS", 0.3)
    release = threading.Event()

    def break_off(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 410 Gone\r\nContent-Length: 5\r\n\r\nok")
        if then == "silence":
            release.wait(10)
        line.close()

    with served(break_off) as url:
        answer = egress.post(url, b"{}", {})
        release.set()
    assert answer.status == 410


def test_one_client_keeps_its_line_open(sink: Sink, own_network: None) -> None:
    with egress.Client() as client:
        for _ in range(3):
            client.post(sink.url, b"{}", {})
    assert (len(sink.arrived), sink.lines) == (3, 1)
