"""The production stack: what docker-compose.yml starts exists, and docs/running.md names what the settings read."""

import ast
import re
import shlex
from importlib import import_module
from pathlib import Path

import yaml
from celery import Celery
from django.core.management import get_commands

from tests.config import production
from tests.config.production import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = {name: said for name, said in COMPOSE["services"].items() if said["image"] == "sitrep"}
PORT = 8000


def variables_read() -> set[str]:
    """The names that config/settings.py asks the environment for."""
    calls = [
        node for node in ast.walk(ast.parse((ROOT / "config/settings.py").read_text())) if isinstance(node, ast.Call)
    ]
    asked = [one for one in calls if isinstance(one.func, ast.Attribute) and ast.unparse(one.func.value) == "env"]
    return {str(one.args[0].value) for one in asked if one.args and isinstance(one.args[0], ast.Constant)} | {
        "SITREP_MODE"
    }


def variables_documented() -> dict[str, str]:
    """The names in the tables of docs/running.md, and what the column “needed” says of each."""
    rows = re.findall(r"^\| (`[^|]+) \| (\w+) \|", (ROOT / "docs/running.md").read_text(), re.MULTILINE)
    return {name: needed for names, needed in rows for name in re.findall(r"`(\w+)`", names)}


def variables_of_compose() -> set[str]:
    return set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))


def target(command: list[str]) -> object:
    """What a command of the stack names in this house; raises where there is no such thing."""
    if command[:2] == ["python", "manage.py"]:
        return get_commands()[command[2]]
    name = command[command.index("--app") + 1] if command[0] == "celery" else command[-1]
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute or "app")


def test_every_command_of_the_stack_is_one_of_this_house() -> None:
    found = {name: target(said["command"]) for name, said in OURS.items()}
    assert set(found) == {"migrate", "web", "worker", "ticker"}
    assert isinstance(found["worker"], Celery)
    assert found["ticker"] == "config"


def test_the_image_is_built_and_started_with_commands_of_this_house() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert callable(target(yaml.safe_load(text.partition("CMD ")[2])))
    run = shlex.split(re.findall(r"(?:RUN|&&) (SITREP_MODE.*?manage.py \w+)", text)[0])
    assert target(run[run.index("python") :])
    assert {one.partition("=")[0] for one in run[: run.index("python")]} <= variables_read()


def test_the_front_server_finds_the_web_server_where_it_listens() -> None:
    nginx = (ROOT / "deploy/nginx.conf").read_text()
    assert f"--port={PORT}" in OURS["web"]["command"]
    assert f"http://web:{PORT};" in nginx
    inside = COMPOSE["services"]["front"]["ports"][0].rpartition(":")[2]
    assert f"listen {inside};" in nginx


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    assert set(variables_documented()) == variables_read() | variables_of_compose()


def test_the_stack_sets_only_what_is_read_and_says_so() -> None:
    given = {name for said in OURS.values() for name in said["environment"]}
    assert given <= variables_read()
    assert {variables_documented()[name] for name in given} == {"set"}


def test_what_is_called_needed_is_what_a_start_without_it_asks_for(tmp_path: Path) -> None:
    refused = production.run({}, "python", "manage.py", "check").stderr
    asked = set(re.findall(r"(\w+) is not set", refused))
    given = {name for said in OURS.values() for name in said["environment"]}
    needed = {name for name, said in variables_documented().items() if said == "yes"}
    assert needed == asked - given | {"POSTGRES_PASSWORD"}


def test_the_check_for_deployment_finds_nothing(tmp_path: Path) -> None:
    checked = production.run(
        production.environment(tmp_path), "python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"
    )
    assert (checked.returncode, checked.stderr) == (0, "")
