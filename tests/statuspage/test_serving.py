"""Serving the files: hosts, paths, tags and headers, by a server that knows nothing of Django."""

import gzip
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from statuspage import serving, shelf
from statuspage.serving import Site
from statuspage.shelf import Drawn, Shelf, Standing
from statuspage.stacks import Stacks
from tests.conftest import MORNING

FILES = {
    "index.html": b"<h1>All is well</h1>",
    "history.html": b"<h1>History</h1>",
    "404.html": b"<h1>Nothing</h1>",
    "404.json": b'{"error":"Nothing"}',
    "api/v2/summary.json": b'{"page":{}}',
    "api/v2/incidents.json": b'{"incidents":[1]}',
    "api/v2/incidents/unresolved.json": b'{"incidents":[]}',
    "history.atom": b"<feed/>",
    "calendar.ics": b"BEGIN:VCALENDAR",
    "assets/page.css": b"body{}",
}
# What lies on the stacks, beside every version.
OLDER = {"history/2.html": b"<h1>Older</h1>", "api/v2/incidents/2.json": b'{"incidents":[2]}'}


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Reader:
    """Somebody with a browser or a program; headers are asked for by their plain names."""

    def __init__(self, root: Path) -> None:
        self.site = Site(root)

    def get(self, path: str, host: str = "status.example", method: str = "GET", **headers: str) -> Reply:
        said: dict[str, Any] = {}

        def start(status: str, listed: list[tuple[str, str]]) -> None:
            said.update(status=int(status.split(maxsplit=1)[0]), headers=dict(listed))

        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_HOST": host, "QUERY_STRING": ""}
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        body = b"".join(self.site(environ, start))
        return Reply(said["status"], said["headers"], body)


def put(root: Path, slug: str, version: int, files: Mapping[str, bytes] = FILES) -> None:
    page = Shelf(root / slug)
    with page.held():
        page.show(Standing(version, MORNING), [Drawn(path, content) for path, content in files.items()])
    Stacks(root / slug / "stacks").put([Drawn(path, content, "1") for path, content in OLDER.items()])


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    put(tmp_path, "one", 1)
    shelf.hosts(tmp_path, {"status.example": "one"}, not_pages="house.example")
    return Reader(tmp_path)


def test_the_server_imports_neither_django_nor_redis_nor_our_models() -> None:
    code = "import sys, statuspage.serving; print(*(name.split('.')[0] for name in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"django", "redis", "celery", "kit", "psycopg", "sqlite3"} & set(loaded)


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/", "index.html"),
        ("/history", "history.html"),
        ("/History/", "history.html"),
        ("/history/2", "history/2.html"),
        ("/api/v2/summary.json", "api/v2/summary.json"),
        ("/API/v2/Summary.JSON", "api/v2/summary.json"),
        ("/api/v2/Incidents.json", "api/v2/incidents.json"),
        ("/api/v2/incidents", "api/v2/incidents.json"),
        ("/api/v2/incidents/unresolved", "api/v2/incidents/unresolved.json"),
        ("/history.atom", "history.atom"),
        ("/assets/page.css", "assets/page.css"),
    ],
)
def test_paths_are_found_in_any_case_and_without_their_ending(reader: Reader, path: str, file: str) -> None:
    reply = reader.get(path)
    assert (reply.status, reply.body) == (200, (FILES | OLDER)[file])


@pytest.mark.parametrize(
    "path",
    [
        "/../hosts.json", "/..", "/api/../../stamps.json", "/.hosts", "/index.html.gz", "/nothing", "//etc/passwd",
        "/404.html", "/\x00", "/hist\xf6ry", "/history/", "/incidents/",
    ],
)  # fmt: skip
def test_nothing_outside_is_reached(reader: Reader, path: str) -> None:
    reply = reader.get(path)
    assert reply.body in (FILES["404.html"], FILES["404.json"], FILES["history.html"])
    assert reply.status == (200 if path == "/history/" else 404)


def test_a_missing_document_is_told_in_json_and_never_by_a_redirect(reader: Reader) -> None:
    reply = reader.get("/api/v2/subscribers.json")
    assert (reply.status, reply.body) == (404, FILES["404.json"])
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"


def test_only_reading_is_answered(reader: Reader) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        reply = reader.get("/", method=method)
        assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD")


def test_head_says_what_get_would(reader: Reader) -> None:
    asked, got = reader.get("/api/v2/components.json", method="HEAD"), reader.get("/", method="HEAD")
    assert asked.status == 404
    assert (got.status, got.body) == (200, b"")
    assert got.headers == reader.get("/").headers


def test_a_known_tag_is_answered_with_304(reader: Reader) -> None:
    tag = reader.get("/").headers["ETag"]
    assert not tag.startswith("W/")
    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        reply = reader.get("/", if_none_match=known)
        assert (reply.status, reply.body, reply.headers["ETag"]) == (304, b"", tag)
        assert "Cache-Control" in reply.headers
        assert "Content-Length" not in reply.headers
    assert reader.get("/", if_none_match='"other"').status == 200


def test_each_form_has_its_own_tag_and_the_compressed_one_reads_the_same(reader: Reader) -> None:
    plain, packed = reader.get("/"), reader.get("/", accept_encoding="br, gzip;q=0.8")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in reader.get("/", accept_encoding="gzip;q=0, identity").headers


def test_the_same_words_have_the_same_tag_and_other_words_of_the_same_second_another(tmp_path: Path) -> None:
    shelf.hosts(tmp_path, {"status.example": "one"}, not_pages="house.example")
    tags = []
    for version, words in enumerate((b"<p>10:00</p>", b"<p>10:01</p>", b"<p>10:00</p>"), start=1):
        put(tmp_path, "one", version, FILES | {"index.html": words})
        tags.append(Reader(tmp_path).get("/").headers["ETag"])
    assert tags[0] == tags[2] != tags[1]


def test_every_answer_carries_the_headers_of_the_contract(reader: Reader) -> None:
    for path in ("/", "/nothing", "/api/v2/summary"):
        headers = reader.get(path).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Cache-Control"] == (
            "public, max-age=10, s-maxage=10, stale-while-revalidate=60, stale-if-error=86400"
        )
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_list_of_incidents_names_the_older_ones(reader: Reader) -> None:
    assert reader.get("/api/v2/incidents").headers["Link"] == '</api/v2/incidents/2.json>; rel="next"'
    assert "Link" not in reader.get("/api/v2/incidents/2.json").headers
    assert "Link" not in reader.get("/api/v2/incidents/unresolved.json").headers


def test_an_unknown_host_gets_the_only_page_there_is(reader: Reader) -> None:
    assert reader.get("/", host="127.0.0.1:8001").body == FILES["index.html"]


def test_with_two_pages_each_host_has_its_own_and_a_stranger_none(tmp_path: Path) -> None:
    for slug in ("one", "two"):
        put(tmp_path, slug, 1, FILES | {"index.html": slug.encode()})
    shelf.hosts(tmp_path, {"status.example": "one", "two.example": "two"}, not_pages="house.example")
    reader = Reader(tmp_path)
    assert reader.get("/", host="STATUS.example:8080").body == b"one"
    assert reader.get("/", host="two.example").body == b"two"
    assert reader.get("/", host="three.example").status == 404
    shelf.hosts(tmp_path, {"three.example": "one", "two.example": "two"}, not_pages="house.example")
    assert reader.get("/", host="three.example").body == b"one"


def test_nothing_rendered_yet_is_a_plain_404(tmp_path: Path) -> None:
    assert Reader(tmp_path).get("/").status == 404
    shelf.hosts(tmp_path, {"status.example": "one"}, not_pages="house.example")
    assert Reader(tmp_path).get("/").status == 404


def test_the_folder_is_named_by_the_environment() -> None:
    assert serving.root({"PUBLIC_ROOT": "/srv/public"}) == Path("/srv/public")
    assert serving.root({"SITREP_VAR": "/var/lib/sitrep"}) == Path("/var/lib/sitrep/public")
