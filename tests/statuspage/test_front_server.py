"""The front server of the production stack gives the answers of our own small one; asked of a real nginx."""

import http.client
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from statuspage import shelf
from tests import reach
from tests.ports import free_port
from tests.statuspage.test_serving import FILES, Reader, Reply, put

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
COMPARED = (
    "Content-Type", "Content-Encoding", "Content-Length", "ETag", "Vary", "Link", "Allow", "Cache-Control",
    "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Content-Security-Policy",
    "Cross-Origin-Resource-Policy", "Referrer-Policy", "X-Content-Type-Options", "X-Frame-Options", "Last-Modified",
)  # fmt: skip
PATHS = (
    "/", "/index.html", "/history", "/History/", "/history/2", "/history/3", "/uptime", "/incidents/abc",
    "/incidents/nope", "/api/v2/summary.json", "/API/V2/Summary", "/api/v2/Incidents.json", "/api/v2/incidents",
    "/api/v2/incidents/2.json", "/api/v2/incidents/unresolved", "/api/v2/nope", "/history.atom", "/calendar.ics",
    "/badge.svg", "/index.md", "/Feed.json",
    "/assets/page.css", "/nothing", "/index.html.gz", "/.hosts", "/404.html", "/stamps.json",
)  # fmt: skip


def test_the_configuration_names_what_compose_has() -> None:
    text, compose = CONFIGURATION.read_text(), (CONFIGURATION.parents[1] / "docker-compose.yml").read_text()
    assert "root /srv/public/.hosts/$host/current/site;" in text
    assert "listen 8080;" in text
    assert "set $house http://web:8000;" in text
    for there in (
        "public:/srv/public:ro",
        "./deploy/nginx.conf:/etc/nginx/nginx.conf:ro",
        ":8080",
        "  web:",
        "--port=8000",
    ):
        assert there in compose


class House(BaseHTTPRequestHandler):
    """The operators' pages, as far as a front server knows them: says what it was asked."""

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        said = {
            "method": self.command,
            "path": self.path,
            "body": self.rfile.read(length).decode(),
            "headers": {name.lower(): value for name, value in self.headers.items()},
        }
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Security-Policy", "default-src 'self'")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 (the server calls it so)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing to say."""


@pytest.fixture
def house() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), House) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def front(tmp_path: Path, port: int, house: HTTPServer) -> Iterator[Reader]:
    """A real nginx over two pages, and a reader of the same files."""
    nginx = reach.nginx()
    files = FILES | {
        "uptime.html": b"up",
        "incidents/abc.html": b"abc",
        "badge.svg": b"<svg/>",
        "index.md": b"# All is well",
        "feed.json": b"{}",
        "api/v2/components.json": b"{}",
    }
    for slug in ("one", "two"):
        put(tmp_path / "public", slug, 1, files | {"index.html": slug.encode()})
    shelf.hosts(tmp_path / "public", {"status.example": "one", "two.example": "two"}, not_pages="house.example")
    text = CONFIGURATION.read_text().replace("/srv/public", str(tmp_path / "public"))
    text = text.replace("/tmp/nginx", str(tmp_path / "nginx")).replace("listen 8080", f"listen 127.0.0.1:{port}")
    text = text.replace("worker_processes auto;", _workers())
    text = text.replace("http://web:8000", f"http://127.0.0.1:{house.server_port}")
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(text)
    with subprocess.Popen([nginx, "-c", str(configuration), "-g", "daemon off;"], stderr=subprocess.PIPE) as process:
        _wait_for(port)
        yield Reader(tmp_path / "public")
        process.terminate()


def _workers() -> str:
    """One; as root only where the test is, for the folder is its own."""
    return "worker_processes 1;\nuser root;" if os.geteuid() == 0 else "worker_processes 1;"


def _wait_for(port: int) -> None:
    for _ in range(1200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("nginx did not start")


def ask(
    port: int, path: str, host: str = "status.example", method: str = "GET", body: bytes | None = None, **headers: str
) -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    sent = {"Host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, headers=sent)
    answer = connection.getresponse()
    reply = Reply(answer.status, dict(answer.getheaders()), answer.read())
    connection.close()
    return reply


def same(ours: Reply, theirs: Reply) -> None:
    assert theirs.status == ours.status
    assert theirs.body == ours.body
    assert {name: theirs.headers.get(name) for name in COMPARED} == {name: ours.headers.get(name) for name in COMPARED}


def test_nginx_and_our_own_server_answer_alike(front: Reader, port: int) -> None:
    for path in PATHS:
        for encoding in ("identity", "gzip", "gzip;q=0"):
            same(front.get(path, accept_encoding=encoding), ask(port, path, Accept_Encoding=encoding))
        same(front.get(path, method="HEAD"), ask(port, path, method="HEAD", Accept_Encoding="identity"))


def test_nginx_knows_the_same_tags(front: Reader, port: int) -> None:
    tag = front.get("/").headers["ETag"]
    for known in (tag, f'"other", W/{tag}', "*", '"other"'):
        ours, theirs = front.get("/", if_none_match=known), ask(port, "/", If_None_Match=known)
        assert (ours.status, ours.body, ours.headers["ETag"]) == (theirs.status, theirs.body, theirs.headers["ETag"])


def test_nginx_shows_each_host_its_page_and_only_reads(front: Reader, port: int) -> None:
    assert ask(port, "/", host="two.example").body == front.get("/", host="two.example").body == b"two"
    for method in ("POST", "DELETE", "OPTIONS"):
        ours, theirs = front.get("/", method=method), ask(port, "/", method=method)
        assert (ours.status, ours.headers["Allow"]) == (theirs.status, theirs.headers["Allow"]) == (405, "GET, HEAD")


def test_nginx_shows_a_new_version_and_a_new_host_without_a_reload(front: Reader, port: int) -> None:
    put(front.site.root, "one", 2, FILES | {"index.html": b"newer"})
    shelf.hosts(front.site.root, {"status.example": "one", "new.example": "one"}, not_pages="house.example")
    assert ask(port, "/").body == b"newer"
    assert ask(port, "/?cache=buster", host="new.example").body == b"newer"


def test_every_other_host_is_passed_on_to_the_operators_pages(front: Reader, port: int) -> None:
    sent = {"X_Forwarded_For": "198.51.100.7", "X_Forwarded_Proto": "https"}
    reply = ask(port, "/subscribe/one/?a=b", host="house.example", method="POST", body=b"address=x", **sent)
    asked = json.loads(reply.body)
    assert (asked["method"], asked["path"], asked["body"]) == ("POST", "/subscribe/one/?a=b", "address=x")
    assert asked["headers"]["host"] == "house.example"
    assert asked["headers"]["x-forwarded-for"] == "198.51.100.7"
    assert asked["headers"]["x-forwarded-proto"] == "https"
    assert reply.headers["Content-Security-Policy"] == "default-src 'self'"
    assert "Access-Control-Allow-Origin" not in reply.headers


def test_the_pages_answer_while_the_house_does_not(front: Reader, port: int, house: HTTPServer) -> None:
    house.shutdown()
    house.server_close()
    assert ask(port, "/").status == 200
    assert ask(port, "/", host="house.example").status == 502


def test_a_page_never_takes_the_host_of_the_house(front: Reader, port: int) -> None:
    shelf.hosts(front.site.root, {"house.example": "one"}, not_pages="house.example")
    assert json.loads(ask(port, "/", host="house.example").body)["path"] == "/"
