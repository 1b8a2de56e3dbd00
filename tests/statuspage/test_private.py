"""A private page behind one gate, and a page's logo."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kit.rules import RuleBroken
from statuspage import pages, snapshot, subscribing
from statuspage.models import Page
from statuspage.pages import Settings
from tests.browsing import browser
from tests.people import admin, stella
from tests.statuspage.test_serving import Reader
from tests.statuspage.test_subscribing import confirmed
from tests.statuspage.world import opened, page, rendered, site, tell

pytestmark = pytest.mark.django_db
GATE = "/private/denomas/"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(autouse=True)
def world(morning: Any, settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_ROOT = tmp_path / "private"
    page()


def private() -> Page:
    opened()
    rendered()
    made = pages.change(page(), Settings("Denomas inside", "", is_private=True), actor=admin())
    snapshot.render_all()
    return made


def paths() -> list[str]:
    """Every file that a private page has."""
    here = Path(house.PRIVATE_ROOT) / "denomas" / "current" / "site"
    return [str(one.relative_to(here)) for one in here.rglob("*") if one.is_file() and one.suffix != ".gz"]


def test_it_leaves_the_file_path_at_once_in_every_form() -> None:
    opened()
    rendered()
    assert site().exists()
    private()
    assert not (Path(house.PUBLIC_ROOT) / "denomas").exists()
    assert not list((Path(house.PUBLIC_ROOT) / ".hosts").iterdir())
    for path in ("/", "/api/v2/summary.json", "/history.atom", "/calendar.ics", "/badge.svg", "/index.md"):
        assert Reader(Path(house.PUBLIC_ROOT)).get(path, host="status.denomas.example").status == 404
    assert len(paths()) > 15


def test_every_representation_is_behind_the_one_gate() -> None:
    private()
    for path in ("", *paths(), "history", "api/v2/summary", "nothing", "api/v2/nothing.json"):
        answer = Client().get(GATE + path)
        assert (answer.status_code, answer.content) == (302, b""), path
        assert answer.headers["Location"].startswith("/accounts/login/")
        inside = browser(stella()).get(GATE + path)
        assert inside.status_code == (404 if "nothing" in path or path.startswith("404") else 200), path
        assert "no-store" in inside.headers["Cache-Control"]
        assert "Access-Control-Allow-Origin" not in inside.headers


def test_its_links_and_documents_stay_behind_the_gate() -> None:
    private()
    html = browser(stella()).get(GATE).content.decode()
    links = re.findall(r'(?:href|src|action)="([^"#][^"]*)"', html)
    assert links
    assert [
        one for one in links if not one.startswith(("/private/denomas/", f"{house.SITE_URL}/private/denomas"))
    ] == []
    assert browser(stella()).get(f"{GATE}assets/page.css").status_code == 200
    summary = browser(stella()).get(f"{GATE}api/v2/summary.json").json()
    assert summary["page"]["url"] == f"{house.SITE_URL}/private/denomas"


def test_nobody_outside_is_told_or_can_ask_to_be() -> None:
    confirmed()
    private()
    assert not subscribing.recipients(tell(name="Inside")).exists()
    assert Client().get("/subscribe/denomas/").status_code == 404
    assert Client().post("/subscribe/denomas/", {"address": "a@example.com"}).status_code == 404


def test_a_public_page_is_not_behind_the_gate_and_a_private_one_can_come_out_again() -> None:
    assert browser(stella()).get(GATE).status_code == 404
    private()
    with pytest.raises(RuleBroken):
        pages.change(page(), Settings("Denomas", page().url), actor=admin())
    pages.change(page(), Settings("Denomas", "http://status.denomas.example"), actor=admin())
    snapshot.render_all()
    assert not (Path(house.PRIVATE_ROOT) / "denomas").exists()
    assert Reader(Path(house.PUBLIC_ROOT)).get("/", host="status.denomas.example").status == 200


def send(logo: bytes) -> Any:
    said = {
        "name": "Denomas", "url": "http://status.denomas.example", "time_zone": "UTC", "accent": "#2563eb",
        "major_weight": 100, "partial_weight": 30, "degraded_weight": 0,
        "logo": SimpleUploadedFile("logo.png", logo, "image/png"),
    }  # fmt: skip
    return browser(admin()).post("/status-page/denomas/settings/", said)


def test_a_logo_stands_at_the_head_of_every_sheet() -> None:
    assert "logo.png" not in rendered()
    assert send(PNG).status_code == 302
    assert re.search(r'<img class="logo" src="/assets/logo.png\?v=\w+" alt=""', rendered())
    assert (site() / "assets/logo.png").read_bytes() == PNG
    answer = Reader(Path(house.PUBLIC_ROOT)).get("/assets/logo.png")
    assert answer.headers["Content-Type"] == "image/png"


@pytest.mark.parametrize("logo", [b"<svg onload='alert(1)'/>", PNG + b"x" * 100_000])
def test_what_is_no_small_png_is_refused(logo: bytes) -> None:
    assert send(logo).status_code == 422
    assert not Page.objects.get().logo
