"""The suite tries once more what failed, says so loudly, and lets nothing that fails twice pass."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tools import suite

Play = Callable[[str], suite.Suite]
SHAKY = """
from pathlib import Path

def test_shaky():
    been = Path(__file__).with_name("been")
    is_first = not been.exists()
    been.touch()
    assert not is_first

def test_good(): pass
"""
BROKEN = "def test_good(): pass\ndef test_broken(): assert not 'whole'\n"
COUNTED = "from pathlib import Path\nwith Path(__file__).with_name('begun').open('a') as begun: begun.write('.')\n"


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """One leg over one file of tests; how often the file was read is kept."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    # The plugins of the house would set up Django.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setattr(suite, "STEADY", ())
    monkeypatch.setattr(suite, "ROOT", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    def made(tests: str) -> suite.Suite:
        (tmp_path / "test_it.py").write_text(COUNTED + tests)
        played = suite.Suite()
        played.leg("Leg")
        return played

    return made


def test_what_passes_at_the_second_try_is_named_and_the_leg_passes(
    play: Play, capfd: pytest.CaptureFixture[str]
) -> None:
    played = play(SHAKY)
    assert not played.is_broken
    assert played.said == ["passed at the second try: test_it.py::test_shaky (Leg)"]
    said = capfd.readouterr().out
    assert "1 failed, 1 passed" in said
    assert "\n1 passed in" in said
    assert "── Leg: passed in" in said


def test_what_fails_twice_fails_the_run(play: Play, capfd: pytest.CaptureFixture[str]) -> None:
    played = play(BROKEN)
    assert played.is_broken
    assert played.said == ["failed: test_it.py::test_broken (Leg)"]
    assert "── Leg: FAILED with 1 in" in capfd.readouterr().out


@pytest.mark.parametrize(
    "tests",
    [
        "raise RuntimeError('the file cannot be read')",
        "def test_it(): import pytest; pytest.exit('gone', returncode=3)",
        "\n".join(f"def test_{n}(): assert not 'whole'" for n in range(suite.MOST_TRIED_AGAIN + 1)),
    ],
    ids=["unreadable", "crashed", "too many"],
)
def test_what_is_no_accident_is_not_tried_again(play: Play, tmp_path: Path, tests: str) -> None:
    assert play(tests).is_broken
    assert (tmp_path / "begun").read_text() == "."


def test_a_leg_that_passes_says_nothing_more(play: Play) -> None:
    played = play("def test_good(): pass")
    assert (played.is_broken, played.said) == (False, [])


def test_the_second_try_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def pytest_asked(env: dict[str, str], *arguments: str) -> int:
        asked.append(arguments)
        return suite.SOME_FAILED

    monkeypatch.setattr(suite, "pytest", pytest_asked)
    suite.Suite().leg("Leg", "-m", "slow", workers=2)
    first, second = asked
    assert first[:2] == ("-n", "2")
    assert "-n" not in second
    assert second[-4:-1] == ("-m", "slow", "--last-failed")
