"""The measures of the house: sizes, first sentences, no curtains before circles, one way to an incident."""

import ast
import re
import statistics
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("proof", "config", "demo", "kit", "roles", "statuspage", "incidents", "reviews", "notifications", "insights")
FACES = ("views", "api", "forms", "templatetags", "tasks", "admin", "urls", "serializers")
MOST_LINES, LONGEST_FUNCTION, USUAL_FUNCTION = 300, 40, 8


def modules() -> list[Path]:
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def story_files() -> list[Path]:
    return list((ROOT / "tests").rglob("*.py"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]


def length(function: ast.FunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    others = [path for kind in ("css", "js", "html") for path in ROOT.glob(f"[st]*/**/*.{kind}")]
    ours = [path for path in others if "vendor" not in path.parts and "node_modules" not in path.parts]
    found = {name(path): len(path.read_text().splitlines()) for path in [*modules(), *story_files(), *ours]}
    assert {path: lines for path, lines in found.items() if lines > MOST_LINES} == {}


def test_no_function_is_longer_than_forty_lines_and_half_have_at_most_eight() -> None:
    found = [(length(one), f"{name(path)}:{one.name}") for path in modules() for one in functions(path)]
    assert [where for lines, where in found if lines > LONGEST_FUNCTION] == []
    assert statistics.median(lines for lines, _ in found) <= USUAL_FUNCTION


def test_every_module_opens_with_a_sentence() -> None:
    silent = [name(path) for path in modules() if not ast.get_docstring(ast.parse(path.read_text()))]
    assert [path for path in silent if (ROOT / path).read_text().strip()] == []


def test_nothing_is_imported_inside_a_function() -> None:
    curtains = [
        f"{name(path)}:{function.name}"
        for path in modules()
        for function in functions(path)
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function))
    ]
    assert curtains == []


def test_no_module_can_be_reached_from_itself() -> None:
    graph = grimp.build_graph(ROOMS[0], *ROOMS[1:], exclude_type_checking_imports=True, cache_dir=None)
    circles = [
        f"{module} → {imported} → … → {module}"
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
        if graph.chain_exists(importer=imported, imported=module)
    ]
    assert circles == []


def test_no_face_names_the_engines_way_to_incidents() -> None:
    faces = [path for path in modules() if any(part.removesuffix(".py") in FACES for part in path.parts)]
    assert [name(path) for path in faces if "unrestricted" in path.read_text()] == []


@pytest.mark.parametrize("shelf", ["utils", "helpers", "common", "core", "services", "constants", "signals"])
def test_there_is_no_drawer_for_odds_and_ends(shelf: str) -> None:
    assert [name(path) for path in modules() if path.stem == shelf] == []


def test_few_tests_replace_anything() -> None:
    text = "\n".join(path.read_text() for path in story_files())
    replaced = len(re.findall(r"@patch|mock\.patch|monkeypatch\.setattr|patch\.setattr", text))
    assert replaced <= 0.2 * len(re.findall(r"^\s*def test_", text, re.MULTILINE))


def test_no_template_carries_style_or_script_inline() -> None:
    forbidden = re.compile(r"\sstyle=|\son\w+=\"|<style|<script(?![^>]*\ssrc=)|javascript:")
    found = [path for path in (ROOT / "templates").rglob("*.html") if forbidden.search(path.read_text())]
    assert [name(path) for path in found if "/mail/" not in name(path)] == []


def test_no_file_names_a_place_on_a_machine() -> None:
    places = re.compile(r"/(?:home|root|work)/\w|/Users/")
    kinds = (".py", ".md", ".toml", ".yml", ".html", ".js", ".css", ".sh", ".conf", ".lock")
    ours = [path for path in ROOT.rglob("*") if path.suffix in kinds and path.is_file()]
    skipped = {".venv", "node_modules", "var", ".git", "staticfiles", "vendor"}
    found = [path for path in ours if not skipped & set(path.relative_to(ROOT).parts)]
    assert [name(path) for path in found if path != Path(__file__) and places.search(path.read_text())] == []


def test_lock_files_carry_hashes_and_no_address() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock", "tools/uv.lock"):
        text = (ROOT / lock).read_text()
        assert "--hash=sha256:" in text
        assert not re.search(r"https?://|--index|-i ", text)
    assert "resolved" not in (ROOT / "package-lock.json").read_text()
